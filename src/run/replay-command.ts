import { shellWord } from "../base/text.ts"
import type { BackOff } from "../protocol/paxos/proposer-state.ts"
import { formatSwitches } from "../protocol/paxos/switches.ts"
import { variantOf } from "../protocol/paxos/variant.ts"
import { variantNamed } from "../protocol/paxos/variants.ts"
import type { LatencyChoice } from "../world/simulate/latency.ts"
import { type DecreeSetup, type PartitionSetup, usualSetup } from "./decree-setup.ts"
import type { Algorithm } from "./random-setup.ts"

/** The command that shows a run again, message by message. Options at their usual values are left out. */
export function replayCommand(setup: DecreeSetup, seed: number): string {
  const words = [
    "quorate simulate",
    shellWord(setup.plan.name),
    "--latency",
    shellWord(latencyName(setup.latency)),
  ]
  return [...words, ...optionsThatDiffer(setup), "--seed", String(seed), "--trace"].join(" ")
}

/** The command that shows a run of `randomSetup` again, before every check: the seed says all but the algorithm. */
export function troubleCommand(plan: string, seed: number, algorithm: Partial<Algorithm>): string {
  const { variant = "classic", mutant = null, colocated = false } = algorithm
  const words = switchWords({ variant, switches: algorithm.switches ?? {} })
  const isClassic = variant === "classic" && words.length === 0
  return [
    "quorate simulate",
    shellWord(plan),
    ...(variant === "classic" ? [] : ["--variant", variant]),
    ...words.flatMap((word) => ["--set", shellWord(word)]),
    ...(isClassic ? [] : ["--unsafe"]),
    ...(colocated ? ["--colocated"] : []),
    ...(mutant === null ? [] : ["--mutant", mutant]),
    ...["--trouble", "--checks", "--seed", String(seed)],
  ].join(" ")
}

/** Options that take a value as it is. */
const plainOptions = {
  proposers: "--proposers",
  startMs: "--start",
  staggerMs: "--stagger",
  quorums: "--quorums",
  learners: "--learners",
  readers: "--readers",
  recoveryProposers: "--recovery-proposers",
  distinguished: "--distinguished",
  variant: "--variant",
  mutant: "--mutant",
  proposerClock: "--proposer-clock",
  timeoutMs: "--timeout",
  writeMs: "--write",
  lossProbability: "--loss",
  duplicateProbability: "--duplicate",
  reorderProbability: "--reorder",
  reorderMs: "--reorder-by",
  crashProbability: "--crash-probability",
  jitterSigma: "--jitter",
  linkMbitPerSecond: "--bandwidth",
  valueBytes: "--value-bytes",
  horizonMs: "--horizon",
} as const

function optionsThatDiffer(setup: DecreeSetup): string[] {
  const plain = Object.entries(plainOptions).flatMap(([key, option]) => {
    const value = setup[key as keyof typeof plainOptions]
    return value === usualSetup[key as keyof typeof plainOptions] ? [] : [option, String(value)]
  })
  const backOff = formatBackOff(setup.backOff)
  const switches = switchWords(setup)
  return [
    ...plain,
    ...switches.flatMap((word) => ["--set", shellWord(word)]),
    ...(setup.nacks ? ["--nacks"] : []),
    ...(setup.colocated ? ["--colocated"] : []),
    ...(setup.asksAgain ? ["--asks-again"] : []),
    // What was run can be run again, whatever is to be said against it.
    ...(setup.variant === usualSetup.variant && switches.length === 0 ? [] : ["--unsafe"]),
    ...(backOff === formatBackOff(usualSetup.backOff) ? [] : ["--back-off", shellWord(backOff)]),
    ...list("--acceptor-regions", setup.acceptorRegions),
    ...list("--proposer-regions", setup.proposerRegions),
    ...setup.crashes.flatMap((crash) => ["--crash", formatCrash(crash)]),
    ...setup.slow.flatMap(({ process, byMs }) => ["--slow", `${process}@${byMs}`]),
    ...setup.partitions.flatMap((partition) => ["--partition", shellWord(formatPartition(partition))]),
  ]
}

/** The switches that say something the named variant does not, even where they take back what it says. */
function switchWords({ variant, switches }: Pick<DecreeSetup, "variant" | "switches">): string[] {
  const named = variantOf(variantNamed(variant).switches)
  return formatSwitches(switches, named)
}

/** `none`, `fixed(10)`, `random(20)`, `exponential(10, 1000)`, in milliseconds. */
export function formatBackOff(backOff: BackOff): string {
  switch (backOff.kind) {
    case "none":
      return "none"
    case "fixed":
      return `fixed(${backOff.pause / 1000})`
    case "random":
      return `random(${backOff.upTo / 1000})`
    case "exponential":
      return `exponential(${backOff.base / 1000}, ${backOff.most / 1000})`
  }
}

/** `a1@100` or `a1@100-500`: down from, and until, in milliseconds. */
export function formatCrash({ process, atMs, recoverAtMs }: DecreeSetup["crashes"][number]): string {
  return `${process}@${atMs}${recoverAtMs === undefined ? "" : `-${recoverAtMs}`}`
}

/** `a1,a2|a3@100-500` both ways, `a1,a2>a3@100-500` one way, in milliseconds. */
export function formatPartition({ side, otherSide, oneWay, fromMs, untilMs }: PartitionSetup): string {
  return `${side.join(",")}${oneWay ? ">" : "|"}${otherSide.join(",")}@${fromMs}-${untilMs}`
}

/** The text that gives a latency back. */
export function latencyName(latency: LatencyChoice): string {
  return latency.kind === "everywhere" ? latency.model.name : latency.name
}

function list(option: string, values: readonly string[]): string[] {
  return values.length === 0 ? [] : [option, shellWord(values.join(","))]
}
