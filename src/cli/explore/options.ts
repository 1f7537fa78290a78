import { type Command, Option } from "commander"
import { UsageError } from "../../base/errors.ts"
import { type Format, formatOption, protocolOption, seedOption, whole } from "../shared/options.ts"
import { defaultProtocol } from "../../run/common-settings.ts"
import { quoted } from "../../base/text.ts"

/** The options of `quorate explore`. */
export interface ExploreOptions {
  readonly model: "spec" | "actors"
  readonly values?: number
  readonly epochs: number
  readonly symmetry: "none" | "acceptors" | "values" | "all"
  readonly workers: number
  readonly inductive: boolean
  readonly protocol: string
  readonly variant?: string
  readonly set: readonly string[]
  readonly proposers: number
  readonly network: "unordered" | "duplicating" | "ordered"
  readonly lossy: boolean
  readonly timeouts: boolean
  readonly crashes: number
  readonly nacks: boolean
  readonly mutant?: string
  readonly eventually: boolean
  readonly reduce: boolean
  readonly search: "breadth" | "depth" | "walk" | "pct"
  readonly runs: number
  readonly steps: number
  readonly changes: number
  readonly seed: number
  readonly maxStates?: number
  readonly memory: number
  readonly stopAtViolation: boolean
  readonly save: readonly string[]
  readonly format: Format
}

/** Adds the options of both models; `refuseUnusedOptions` refuses those of the other model. */
export function addExploreOptions(command: Command): Command {
  return command
    .addOption(
      new Option("-m, --model <model>", "abstract Paxos, or the actors of the simulator")
        .choices(["spec", "actors"])
        .default("spec"),
    )
    .option("--values <V>", "number of values (spec only; default: 2)", whole("--values", 1))
    .option("--epochs <B>", "number of epochs, 0 … B − 1", whole("--epochs", 1), 2)
    .option(
      "--max-states <count>",
      "stop, with verdict unknown, after this many states",
      whole("--max-states", 1),
    )
    .addOption(
      new Option("--memory <size>", "memory limit for states: refuse or stop beyond it")
        .argParser(memorySize)
        .default(2 ** 31, "2GiB"),
    )
    .option("--stop-at-violation", "stop at the first violation", false)
    .addOption(
      new Option("--save <file>", saveHelp)
        .argParser((file: string, files: readonly string[]) => [...files, file])
        .default([], "nothing"),
    )
    .addOption(formatOption())
    .optionsGroup("Specification (--model spec):")
    .addOption(
      new Option("--symmetry <which>", "explore one state per orbit of a symmetry")
        .choices(["none", "acceptors", "values", "all"])
        .default("none"),
    )
    .option("--workers <count>", "number of threads", whole("--workers", 1), 1)
    .option("--inductive", "check the inductive invariant of Paxos; no search", false)
    .optionsGroup("Actors (--model actors):")
    .addOption(protocolOption("protocol", defaultProtocol.decree))
    .option("--variant <id>", "variant of Paxos: nacks, recovery, revision-b, … (default: classic)")
    .addOption(
      new Option("--set <setting=value>", "setting of the protocol (repeatable)")
        .argParser((text: string, before: readonly string[]) => [...before, text])
        .default([], "none"),
    )
    .option(
      "--proposers <count>",
      "number of proposers, each with its own candidate",
      whole("--proposers", 1),
      2,
    )
    .addOption(
      new Option("--network <kind>", "network model")
        .choices(["unordered", "duplicating", "ordered"])
        .default("unordered"),
    )
    .option("--lossy", "messages may be lost", false)
    .option("--no-timeouts", "timers never fire")
    .option("--crashes <count>", "maximum number of crashes per run", whole("--crashes", 0), 0)
    .option("--nacks", "acceptors send negative replies (Howard 2019, §3.1)", false)
    .option("--mutant <id>", "seed a bug in the actors, as a control")
    .option("--eventually", "also check progress: every run decides and learns", false)
    .option("--reduce", "merge equivalent (bisimilar) states", false)
    .addOption(
      new Option("--search <how>", "search strategy: breadth-first, depth-first, random walk or PCT")
        .choices(["breadth", "depth", "walk", "pct"])
        .default("breadth"),
    )
    .option("--runs <count>", "number of sampled runs", whole("--runs", 1), 1000)
    .option("--steps <count>", "maximum length of a sampled run, in steps", whole("--steps", 1), 200)
    .option("--changes <count>", "priority changes per run (pct)", whole("--changes", 0), 3)
    .addOption(seedOption())
}

/** The options that require one model, or some search strategies. */
const scopes: readonly { readonly of: string; readonly names: readonly string[] }[] = [
  { of: "--model spec", names: ["symmetry", "workers", "inductive"] },
  {
    of: "--model actors",
    names: [
      "protocol",
      "variant",
      "set",
      "proposers",
      "network",
      "lossy",
      "timeouts",
      "crashes",
      "nacks",
      "mutant",
      "eventually",
    ].concat(["reduce", "search", "runs", "steps", "changes", "seed"]),
  },
  { of: "--search walk or pct", names: ["runs", "steps", "seed"] },
  { of: "--search pct", names: ["changes"] },
  { of: "--search breadth or depth", names: ["reduce"] },
  { of: "--search breadth", names: ["eventually"] },
]

/** The options that the inductive check does not use. */
const searchOnly = ["symmetry", "workers", "maxStates", "memory", "stopAtViolation", "save"]

/** Refuses options that the chosen model or search strategy does not use. */
export function refuseUnusedOptions(command: Command, { model, search, inductive }: ExploreOptions): void {
  const isGiven = (one: string): boolean => command.getOptionValueSource(one) === "cli"
  const unused = inductive ? searchOnly.find(isGiven) : undefined
  if (unused !== undefined) {
    const flag = command.options.find((option) => option.attributeName() === unused)!.long!
    throw new UsageError(`${flag} and --inductive are mutually exclusive: --inductive does not search.`)
  }
  for (const { of, names } of scopes) {
    const name = names.find(isGiven)
    if (name === undefined || of.split(/ (?:or )?/).some((word) => word === model || word === search))
      continue
    const flag = command.options.find((option) => option.attributeName() === name)!.long!
    throw new UsageError(`${flag} requires ${of}.`)
  }
}

const saveHelp =
  "write the first counterexample as .json (for replay), .itf.json, .svg, .mmd or .txt (repeatable)"

/** "2GiB", "512 MiB", "1000000": bytes. */
function memorySize(text: string): number {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(?:(K|M|G|T)i?B?|B|bytes)?\s*$/i.exec(text)
  const bytes =
    match === null ? 0 : Number(match[1]) * 1024 ** " KMGT".indexOf((match[2] ?? " ").toUpperCase())
  if (!(bytes >= 2 ** 16)) {
    throw new UsageError(
      `--memory is ${quoted(text)}; must be a size of at least 64 KiB, such as 512MiB or 2GiB.`,
    )
  }
  return bytes
}
