import { Command } from "commander"
import { describe, expect, test } from "vitest"
import { UsageError } from "../../base/errors.ts"
import {
  type Settings,
  type ValuesOf,
  amount,
  choice,
  defaultsOf,
  duration,
  flag,
  integer,
  listOf,
  manifestOf,
  name,
  names,
  notation,
  orNone,
  positive,
  probability,
  readSettings,
  replayWords,
  schemaOf,
} from "../../run/setting.ts"
import { addSettings, settingsFrom } from "./setting-options.ts"

const pair = {
  example: "1:2",
  parse: (text: string): readonly [number, number] => {
    const [, first, second] = /^(\d+):(\d+)$/.exec(text) ?? []
    if (first === undefined) throw new UsageError("two numbers are written 1:2")
    return [Number(first), Number(second)]
  },
  format: ([first, second]: readonly [number, number]) => `${first}:${second}`,
}
const [group, other] = ["Faults", "Processes"]
const table = {
  lossProbability: probability({ about: "probability of loss", group, default: 0, short: "p" }),
  timeoutMs: duration({ about: "how long it waits", group: other, default: 1000 }),
  groupCommit: flag({ about: "write in groups", group: other, default: true }),
  colocated: flag({ about: "one process for both roles", group: other, default: false }),
  contacted: choice(["all", "closest"], { about: "who is contacted", group: other, default: "all" }),
  regions: names({ about: "where", group: other, defaultText: "in turn" }),
  pairs: listOf(notation(pair, { about: "pairs", group, default: [0, 0], short: "x" }), ";"),
  leader: orNone(name({ about: "who leads", group: other, default: "", defaultText: "the first" })),
  requests: orNone(integer({ about: "requests", group: other, default: 1, min: 1 })),
  rate: positive({ about: "clock rate", group, default: 1 }),
  sigma: amount({ about: "jitter", group, default: 0, max: 10 }),
}
type Setup = ValuesOf<typeof table>
// The table is one of the setup that it describes.
const typed: Settings<Setup> = table

function commandOf(settings: object): Command {
  return addSettings(new Command("run").exitOverride().configureOutput({ writeErr: () => {} }), settings)
}

function fromFlags<Table extends object>(settings: Table, words: readonly string[]): ValuesOf<Table> {
  const command = commandOf(settings)
  command.parse([...words], { from: "user" })
  return settingsFrom(settings, command.opts())
}

const changed: Setup = {
  lossProbability: 0.25,
  timeoutMs: 12.5,
  groupCommit: false,
  colocated: true,
  contacted: "closest",
  regions: ["EU", "US"],
  pairs: [
    [1, 2],
    [3, 4],
  ],
  leader: "a3",
  requests: 7,
  rate: 1.1,
  sigma: 0.5,
}

