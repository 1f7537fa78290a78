import type { Strategy } from "../analysis/index.ts"
import { UsageError } from "../base/errors.ts"
import { number } from "../base/text.ts"
import type { KeyChoice } from "../protocol/log/workload.ts"
import type { QuorumPlan } from "../quorum/plan.ts"
import type { LatencyChoice } from "../world/simulate/latency.ts"
import {
  backOff,
  clockRates,
  faults,
  group,
  horizonMs,
  jitterSigma,
  linkMbitPerSecond,
  matrixSettings,
  maxProcesses,
  ofMatrix,
  given,
  writeMs,
} from "./common-settings.ts"
import {
  type Condition,
  type Notation,
  type ValuesOf,
  amount,
  choice,
  defaultsOf,
  duration,
  flag,
  integer,
  listOf,
  name,
  names,
  notation,
  orNone,
  positive,
  probability,
} from "./setting.ts"

/** `uniform(1000)`, `zipf(1000, 0.99)` or `conflict(0.1)`. */
const keyNotation: Notation<KeyChoice> = {
  example: "zipf(1000, 0.99)",
  parse: parseKeys,
  format: (keys) => {
    if (keys.kind === "conflict") return `conflict(${keys.ratio})`
    return keys.kind === "uniform" ? `uniform(${keys.count})` : `zipf(${keys.count}, ${keys.exponent})`
  },
}

function parseKeys(text: string): KeyChoice {
  const [, kind, list] = /^\s*(\w+)\s*\(([^()]*)\)\s*$/.exec(text) ?? []
  const [first, second, ...more] = (list ?? "").split(",").map(number)
  const isCount = Number.isSafeInteger(first) && first! >= 1
  if (kind === "uniform" && isCount && second === undefined) return { kind, count: first! }
  if (kind === "zipf" && isCount && second !== undefined && second >= 0 && more.length === 0)
    return { kind, count: first!, exponent: second }
  if (kind === "conflict" && first !== undefined && first >= 0 && first <= 1 && second === undefined)
    return { kind, ratio: first }
  throw new UsageError("must be uniform(count), zipf(count, exponent) or conflict(ratio): zipf(1000, 0.99)")
}

const { topology, algorithm, machines, clients, run } = group

const ofLeases: Condition = {
  what: (called) => `${called("reads")} lease`,
  holds: ({ reads }) => reads === "lease",
}

/** Shares of what others leave: nothing, where one of these is 1. */
function writesLeft(...others: readonly string[]): Condition {
  return {
    what: (called) => others.map((key) => `${called(key)} less than 1`).join(" and "),
    holds: (setup) => others.every((key) => setup[key] !== 1),
  }
}

/** The settings of Multi-Paxos; another log may share some of them. */
export const multiPaxosSettings = {
  quorumSelection: choice(["broadcast", "closest", "random", "strategy", "rotating", "standby"], {
    about: "which acceptors the leader contacts first",
    group: algorithm,
    default: "broadcast",
  }),
  reads: choice(["log", "quorum", "lease", "stale"], {
    about: "how a get is answered; stale is an unsafe control",
    group: algorithm,
    default: "log",
  }),
  leaseMs: duration({ about: "how long a lease lasts", group: algorithm, default: 500, requires: ofLeases }),
  leaseDrift: probability({
    about: "ε: clock drift that a lease allows for, as a share of time",
    group: algorithm,
    default: 0.01,
    placeholder: "share",
    requires: ofLeases,
  }),
  detector: choice(["heartbeat", "timeout"], {
    about: "when a follower stands for election: no heartbeat, or a request without an answer",
    group: algorithm,
    default: "heartbeat",
  }),
  heartbeatMs: duration({
    about: "interval between heartbeats of the leader",
    group: algorithm,
    default: 100,
  }),
  electionMs: duration({
    about: "election timeout: a follower waits from this to twice this for a leader",
    group: algorithm,
    default: 1000,
  }),
  backOff: backOff("pause after a failed phase 1: none, fixed(ms), random(ms) or exponential(base, max)", {
    kind: "exponential",
    base: 100_000,
    max: 2_000_000,
  }),
  retransmitMs: duration({
    about: "when a slot without a quorum is proposed again, to all",
    group: algorithm,
    default: 1000,
  }),
  window: integer({
    about: "maximum number of undecided slots",
    group: algorithm,
    default: 100_000,
    min: 1,
  }),
  batchMax: integer({
    about: "maximum number of commands in a slot",
    group: algorithm,
    default: 1,
    min: 1,
  }),
  batchDelayMs: duration({
    about: "how long the first command of a batch waits for others",
    group: algorithm,
    default: 0,
    requires: {
      what: (called) => `${called("batchMax")} greater than 1`,
      holds: ({ batchMax }) => batchMax !== 1,
    },
  }),
  snapshotEvery: integer({
    about: "snapshot and truncate the log after this many slots",
    group: algorithm,
    default: 1000,
    min: 1,
  }),
  handOverAfterMs: orNone(
    duration({
      about: "the leader hands over to the next replica after this",
      group: algorithm,
      default: 0,
      defaultText: "never",
    }),
  ),
  rejoin: flag({
    about: "the recovery, before it takes part, of a replica that lost its disk: unsafe, a control",
    group: algorithm,
    default: true,
  }),
}

/**
 * Every setting of a run of the replicated log, in the order of the help: the
 * flags of `quorate log`, the keys of a sweep with `protocol: multi-paxos`, the fields of
 * a LogSetup. Durations are milliseconds of virtual time; faults are in
 * microseconds, like the run itself.
 */
