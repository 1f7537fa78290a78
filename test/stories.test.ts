import { readFileSync, readdirSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { quorumPlanFrom, quorumSystemFrom } from "../quorums/from-text.ts"
import { emptySet, nodeSet } from "../src/base/node-set.ts"
import { UsageError } from "../src/base/errors.ts"
import { requirementById } from "../src/quorum/meet/requirement.ts"
import { tally } from "../src/quorum/meet/tally.ts"
import { type Phase, type QuorumSystem, formatSet, phases, setOf } from "../src/quorum/system.ts"
import { type Request, retell } from "./support/story.ts"

const folder = "test/testdata/quorum"
const files = readdirSync(folder).sort()

/** What the stories of quorums ask, and the answer; the commands are described in README.txt beside them. */
function answer(request: Request): string {
  const command = Object.hasOwn(commands, request.command) ? commands[request.command] : undefined
  if (command === undefined) throw new UsageError(`there is no command ${request.command}`)
  return command(request)
}

const commands: Readonly<Record<string, (request: Request) => string>> = {
  tally: ({ arguments: { yes = [], no = [], phase }, input }) => {
    const system = quorumSystemFrom(input)
    const replies = { yes: setOf(system, yes), no: setOf(system, no) }
    const asked = phase === undefined ? phases : [Number(phase[0]) as Phase]
    return asked
      .map((one) => `${phase === undefined ? `phase ${one} ` : ""}${tally(system, one, replies)}`)
      .join("\n")
  },
  check: ({ arguments: { requirement: [id = "4.4"] = [] }, input }) => {
    const verdict = requirementById(id)!.check(quorumPlanFrom(input))
    if (verdict.verdict !== "violated") return `${verdict.verdict}: ${verdict.because}`
    const { quorums, hint } = verdict.witness
    const disjoint = quorums.map(({ phase, nodes }) => `phase ${phase} {${nodes.join(" ")}}`)
    return [`violated: ${disjoint.join(", ")}`, `repair: ${hint}`].join("\n")
  },
  quorums: ({ input }) => {
    const system = quorumSystemFrom(input)
    return phases
      .map((phase) => {
        const shown = [...system.minimalQuorums(phase)].map((quorum) => formatSet(system, quorum))
        return `phase ${phase} ${shown.length === 0 ? "none" : shown.join(" ")}`
      })
      .join("\n")
  },
  committed: ({ arguments: acknowledged, input }) => {
    const indices = new Map(Object.entries(acknowledged).map(([name, [index]]) => [name, Number(index)]))
    return String(committedIndex(quorumSystemFrom(input), indices) ?? "no limit")
  },
}

/** The greatest index that a phase-2 quorum has acknowledged; 0 if there is none, nothing if no acknowledgement is needed. */
function committedIndex(system: QuorumSystem, acknowledged: ReadonlyMap<string, number>): number | undefined {
  if (tally(system, 2, { yes: emptySet, no: emptySet }) === "won") return undefined
  const reaching = (index: number) =>
    nodeSet(system.nodes.flatMap((name, at) => ((acknowledged.get(name) ?? 0) >= index ? [at] : [])))
  const won = [...acknowledged.values()].filter(
    (index) => tally(system, 2, { yes: reaching(index), no: emptySet }) === "won",
  )
  return Math.max(0, ...won)
}

describe("the stories of quorums", () => {
  test.each(files)("%s is as told", async (file) => {
    const story = readFileSync(`${folder}/${file}`, "utf8")
    await expect(retell(story, answer)).toMatchFileSnapshot(`testdata/quorum/${file}`)
  })

  test("are those of etcd, and others", () => {
    const requests = (file: string) => readFileSync(`${folder}/${file}`, "utf8").match(/^----$/gm)!.length
    expect(requests("etcd-votes.txt")).toBe(36)
    expect(requests("etcd-commits.txt")).toBe(46)
    expect(files.length).toBeGreaterThan(3)
  })
})

describe("the reader of stories", () => {
  const one = "# Prose.\n\ntally phase=1 yes=(a, b) no=()\nfirst\nsecond\n----\nold\nanswer\n"

  test("reads a request, and writes the answer in the place of the old one", () => {
    const asked: Request[] = []
    const told = retell(one, (request) => (asked.push(request), "new\n"))
    expect(asked).toEqual([
      { command: "tally", arguments: { phase: ["1"], yes: ["a", "b"], no: [] }, input: "first\nsecond" },
    ])
    expect(told).toBe("# Prose.\n\ntally phase=1 yes=(a, b) no=()\nfirst\nsecond\n----\nnew\n")
    expect(told).not.toBe(one)
  })

  test("tells an error as the answer, and refuses what is no request", () => {
    expect(retell(one, answer)).toContain("----\nerror: ")
    expect(() => retell("tally\nmajority(3)", answer)).toThrow("no line ----")
    expect(() => retell("tally yes a\nx\n----\n", answer)).toThrow("name=value")
  })
})