describe("a table of settings", () => {
  test("gives defaults, and flags that leave them", () => {
    expect(fromFlags(typed, [])).toEqual(defaultsOf(table))
    expect(defaultsOf(table)).toMatchObject({ timeoutMs: 1000, regions: [], leader: null })
  })

  test("gives words that flags read back to the same setup, and none for the defaults", () => {
    expect(replayWords(table, defaultsOf(table))).toEqual([])
    expect(replayWords(table, changed)).toContain("--no-group-commit")
    expect(fromFlags(table, replayWords(table, changed))).toEqual(changed)
  })

  test("gives JSON that a file reads back to the same setup", () => {
    for (const setup of [changed, defaultsOf(table)]) {
      const json = JSON.parse(JSON.stringify(manifestOf(table, setup))) as Record<string, unknown>
      expect(readSettings(table, json)).toEqual({ values: setup, mistakes: [] })
    }
  })

  test("takes short flags, lists in one text and by repeating a flag", () => {
    expect(fromFlags(table, ["-p", "0.5", "-x", "1:2; 3:4", "--pairs", "5:6"])).toMatchObject({
      lossProbability: 0.5,
      pairs: [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
    })
    expect(readSettings(table, { pairs: "1:2;3:4", requests: null }).values).toEqual({
      pairs: [
        [1, 2],
        [3, 4],
      ],
      requests: null,
    })
  })

  test("helps in groups, with units and defaults", () => {
    const help = commandOf(table).configureHelp({ helpWidth: 200 }).helpInformation()
    expect(help).toMatch(/^Faults:$/m)
    expect(help).toMatch(/-p, --loss-probability <p> +probability of loss \(default: 0\)/)
    expect(help).toMatch(/--timeout-ms <ms> +how long it waits, in ms \(default: 1000\)/)
    expect(help).toMatch(/--leader <name> +who leads \(default: the first\)/)
    expect(help).toMatch(/--contacted <choice> +who is contacted \(choices: "all", "closest", default: all\)/)
  })

  test("describes every key in its schema, defaults included", () => {
    const { properties } = schemaOf(table) as { properties: Record<string, { description: string }> }
    expect(Object.keys(properties)).toEqual(Object.keys(table))
    expect(properties["timeoutMs"]).toEqual({
      description: "how long it waits, in ms",
      default: 1000,
      type: "number",
      minimum: 0,
      maximum: 1e9,
    })
  })

  test("with one entry more has it as flag, in help, schema, file, replay and manifest", () => {
    const more = {
      ...table,
      newKnobMs: duration({ about: "how long the new knob turns", group, default: 3 }),
    }
    const turned = { ...defaultsOf(more), newKnobMs: 8 }
    expect(commandOf(more).helpInformation()).toContain("--new-knob-ms <ms>")
    expect(schemaOf(more)["properties"]).toHaveProperty("newKnobMs.description")
    expect(readSettings(more, { newKnobMs: 8 }).values).toEqual({ newKnobMs: 8 })
    expect(replayWords(more, turned)).toEqual(["--new-knob-ms", "8"])
    expect(fromFlags(more, ["--new-knob-ms", "8"])).toEqual(turned)
    expect(manifestOf(more, turned)).toMatchObject({ newKnobMs: 8 })
    expect(readSettings(table, { newKnobMs: 8 }).mistakes).toHaveLength(1)
  })
})

describe("mistakes in settings", () => {
  test("are all reported, each at its place", () => {
    const stated = {
      lossProbability: 2,
      pairs: ["1:2", "x"],
      timeoutMs: [1],
      timoutMs: 1,
      contacted: "closes",
      requests: 1.5,
      groupCommit: "maybe",
    }
    const { values, mistakes } = readSettings(table, stated, ["setup"])
    expect(values).toEqual({})
    const valid = Object.keys(table).join(", ")
    expect(mistakes).toEqual([
      {
        path: ["setup", "lossProbability"],
        message: "lossProbability is 2; must be a number from 0 to 1, such as 0.05.",
      },
      { path: ["setup", "pairs", 1], message: "pairs is x; two numbers are written 1:2." },
      { path: ["setup", "timeoutMs"], message: "timeoutMs must be one value, not a list." },
      {
        path: ["setup", "timoutMs"],
        onKey: true,
        message: `unknown key "timoutMs"; did you mean "timeoutMs"? Valid keys: ${valid}.`,
      },
      {
        path: ["setup", "contacted"],
        message: `contacted is closes; must be one of all, closest; did you mean "closest"?`,
      },
      { path: ["setup", "requests"], message: "requests is 1.5; must be a positive integer." },
      { path: ["setup", "groupCommit"], message: "groupCommit is maybe; must be true or false." },
    ])
  })

  test.each([
    [["--loss-probability", "many"], "--loss-probability is many; must be a number from 0 to 1"],
    [["--requests", "0"], "--requests is 0; must be a positive integer"],
    [["--requests", "1e3"], "--requests is 1e3; must be a positive integer"],
    [["--timeout-ms", ""], '--timeout-ms is ""; must be a number of milliseconds'],
    [["--sigma", "11"], "--sigma is 11; must be a number from 0 to 10"],
    [["--rate", "0"], "--rate is 0; must be a number greater than 0"],
    [["--leader", " "], '--leader is " "; must be a name'],
  ])("on the command line name the flag: %j", (words, message) => {
    expect(() => fromFlags(table, words)).toThrow(message)
  })
})
