import { type Command, Option } from "commander"
import type { Strategy } from "../../analysis/strategy/strategy.ts"
import { type DecreeSetup, type PartitionSetup, usualSetup } from "../../run/decree-setup.ts"
import type { BackOff } from "../../protocol/paxos/proposer-state.ts"
import type { Variant } from "../../protocol/paxos/variant.ts"
import {
  bandwidth,
  clockRate,
  collect,
  parseBackOff,
  parseCrash,
  parsePartition,
  parseSlow,
} from "../../run/decree-notation.ts"
import { type MatrixFlags, latencyHelp, matrixOptions, matrixReading } from "../shared/latency-options.ts"
import { milliseconds, mostProcesses, probability, whole } from "../shared/options.ts"
import type { QuorumPlan } from "../../quorum/plan.ts"
import { commaList } from "../../base/text.ts"

/** The options of `quorate simulate` as commander reads them: one for each part of a DecreeSetup. */
export interface DecreeOptions extends MatrixFlags {
  readonly latency: string
  readonly proposerRegions: readonly string[]
  readonly proposers: number
  readonly start: number
  readonly stagger: number
  readonly quorums: DecreeSetup["quorums"]
  readonly learners: number
  readonly readers: number
  readonly recoveryProposers: number
  readonly colocated: boolean
  readonly distinguished: string | null
  readonly asksAgain: boolean
  readonly nacks: boolean
  readonly variant: string
  readonly set: readonly string[]
  readonly mutant: string | null
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
  readonly slow: DecreeSetup["slow"]
  readonly partition: readonly PartitionSetup[]
  readonly bandwidth: number | null
  readonly valueBytes: number
  readonly horizon: number
}

/** Adds the options to a command, in groups; what is left out is as usual. */
export function addDecreeOptions(command: Command): Command {
  const groups = [
    ["Latency:", latencyOptions()],
    ["Who takes part:", rolesOptions()],
    ["The algorithm:", algorithmOptions()],
    ["What goes wrong:", faultOptions()],
  ] as const
  for (const [heading, options] of groups) {
    for (const option of options) command.addOption(option.helpGroup(heading))
  }
  return command
}

const u = usualSetup

function duration(flags: string, about: string, usual: number): Option {
  return new Option(flags, `${about}, in ms`).argParser(milliseconds(flags.split(" ")[0]!)).default(usual)
}

function chance(flags: string, about: string, usual: number): Option {
  return new Option(flags, about).argParser(probability(flags.split(" ")[0]!)).default(usual)
}

function number(flags: string, about: string, least: number, usual: number): Option {
  return new Option(flags, about).argParser(whole(flags.split(" ")[0]!, least)).default(usual)
}

function processes(flags: string, about: string, least: number, usual: number): Option {
  return new Option(flags, about).argParser(whole(flags.split(" ")[0]!, least, mostProcesses)).default(usual)
}

function repeatable(flags: string, about: string, parse: (text: string) => unknown): Option {
  return new Option(flags, `${about}; repeatable`).argParser(collect(parse)).default([], "none")
}

function latencyOptions(): Option[] {
  return [
    new Option("-l, --latency <latency>", latencyHelp).default("constant(10)"),
    ...matrixOptions(),
    new Option("--proposer-regions <names>", "with a matrix: where the proposers are")
      .argParser(commaList)
      .default([], "in turn"),
    new Option("--bandwidth <Mbit/s>", "what each link carries; messages queue for it")
      .argParser(bandwidth)
      .default(u.linkMbitPerSecond, "no limit"),
    number("--value-bytes <n>", "with a bandwidth: how large a value is", 0, u.valueBytes),
  ]
}

function rolesOptions(): Option[] {
  return [
    processes("--proposers <n>", "competing proposers, with values A, B, …", 1, u.proposers),
    duration("--start <ms>", "when the first proposer is asked for something", u.startMs),
    duration("--stagger <ms>", "how long after its predecessor each proposer starts", u.staggerMs),
    new Option("--distinguished <name>", "the proposer that the others forward to: p1").default(
      u.distinguished,
      "none",
    ),
    processes("--recovery-proposers <n>", "the last n only finish what others began", 0, u.recoveryProposers),
    processes("--learners <n>", "processes that only learn", 0, u.learners),
    processes("--readers <n>", "processes that read what is decided, after the last proposer", 0, u.readers),
    new Option("--colocated", "each acceptor is a proposer too").default(u.colocated),
    new Option("--asks-again", "the client of a proposer that comes back asks again").default(u.asksAgain),
  ]
}

