import type { Strategy } from "../analysis/strategy/strategy.ts"
import { UsageError } from "../base/errors.ts"
import { formatSwitch, parseSwitch } from "../protocol/paxos/switches.ts"
import type { Variant } from "../protocol/paxos/variant.ts"
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
  type Setting,
  type ValuesOf,
  choice,
  defaultsOf,
  duration,
  flag,
  integer,
  name,
  names,
  orNone,
  probability,
} from "./setting.ts"

const { topology, processes, algorithm, machines } = group

/** Switches of the variant: `nacks=proposal; copying=latest`. */
const switches: Setting<Partial<Variant>> = {
  about: "a switch set on top of the variant, as nacks=proposal",
  group: algorithm,
  placeholder: "switch=value",
  default: {},
  defaultText: "none",
  separator: ";",
  read: (text) => {
    try {
      const parts = text.split(";").filter((part) => part.trim() !== "")
      return Object.assign({}, ...parts.map(parseSwitch)) as Partial<Variant>
    } catch (error) {
      if (error instanceof UsageError) throw new UsageError(`is wrong: ${error.message}`)
      throw error
    }
  },
  show: (value) =>
    Object.keys(value)
      .map((id) => formatSwitch(id as keyof Variant, value))
      .join("; "),
  schema: {
    anyOf: [
      { type: "string", examples: ["nacks=proposal"] },
      { type: "array", items: { type: "string", examples: ["nacks=proposal"] } },
    ],
  },
}

/**
 * Every setting of a run of single-decree Paxos, in the order of the help: the
 * flags of `quorate simulate`, the keys of a sweep, the fields of a DecreeSetup.
 * Durations are milliseconds of virtual time; faults are in microseconds, like
 * the run itself.
 */
export const decreeSettings = {
  ...matrixSettings,
  jitterSigma,
  acceptorRegions: names({
    about: "with a matrix: regions of the acceptors, in turn, as EU,US",
    group: topology,
    requires: ofMatrix,
    defaultText: "all in turn",
  }),
  proposerRegions: names({
    about: "with a matrix: regions of the proposers, in turn",
    group: topology,
    requires: ofMatrix,
    defaultText: "all in turn",
  }),

  proposers: integer({
    about: "competing proposers, with values A, B, …",
    group: processes,
    default: 1,
    min: 1,
    max: maxProcesses,
  }),
  startMs: duration({ about: "when the first proposer starts", group: processes, default: 0 }),
  staggerMs: duration({
    about: "delay between the starts of successive proposers",
    group: processes,
    default: 0,
  }),
  distinguished: orNone(
    name({
      about: "the proposer that the others forward their values to: p1",
      group: processes,
      default: "",
    }),
  ),
  recoveryProposers: integer({
    about: "the last n proposers only finish what others began",
    group: processes,
    default: 0,
    min: 0,
    max: maxProcesses,
  }),
  learners: integer({
    about: "processes that only learn",
    group: processes,
    default: 0,
    min: 0,
    max: maxProcesses,
  }),
  readers: integer({
    about: "processes that read what is decided, after the last proposer has started",
    group: processes,
    default: 0,
    min: 0,
    max: maxProcesses,
  }),
  colocated: flag({ about: "each acceptor is a proposer, too", group: processes, default: false }),
  retryAfterRecovery: flag({
    about: "the client of a proposer that recovers resubmits, with another value",
    group: processes,
    default: false,
  }),

  variant: name({
    about: "member of the Paxos family: recovery, revision-b, …",
    group: algorithm,
    default: "classic",
    placeholder: "id",
  }),
  switches,
  mutant: orNone(
    name({
      about: "switch off a property of the thesis, as a control: one-promise",
      group: algorithm,
      default: "",
      placeholder: "id",
    }),
  ),
  nacks: flag({
    about: "negative replies: short for --switches nacks=epoch",
    group: algorithm,
    default: false,
  }),
  quorumSelection: choice(["broadcast", "closest", "random", "strategy", "ring"], {
    about: "which acceptors a proposer contacts",
    group: algorithm,
    default: "broadcast",
  }),
  timeoutMs: duration({ about: "how long a proposer waits for a phase", group: algorithm, default: 1000 }),
  backOff: backOff("pause before the next attempt: none, fixed(ms), random(ms) or exponential(base, max)", {
    kind: "exponential",
    base: 10_000,
    max: 1_000_000,
  }),

  writeMs,
  linkMbitPerSecond,
  valueBytes: integer({
    about: "with a bandwidth: size of a value",
    unit: "bytes",
    group: machines,
    default: 64,
    requires: given("linkMbitPerSecond"),
    min: 0,
  }),

  lossProbability: probability({
    about: "probability that a copy of a message is lost",
    group: group.faults,
    default: 0,
  }),
  duplicateProbability: probability({
    about: "probability that a message arrives twice",
    group: group.faults,
    default: 0,
  }),
  reorderProbability: probability({
    about: "probability that a copy of a message is held back",
    group: group.faults,
    default: 0,
    requires: given("reorderMs"),
  }),
  reorderMs: duration({
    about: "how long such a copy is held back, at most",
    group: group.faults,
    default: 0,
    requires: given("reorderProbability"),
  }),
  crashProbability: probability({
    about: "probability that an acceptor is down from the start",
    group: group.faults,
    default: 0,
  }),
  faults,
  clockRates,

  horizonMs: horizonMs("when the run is stopped", 60_000),
}

/**
 * One instance of Paxos under given conditions: everything but the seed. Its
 * settings are described in `decreeSettings`; `quorate simulate` has a flag for
 * each, which is how any run of any experiment can be replayed.
 */
export interface DecreeSetup extends ValuesOf<typeof decreeSettings> {
  readonly plan: QuorumPlan
  readonly latency: LatencyChoice
  /** Where `quorumSelection` is strategy: which. `leastLoadStrategy` finds the best one. */
  readonly strategy?: Strategy
}

/** The conditions of a run, whatever its protocol: topology, clients, machines, faults. */
export type RunConditions = Pick<
  DecreeSetup,
  | "plan"
  | "latency"
  | "jitterSigma"
  | "acceptorRegions"
  | "proposerRegions"
  | "proposers"
  | "startMs"
  | "staggerMs"
  | "retryAfterRecovery"
  | "mutant"
  | "writeMs"
  | "linkMbitPerSecond"
  | "valueBytes"
  | "lossProbability"
  | "duplicateProbability"
  | "reorderProbability"
  | "reorderMs"
  | "crashProbability"
  | "faults"
  | "clockRates"
  | "horizonMs"
>

/** One proposer, no faults, a minute of virtual time. */
export const decreeDefaults = defaultsOf(decreeSettings)
