import { type Command, Option } from "commander"
import { UsageError } from "../../base/errors.ts"
import { type LogSetup, recipientChoices, usualLogSetup } from "../../run/log-setup.ts"
import type { BackOff } from "../../protocol/paxos/proposer-state.ts"
import type { KeyChoice } from "../../protocol/log/workload.ts"
import { type Rounding, type Statistic, roundings, statistics } from "../../world/simulate/latency-matrix.ts"
import { collect, parseBackOff } from "../../run/decree-notation.ts"
import { latencyHelp, sigma } from "../shared/latency-options.ts"
import { milliseconds, mostProcesses, probability, whole } from "../shared/options.ts"
import { commaList, number } from "../../base/text.ts"

/** The options of `quorate log` as commander reads them: one for each part of a LogSetup. */
export interface LogOptions {
  readonly latency: string
  readonly statistic: Statistic
  readonly rounding: Rounding
  readonly intraRegion: number
  readonly jitter: number
  readonly replicaRegions: readonly string[]
  readonly clientRegions: readonly string[]
  readonly groups?: number
  readonly leader?: string
  readonly quorums: LogSetup["recipients"]
  readonly reads: LogSetup["reads"]
  readonly lease: number
  readonly drift: number
  readonly detector: LogSetup["detector"]
  readonly heartbeat: number
  readonly election: number
  readonly backOff: BackOff
  readonly retransmit: number
  readonly window: number
  readonly batch: number
  readonly batchDelay: number
  readonly snapshotEvery: number
  readonly handOver?: number
  readonly rejoin: boolean
  readonly write: number
  readonly groupCommit: boolean
  readonly receive: number
  readonly send: number
  readonly service: LogSetup["service"]
  readonly perByte: number
  readonly bandwidth?: number
  readonly clock: readonly Clock[]
  readonly clients: number
  readonly think: number
  readonly rate?: number
  readonly burst: number
  readonly retry: number
  readonly requests?: number
  readonly keys: KeyChoice
  readonly readShare: number
  readonly casShare: number
  readonly appendShare: number
  readonly payload: number
  readonly spread: number
  readonly fault: readonly string[]
  readonly duration: number
}

/** How fast the clock of a replica runs. */
export interface Clock {
  readonly name: string
  readonly rate: number
}

const u = usualLogSetup
const flag = (flags: string): string => flags.split(" ").find((word) => word.startsWith("--"))!
const duration = (flags: string, about: string, usual?: number): Option =>
  withUsual(new Option(flags, `${about}, in ms`).argParser(milliseconds(flag(flags))), usual)
const share = (flags: string, about: string, usual: number): Option =>
  new Option(flags, about).argParser(probability(flag(flags))).default(usual)
const count = (flags: string, about: string, least: number, usual?: number): Option =>
  withUsual(new Option(flags, about).argParser(whole(flag(flags), least)), usual)
const processes = (flags: string, about: string, usual?: number): Option =>
  withUsual(new Option(flags, about).argParser(whole(flag(flags), 1, mostProcesses)), usual)
const amount = (flags: string, about: string, usual?: number): Option =>
  withUsual(new Option(flags, about).argParser(positive(flag(flags))), usual)

function withUsual(option: Option, usual: number | undefined): Option {
  return usual === undefined ? option : option.default(usual)
}