function algorithmOptions(): Option[] {
  return [
    new Option("--variant <id>", "a member of the Paxos family: recovery, revision-b, …").default(u.variant),
    repeatable("--set <switch>", "a switch on top of it, as nacks=epoch", (text) => text),
    new Option("--unsafe", "run a combination that is known to be unsafe, as a control").default(false),
    new Option("--mutant <id>", "switch off a property of the thesis, as a control: one-promise").default(
      u.mutant,
      "none",
    ),
    new Option("--nacks", "short for --set nacks=epoch").default(u.nacks),
    new Option("--quorums <whom>", "whom a proposer asks")
      .choices(["broadcast", "closest", "random", "strategy", "ring"])
      .default(u.quorums),
    duration("--timeout <ms>", "how long a proposer waits for a phase", u.timeoutMs),
    new Option("--back-off <policy>", "none, fixed(ms), random(ms) or exponential(ms, most)")
      .argParser(parseBackOff)
      .default(u.backOff, "exponential(10, 1000)"),
    duration("--write <ms>", "how long a synchronous write takes", u.writeMs),
    duration("--horizon <ms>", "when the run is stopped", u.horizonMs),
  ]
}

function faultOptions(): Option[] {
  return [
    chance("--loss <p>", "probability that a message is lost", u.lossProbability),
    chance("--duplicate <p>", "probability that a message arrives twice", u.duplicateProbability),
    chance("--reorder <p>", "probability that a message is held back", u.reorderProbability),
    duration("--reorder-by <ms>", "for up to how long", u.reorderMs),
    chance(
      "--crash-probability <p>",
      "probability that an acceptor is down from the start",
      u.crashProbability,
    ),
    repeatable("--crash <process@ms[-ms]>", "a crash, and a recovery: a1@100-500", parseCrash),
    repeatable("--slow <process@ms>", "each message costs it so much more: a5@50", parseSlow),
    repeatable("--partition <sides@ms-ms>", "a1,a2|a3@100-500, or > for one way", parsePartition),
    new Option("--proposer-clock <rate>", "how fast the clocks of proposers run: 1.1 gains a tenth")
      .argParser(clockRate)
      .default(u.proposerClock),
  ]
}

/** The setup the options describe. */
export async function readSetup(system: string, options: DecreeOptions): Promise<DecreeSetup> {
  const { readPlan } = await import("../shared/system-argument.ts")
  const plan = await readPlan(system)
  const switches = await readSwitches(options.set)
  await refuseUnlessControl(plan, switches, options)
  const { readLatency } = await import("../shared/latency-argument.ts")
  return {
    plan,
    latency: readLatency(options.latency, matrixReading(options)),
    proposers: options.proposers,
    startMs: options.start,
    staggerMs: options.stagger,
    quorums: options.quorums,
    ...(options.quorums === "strategy" && { strategy: await leastLoad(plan) }),
    learners: options.learners,
    readers: options.readers,
    recoveryProposers: options.recoveryProposers,
    colocated: options.colocated,
    distinguished: options.distinguished,
    asksAgain: options.asksAgain,
    nacks: options.nacks,
    variant: options.variant,
    switches,
    mutant: options.mutant,
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
    slow: options.slow,
    partitions: options.partition,
    valueBytes: options.valueBytes,
    linkMbitPerSecond: options.bandwidth,
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

/** What a proposer draws its quorums from: one phase of each kind. */
async function leastLoad(plan: QuorumPlan): Promise<Strategy> {
  const { leastLoadStrategy } = await import("../../run/drawn-quorums.ts")
  return leastLoadStrategy(plan, 0.5)
}

/** The switches of `--set`, a later one overrides. */
async function readSwitches(texts: readonly string[]): Promise<Partial<Variant>> {
  if (texts.length === 0) return {}
  const { parseSwitch } = await import("../../protocol/paxos/switches.ts")
  return Object.assign({}, ...texts.map(parseSwitch)) as Partial<Variant>
}

/**
 * Refuses a combination of switches that is unsafe or stuck with the plan, unless
 * it is asked for as a control. Classic Paxos runs with any quorums: what an
 * unsafe system does is what `quorate simulate` is often asked.
 */
async function refuseUnlessControl(
  plan: QuorumPlan,
  switches: Partial<Variant>,
  { variant, unsafe }: Pick<DecreeOptions, "variant" | "unsafe">,
): Promise<void> {
  const isClassic = variant === "classic" && Object.keys(switches).length === 0
  if (isClassic || unsafe) return
  const { variantNamed } = await import("../../protocol/paxos/variants.ts")
  const { variantOf } = await import("../../protocol/paxos/variant.ts")
  const { refuseUnsafe } = await import("../../protocol/paxos/variant-rules.ts")
  refuseUnsafe(variantOf(variantNamed(variant).switches, switches), plan)
}
