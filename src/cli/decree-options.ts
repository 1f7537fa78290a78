import { type Command, Option } from "commander"
import { UsageError } from "../base/errors.ts"
import { type DecreeSetup, type PartitionSetup, usualSetup } from "../experiment/decree-setup.ts"
import type { BackOff } from "../protocol/paxos/retry.ts"
import { micros } from "../sim/latency.ts"
import { type MatrixFlags, commaList, latencyHelp, matrixOptions, matrixReading } from "./latency-options.ts"
import { milliseconds, number, probability, whole } from "./options.ts"
import type { QuorumPlan } from "../quorum/plan.ts"

/** The options of `quorate simulate` as commander reads them: one for each part of a DecreeSetup. */
export interface DecreeOptions extends MatrixFlags {
  readonly latency: string
  readonly proposerRegions: readonly string[]
  readonly proposers: number
  readonly stagger: number
  readonly quorums: DecreeSetup["quorums"]
  readonly learners: number
  readonly nacks: boolean
  readonly variant: string
  readonly proposerClock: number
  readonly unsafe: boolean
  readonly timeout: number
  readonly backOff: BackOff
  readonly write: number
  readonly loss: number
  readonly duplicate: number
  readonly reorder: number
  readonly reorderBy: number
  readonly crashProbability: number
  readonly crash: DecreeSetup["crashes"]
  readonly partition: readonly PartitionSetup[]
  readonly horizon: number
}

/** Adds the options to a command; what is left out is as usual. */
export function addDecreeOptions(command: Command): Command {
  const duration = (flags: string, about: string, usual: number): Option =>
    new Option(flags, `${about}, in ms`).argParser(milliseconds(flags.split(" ")[0]!)).default(usual)
  const chance = (flags: string, about: string, usual: number): Option =>
    new Option(flags, about).argParser(probability(flags.split(" ")[0]!)).default(usual)
  const number = (flags: string, about: string, least: number, usual: number): Option =>
    new Option(flags, about).argParser(whole(flags.split(" ")[0]!, least)).default(usual)
  const names = (flags: string, about: string): Option =>
    new Option(flags, about).argParser(commaList).default([], "in turn")
  const u = usualSetup
  const options = [
    new Option("-l, --latency <latency>", latencyHelp).default("constant(10)"),
    ...matrixOptions(),
    names("--proposer-regions <names>", "with a matrix: where the proposers are"),
    number("--proposers <n>", "competing proposers, with values A, B, …", 1, u.proposers),
    duration("--stagger <ms>", "how long after its predecessor each proposer starts", u.staggerMs),
    new Option("--quorums <whom>", "whom a proposer asks")
      .choices(["broadcast", "closest", "random"])
      .default(u.quorums),
    number("--learners <n>", "processes that only learn", 0, u.learners),
    new Option("--nacks", "acceptors answer what came too late").default(u.nacks),
    new Option("--variant <id>", "a member of the Paxos family: recovery, revision-b, …").default(u.variant),
    new Option("--proposer-clock <rate>", "how fast the clocks of proposers run: 1.1 gains a tenth")
      .argParser(clockRate)
      .default(u.proposerClock),
    new Option("--unsafe", "run a combination that is known to be unsafe, as a control").default(false),
    duration("--timeout <ms>", "how long a proposer waits for a phase", u.timeoutMs),
    new Option("--back-off <policy>", "none, fixed(ms), random(ms) or exponential(ms, most)")
      .argParser(parseBackOff)
      .default(u.backOff, "exponential(10, 1000)"),
    duration("--write <ms>", "how long a synchronous write takes", u.writeMs),
    chance("--loss <p>", "probability that a message is lost", u.lossProbability),
    chance("--duplicate <p>", "probability that a message arrives twice", u.duplicateProbability),
    chance("--reorder <p>", "probability that a message is held back", u.reorderProbability),
    duration("--reorder-by <ms>", "for up to how long", u.reorderMs),
    chance(
      "--crash-probability <p>",
      "probability that an acceptor is down from the start",
      u.crashProbability,
    ),
    new Option("--crash <process@ms[-ms]>", "a crash, and a recovery: a1@100-500; repeatable")
      .argParser(collect(parseCrash))
      .default([], "none"),
    new Option("--partition <sides@ms-ms>", "a1,a2|a3@100-500, or > for one way; repeatable")
      .argParser(collect(parsePartition))
      .default([], "none"),
    duration("--horizon <ms>", "when the run is stopped", u.horizonMs),
  ]
  for (const option of options) command.addOption(option)
  return command
}

