import { type Command, Option } from "commander"
import { UsageError } from "../../base/errors.ts"
import { type Format, formatOption, seedOption, whole } from "../shared/options.ts"
import { quoted } from "../../base/text.ts"

/** What `quorate explore` was asked for. */
export interface ExploreOptions {
  readonly model: "spec" | "actors"
  readonly values?: number
  readonly epochs: number
  readonly symmetry: "none" | "acceptors" | "values" | "all"
  readonly workers: number
  readonly inductive: boolean
  readonly variant: string
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

/**
 * The options of a search, of either model; those that the other has no
 * use for are refused, not ignored.
 */
export function addExploreOptions(command: Command): Command {
  return command
    .addOption(
      new Option("-m, --model <model>", "abstract Paxos, or the actors that are simulated")
        .choices(["spec", "actors"])
        .default("spec"),
    )
    .option("--values <V>", "values that may be proposed (spec; 2 unless given)", whole("--values", 1))
    .option("--epochs <B>", "epochs 0 … B − 1", whole("--epochs", 1), 2)
    .option("--max-states <count>", "stop with unknown after so many states", whole("--max-states", 1))
    .addOption(
      new Option("--memory <size>", "refuse or stop beyond this much memory for states")
        .argParser(memorySize)
        .default(2 ** 31, "2GiB"),
    )
    .option("--stop-at-violation", "stop at the first violation instead of counting everything", false)
    .addOption(
      new Option("--save <file>", saveHelp)
        .argParser((file: string, files: readonly string[]) => [...files, file])
        .default([], "nothing"),
    )
    .addOption(formatOption())
    .optionsGroup("Specification (--model spec):")
    .addOption(
      new Option("--symmetry <which>", "explore one state of each orbit")
        .choices(["none", "acceptors", "values", "all"])
        .default("none"),
    )
    .option("--workers <count>", "threads that share the search", whole("--workers", 1), 1)
    .option("--inductive", "check the inductive invariant of Paxos instead of searching", false)
    .optionsGroup("Actors (--model actors):")
    .option("--variant <id>", "a member of the Paxos family: nacks, recovery, revision-b, …", "classic")
    .option("--proposers <count>", "proposers, each with its own candidate", whole("--proposers", 1), 2)
    .addOption(
      new Option("--network <kind>", "what the network does with messages")
        .choices(["unordered", "duplicating", "ordered"])
        .default("unordered"),
    )
    .option("--lossy", "losing a message is an event of its own", false)
    .option("--no-timeouts", "timers never fire")
    .option("--crashes <count>", "crashes in a run at most", whole("--crashes", 0), 0)
    .option("--nacks", "acceptors answer messages of old epochs (Howard 2019, §3.1)", false)
    .option("--mutant <id>", "plant a mistake in the actors, as a control")
    .option("--eventually", "judge progress, too: does every run decide, and every run learn?", false)
    .option("--reduce", "merge states that no future can tell apart", false)
    .addOption(
      new Option("--search <how>", "breadth first, depth first, or sampled runs")
        .choices(["breadth", "depth", "walk", "pct"])
        .default("breadth"),
    )
    .option("--runs <count>", "runs to sample", whole("--runs", 1), 1000)
    .option("--steps <count>", "steps of a sampled run at most", whole("--steps", 1), 200)
    .option("--changes <count>", "priority changes in a run (pct)", whole("--changes", 0), 3)
    .addOption(seedOption())
}

/** The options that say something to one model, or to some ways to search, alone. */
const scopes: readonly { readonly of: string; readonly names: readonly string[] }[] = [
  { of: "--model spec", names: ["symmetry", "workers", "inductive"] },
  {
    of: "--model actors",
    names: [
      "variant",
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

/** What a search looks at, and the inductive check does not. */
const searchOnly = ["symmetry", "workers", "maxStates", "memory", "stopAtViolation", "save"]

/** Refuses options that were given and would not be looked at. */
export function refuseIdleOptions(command: Command, { model, search, inductive }: ExploreOptions): void {
  const isGiven = (one: string): boolean => command.getOptionValueSource(one) === "cli"
  const idle = inductive ? searchOnly.find(isGiven) : undefined
  if (idle !== undefined) {
    const flag = command.options.find((option) => option.attributeName() === idle)!.long!
    throw new UsageError(`${flag} is of a search; --inductive does not search. Leave one of the two out.`)
  }
  for (const { of, names } of scopes) {
    const name = names.find(isGiven)
    if (name === undefined || of.split(/ (?:or )?/).some((word) => word === model || word === search))
      continue
    const flag = command.options.find((option) => option.attributeName() === name)!.long!
    const asked = of.startsWith("--model") ? `--model ${model}` : `--search ${search}`
    throw new UsageError(`${flag} is of ${of}; ${asked} does not look at it. Leave one of the two out.`)
  }
}

const saveHelp =
  "write the first counterexample: .json to replay, .itf.json, .svg, .mmd or .txt; may be repeated"

/** "2GiB", "512 MiB", "1000000": bytes. */
function memorySize(text: string): number {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(?:(K|M|G|T)i?B?|B|bytes)?\s*$/i.exec(text)
  const bytes =
    match === null ? 0 : Number(match[1]) * 1024 ** " KMGT".indexOf((match[2] ?? " ").toUpperCase())
  if (!(bytes >= 2 ** 16)) {
    throw new UsageError(
      `--memory is ${quoted(text)}; it must be a size of at least 64 KiB, such as 512MiB or 2GiB.`,
    )
  }
  return bytes
}