export const logSettings = {
  ...matrixSettings,
  jitterSigma,
  replicaRegions: names({
    about: "with a matrix: regions of the replicas, in turn",
    group: topology,
    requires: ofMatrix,
    defaultText: "all in turn",
  }),
  clientRegions: names({
    about: "with a matrix: region of each group of clients, or all",
    group: topology,
    requires: ofMatrix,
    defaultText: "those of the replicas",
  }),
  clientGroups: orNone(
    integer({
      about: "without a matrix: groups of clients, beside the first n replicas",
      group: topology,
      default: 0,
      min: 0,
      max: maxProcesses,
      defaultText: "one beside each replica",
      requires: {
        what: (called) =>
          `${called("latency")} without regions; ${called("clientRegions")} places groups in regions`,
        holds: ({ latency }) => !ofMatrix.holds({ latency }),
      },
    }),
  ),

  leader: orNone(
    name({
      about: "the first leader: a replica, or the first one in a region",
      group: algorithm,
      default: "",
      defaultText: "the first replica",
    }),
  ),
  ...multiPaxosSettings,

  writeMs,
  groupCommit: flag({
    about: "group commit: one write for all records that wait",
    group: machines,
    default: true,
    requires: given("writeMs"),
  }),
  receiveMicros: amount({
    about: "processor time of a replica to read a message",
    unit: "µs",
    group: machines,
    default: 0,
    placeholder: "us",
  }),
  sendMicros: amount({
    about: "processor time to write a message; a broadcast is one",
    unit: "µs",
    group: machines,
    default: 0,
    placeholder: "us",
  }),
  service: choice(["constant", "exponential"], {
    about: "distribution of these times, with this mean",
    group: machines,
    default: "constant",
    requires: {
      what: (called) => `${called("receiveMicros")} or ${called("sendMicros")}`,
      holds: ({ receiveMicros, sendMicros }) => receiveMicros !== 0 || sendMicros !== 0,
    },
  }),
  microsPerByte: amount({
    about: "processor time per byte read or written",
    unit: "µs",
    group: machines,
    default: 0,
    placeholder: "us",
  }),
  linkMbitPerSecond,

  clientsPerGroup: integer({
    about: "clients in each group",
    group: clients,
    default: 10,
    min: 1,
    max: maxProcesses,
    short: "c",
  }),
  thinkMs: duration({
    about: "closed loop: time between an answer and the client's next request",
    group: clients,
    default: 0,
    requires: {
      what: (called) => `a closed loop, which has no ${called("ratePerSecond")}`,
      holds: ({ ratePerSecond }) => ratePerSecond === null,
    },
  }),
  ratePerSecond: orNone(
    positive({
      about: "open loop: mean requests per second of a group, whether or not it is answered",
      group: clients,
      default: 1,
      defaultText: "closed loop",
    }),
  ),
  whenBusy: choice(["shed", "queue"], {
    about: "open loop: whether a request that finds no client free is shed, or waits for one",
    group: clients,
    default: "shed",
    requires: given("ratePerSecond"),
  }),
  burst: integer({
    about: "open loop: requests that arrive at a time",
    group: clients,
    default: 1,
    min: 1,
    requires: given("ratePerSecond"),
  }),
  retryMs: duration({
    about: "a request without an answer is sent to another replica after this",
    group: clients,
    default: 3000,
  }),
  requestsPerClient: orNone(
    integer({
      about: "requests of each client",
      group: clients,
      default: 1,
      min: 1,
      defaultText: "unlimited",
    }),
  ),
  keys: notation(keyNotation, {
    about: "distribution of keys: uniform(count), zipf(count, exponent) or conflict(ratio)",
    group: clients,
    default: { kind: "uniform", count: 1000 },
    placeholder: "keys",
  }),
  readShare: probability({ about: "share of gets", group: clients, default: 0, placeholder: "share" }),
  casShare: probability({
    about: "share of cas among the others",
    group: clients,
    default: 0,
    requires: writesLeft("readShare"),
    placeholder: "share",
  }),
  appendShare: probability({
    about: "share of append among the others; the rest are puts",
    group: clients,
    default: 0,
    requires: writesLeft("readShare", "casShare"),
    placeholder: "share",
  }),
  payloadBytes: integer({ about: "size of a command", unit: "bytes", group: clients, default: 64, min: 0 }),
  spreadMs: duration({
    about: "the first requests are spread over this time",
    group: clients,
    default: 100,
  }),

  faults,
  clockRates,

  groupWeights: listOf(
    amount({
      about: "weights of the groups of clients in the mean latency, in turn",
      group: run,
      default: 1,
      defaultText: "all equal",
      placeholder: "weights",
    }),
    ",",
  ),
  warmUpMs: duration({ about: "measurements begin after this", group: run, default: 1000 }),
  horizonMs: horizonMs("length of the run", 10_000),
}

/**
 * A replicated log under given conditions: everything but the seed. Its settings
 * are described in `logSettings`.
 */
export interface LogSetup extends ValuesOf<typeof logSettings> {
  readonly plan: QuorumPlan
  readonly latency: LatencyChoice
  /** Where `quorumSelection` is strategy: which. `leastLoadStrategy` finds the best one. */
  readonly strategy?: Strategy
}

/** The replicas a leader contacts first: see `logSettings`. */
export type QuorumSelection = LogSetup["quorumSelection"]

/** Ten clients co-located with each replica, no faults, machines without limits, ten seconds. */
export const logDefaults = defaultsOf(logSettings)

/** A setup whose measurements would begin after its end is a UsageError. */
export function refuseEmptyWindow({ warmUpMs, horizonMs: end }: LogSetup): void {
  if (warmUpMs < end) return
  throw new UsageError(`horizonMs is ${end}; must be greater than warmUpMs, ${warmUpMs}.`)
}