/** The options in groups, each under a heading of the help. */
const optionGroups: Readonly<Record<string, () => readonly Option[]>> = {
  "Where everyone is:": () => [
    new Option("-l, --latency <latency>", latencyHelp).default("constant(10)"),
    new Option("--statistic <which>", "which figure of ping files to use").choices(statistics).default("avg"),
    new Option("--rounding <how>", "how half a round trip becomes whole microseconds")
      .choices(roundings)
      .default("nearest"),
    duration("--intra-region <rtt>", "round trip within a region where a file has none", 0),
    new Option("--jitter <sigma>", "with a matrix: σ of a lognormal factor on each delay")
      .argParser(sigma)
      .default(u.jitterSigma),
    new Option("--replica-regions <names>", "with a matrix: where the replicas are, in turn")
      .argParser(commaList)
      .default([], "all in turn"),
    new Option("--client-regions <names>", "with a matrix: where the groups of clients are, or all")
      .argParser(commaList)
      .default([], "beside each replica"),
    count("--groups <n>", "without a matrix: groups of clients, beside the first n replicas", 0),
  ],
  "The protocol:": () => [
    new Option("--leader <replica>", "who leads first, by name (default: the first)"),
    new Option("--quorums <whom>", "whom the leader asks to accept")
      .choices(recipientChoices)
      .default(u.recipients),
    new Option("--reads <how>", "how a get is answered; stale is an unsafe control")
      .choices(["log", "quorum", "lease", "stale"])
      .default(u.reads),
    duration("--lease <ms>", "how long a lease lasts", u.leaseMs),
    share("--drift <share>", "ε: by which share of time a lease takes clocks to be wrong", u.leaseDrift),
    new Option(
      "--detector <how>",
      "what makes a follower stand: no heartbeat, or a request without an answer",
    )
      .choices(["heartbeat", "timeout"])
      .default(u.detector),
    duration("--heartbeat <ms>", "how often the leader says that it is there", u.heartbeatMs),
    duration("--election <ms>", "a follower waits once to twice this for a leader", u.electionMs),
    new Option(
      "--back-off <policy>",
      "after a failed phase 1: none, fixed(ms), random(ms) or exponential(ms, most)",
    )
      .argParser(parseBackOff)
      .default(u.backOff, "exponential(100, 2000)"),
    duration("--retransmit <ms>", "when a slot without its quorum is proposed to everyone", u.retransmitMs),
    count("--window <slots>", "slots proposed and undecided at a time", 1, u.window),
    count("--batch <commands>", "commands in a slot at most", 1, u.batchMost),
    duration("--batch-delay <ms>", "how long the first of them waits for others", u.batchDelayMs),
    count("--snapshot-every <slots>", "snapshot and truncation after so many slots", 1, u.snapshotEvery),
    duration("--hand-over <ms>", "a leader hands over to the next replica after this"),
    new Option("--no-rejoin", "who lost its disk takes part as if new: unsafe, a control"),
  ],
  "The machines:": () => [
    duration("--write <ms>", "how long a synchronous write takes", u.writeMs),
    new Option("--no-group-commit", "each record is a write of its own"),
    amount("--receive <us>", "what reading a message costs a replica, in µs", u.receiveMicros),
    amount("--send <us>", "what writing one costs, in µs; a broadcast is one", u.sendMicros),
    new Option("--service <law>", "how these vary").choices(["constant", "exponential"]).default(u.service),
    amount("--per-byte <us>", "what each byte costs on top, in µs", u.microsPerByte),
    amount("--bandwidth <mbit>", "of every link, in Mbit/s (default: no limit)"),
    new Option("--clock <replica=rate>", "how fast a clock runs: a1=1.05; repeatable")
      .argParser(collect(parseClock))
      .default([], "all exact"),
  ],
  "The clients:": () => [
    processes("-c, --clients <n>", "clients in each group", u.clientsPerGroup),
    duration("--think <ms>", "between an answer and the client's next request", u.thinkMs),
    amount("--rate <per-s>", "open loop instead: requests of a group arrive by themselves"),
    count("--burst <n>", "with --rate: so many at a time", 1, u.burst),
    duration("--retry <ms>", "a request without an answer is sent elsewhere after this", u.retryMs),
    count("--requests <n>", "requests of each client (default: no limit)", 1),
    new Option("--keys <choice>", "uniform(count), zipf(count, exponent) or conflict(ratio)")
      .argParser(parseKeys)
      .default(u.keys, "uniform(1000)"),
    share("--read-share <share>", "share of gets", u.readShare),
    share("--cas-share <share>", "share of cas in the others", u.casShare),
    share("--append-share <share>", "share of append in the others; the rest are puts", u.appendShare),
    count("--payload <bytes>", "the size of a command", 0, u.payloadBytes),
    duration("--spread <ms>", "the first requests come over this time", u.spreadMs),
  ],
  "The run:": () => [
    new Option("-x, --fault <fault>", 'such as "crash leader @2000-4000"; repeatable, see below')
      .argParser(collect((text: string) => text))
      .default([], "none"),
    duration("-d, --duration <ms>", "how long the run is", u.horizonMs),
  ],
}

/** Adds the options to a command; what is left out is as usual. */
export function addLogOptions(command: Command): Command {
  for (const [heading, options] of Object.entries(optionGroups)) {
    for (const option of options()) command.addOption(option.helpGroup(heading))
  }
  return command
}

function positive(option: string): (text: string) => number {
  return (text) => {
    const value = number(text)
    if (value >= 0 && value <= 1e9) return value
    throw new UsageError(`${option} is ${text}; it must be a number from 0 to 1e9.`)
  }
}

/** `a1=1.05`. */
export function parseClock(text: string): Clock {
  const [, name, value] = /^(.+)=([\d.]+)$/.exec(text) ?? []
  const rate = number(value ?? "")
  if (name !== undefined && rate > 0) return { name, rate }
  throw new UsageError(`--clock is ${text}; it must be a replica and a rate greater than 0: a1=1.05.`)
}

/** `uniform(1000)`, `zipf(1000, 0.99)` or `conflict(0.1)`. */
export function parseKeys(text: string): KeyChoice {
  const [, kind, list] = /^\s*(\w+)\s*\(([^()]*)\)\s*$/.exec(text) ?? []
  const [first, second, ...more] = (list ?? "").split(",").map(number)
  const isCount = Number.isSafeInteger(first) && first! >= 1
  if (kind === "uniform" && isCount && second === undefined) return { kind, count: first! }
  if (kind === "zipf" && isCount && second !== undefined && second >= 0 && more.length === 0)
    return { kind, count: first!, exponent: second }
  if (kind === "conflict" && first !== undefined && first >= 0 && first <= 1 && second === undefined)
    return { kind, ratio: first }
  throw new UsageError(
    `--keys is ${text}; it must be uniform(count), zipf(count, exponent) or conflict(ratio): zipf(1000, 0.99).`,
  )
}