/** The setup the options describe. */
export async function readSetup(system: string, options: DecreeOptions): Promise<DecreeSetup> {
  const { readPlan } = await import("./plan-argument.ts")
  const plan = await readPlan(system)
  await refuseUnlessControl(plan, options)
  const { readLatency } = await import("./latency-argument.ts")
  return {
    plan,
    latency: readLatency(options.latency, matrixReading(options)),
    proposers: options.proposers,
    staggerMs: options.stagger,
    quorums: options.quorums,
    learners: options.learners,
    nacks: options.nacks,
    variant: options.variant,
    proposerClock: options.proposerClock,
    timeoutMs: options.timeout,
    backOff: options.backOff,
    writeMs: options.write,
    lossProbability: options.loss,
    duplicateProbability: options.duplicate,
    reorderProbability: options.reorder,
    reorderMs: options.reorderBy,
    crashProbability: options.crashProbability,
    crashes: options.crash,
    partitions: options.partition,
    acceptorRegions: options.acceptorRegions,
    proposerRegions: options.proposerRegions,
    jitterSigma: options.jitter,
    horizonMs: options.horizon,
  }
}

/** The options a replay needs beside what the setup knows: how the file of a matrix was read. */
export function matrixWords({ statistic, rounding, intraRegion }: DecreeOptions): string {
  return [
    statistic === "avg" ? "" : ` --statistic ${statistic}`,
    rounding === "nearest" ? "" : ` --rounding ${rounding}`,
    intraRegion === 0 ? "" : ` --intra-region ${intraRegion}`,
  ].join("")
}

function clockRate(text: string): number {
  const rate = Number(text)
  if (text.trim() !== "" && rate > 0 && rate < Infinity) return rate
  throw new UsageError(
    `--proposer-clock is ${text}; a clock's rate is a number greater than 0, and 1 is exact.`,
  )
}

/** For an option that may be given several times. */
function collect<T>(parse: (text: string) => T): (text: string, before: readonly T[]) => readonly T[] {
  return (text, before) => [...before, parse(text)]
}

/** `none`, `fixed(10)`, `random(20)`, `exponential(10, 1000)`, in milliseconds. */
export function parseBackOff(text: string): BackOff {
  const match = /^\s*(\w+)\s*(?:\(([^()]*)\))?\s*$/.exec(text)
  const kind = match?.[1]
  const values = match?.[2]?.split(",").map(number) ?? []
  if (values.every((value) => value >= 0 && value <= 1e9)) {
    const [first, second] = values.map(micros)
    if (kind === "none" && values.length === 0) return { kind }
    if (first !== undefined && values.length === 1) {
      if (kind === "fixed") return { kind, pause: first }
      if (kind === "random") return { kind, upTo: first }
    }
    if (kind === "exponential" && first !== undefined && second !== undefined && values.length === 2) {
      return { kind, base: first, most: second }
    }
  }
  throw new UsageError(
    `--back-off is ${text}; it must be none, fixed(pause), random(upTo) or exponential(base, most), in milliseconds: exponential(10, 1000).`,
  )
}

/** `a1@100`, or `a1@100-500` with a recovery. */
export function parseCrash(text: string): DecreeSetup["crashes"][number] {
  const match = /^(.+)@([\d.]+)(?:-([\d.]+))?$/.exec(text)
  const [process, at, until] = [match?.[1], number(match?.[2] ?? ""), match?.[3]]
  const recover = until === undefined ? undefined : number(until)
  if (process === undefined || !(at >= 0) || (recover !== undefined && !(recover > at))) {
    throw new UsageError(
      `--crash is ${text}; it must be process@ms or process@ms-ms, the recovery later: a1@100-500.`,
    )
  }
  return { process, atMs: at, ...(recover !== undefined && { recoverAtMs: recover }) }
}

/** `a1,a2|a3@100-500` both ways, `a1,a2>a3@100-500` one way. */
export function parsePartition(text: string): PartitionSetup {
  const match = /^([^|>]+)([|>])([^|>]+)@([\d.]+)-([\d.]+)$/.exec(text)
  const [, side, sign, otherSide, from, until] = match ?? []
  const [fromMs, untilMs] = [number(from ?? ""), number(until ?? "")]
  if (side === undefined || otherSide === undefined || !(untilMs > fromMs)) {
    throw new UsageError(
      `--partition is ${text}; it must be two lists of processes and a time, as "a1,a2|a3@100-500", or with > where only the first cannot reach the second.`,
    )
  }
  return { fromMs, untilMs, side: commaList(side), otherSide: commaList(otherSide), oneWay: sign === ">" }
}

/**
 * Refuses a variant that is unsafe or stuck with the plan, unless it is asked
 * for as a control. Classic Paxos runs with any quorums: what an unsafe system
 * does is what `quorate simulate` is often asked.
 */
async function refuseUnlessControl(
  plan: QuorumPlan,
  { variant, unsafe }: Pick<DecreeOptions, "variant" | "unsafe">,
): Promise<void> {
  if (variant === "classic" || unsafe) return
  const { variantNamed } = await import("../protocol/paxos/variants.ts")
  const { variantOf } = await import("../protocol/paxos/variant.ts")
  const { refuseUnsafe } = await import("../protocol/paxos/variant-check.ts")
  refuseUnsafe(variantOf(variantNamed(variant).switches), plan)
}
