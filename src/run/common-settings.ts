import { UsageError } from "../base/errors.ts"
import { number } from "../base/text.ts"
import type { BackOff } from "../protocol/paxos/proposer-state.ts"
import type { NamedFault } from "../world/faults/fault.ts"
import { type Cast, addressesOf, formatFault, parseFaults, unknownName } from "../world/faults/notation.ts"
import { roundings, statistics } from "../world/simulate/latency-matrix.ts"
import { type LatencyChoice, micros } from "../world/simulate/latency.ts"
import {
  type Condition,
  type Notation,
  type Setting,
  amount,
  choice,
  duration,
  listOf,
  notation,
  orNone,
  positive,
} from "./setting.ts"

/** The groups of settings, each a heading of the help. */
export const group = {
  topology: "Topology",
  processes: "Processes",
  algorithm: "Algorithm",
  machines: "Machines",
  clients: "Clients",
  faults: "Faults",
  run: "Run",
} as const

/** The ids of the protocols that run where none is named: of a single decree, and of a log. */
export const defaultProtocol = { decree: "paxos", log: "multi-paxos" } as const

/** The maximum number of processes of a kind; the work of a run grows with the product of these numbers. */
export const maxProcesses = 10_000

/** Settings of a matrix of regions change nothing of other latencies. */
export const ofMatrix: Condition = {
  what: (called) => `${called("latency")} with regions; choose a matrix such as paxi, or a file`,
  holds: ({ latency }) => (latency as LatencyChoice | undefined)?.kind === "matrix",
}

/** Settings that mean something only where another one is given: not null and not 0. */
export function given(key: string): Condition {
  return {
    what: (called) => called(key),
    holds: (setup) => setup[key] !== null && setup[key] !== 0,
  }
}

/** Of ping files alone: other matrices have one figure for each pair. */
const ofPingFiles: Condition = {
  what: (called) =>
    `${called("latency")} with a folder of ping files, which have three figures for each pair`,
  holds: ({ latency }) => {
    const choice = latency as LatencyChoice | undefined
    return choice?.kind === "matrix" && choice.isFromPing === true
  },
}

/** How measured round trips become the delays of a matrix. */
export const matrixSettings = {
  statistic: choice(statistics, {
    about: "which figure of ping files to use",
    group: group.topology,
    default: "avg",
    requires: ofPingFiles,
  }),
  rounding: choice(roundings, {
    about: "how half a round trip is rounded to whole microseconds",
    group: group.topology,
    default: "nearest",
    requires: ofMatrix,
  }),
  intraRegionRttMs: duration({
    about: "round trip within a region where none was measured",
    group: group.topology,
    default: 0,
    requires: ofMatrix,
  }),
}

/** With a matrix: how much delays vary. */
export const jitterSigma = amount({
  about: "with a matrix: σ of a lognormal factor on each delay",
  group: group.topology,
  default: 0,
  max: 10,
  placeholder: "sigma",
  requires: ofMatrix,
})

/** What every link carries. */
export const linkMbitPerSecond = orNone(
  positive({
    about: "bandwidth of each link; messages queue for it",
    unit: "Mbit/s",
    group: group.machines,
    default: 1,
    defaultText: "unlimited",
  }),
)

/** How long a synchronous write takes. */
export const writeMs = duration({
  about: "how long a synchronous write takes",
  group: group.machines,
  default: 0,
})

/** `none`, `fixed(10)`, `random(20)`, `exponential(10, 1000)`, in milliseconds. */
export const backOffNotation: Notation<BackOff> = {
  example: "exponential(10, 1000)",
  parse: parseBackOff,
  format: formatBackOff,
}

function parseBackOff(text: string): BackOff {
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
      return { kind, base: first, max: second }
    }
  }
  throw new UsageError(
    "must be none, fixed(pause), random(max) or exponential(base, max), in milliseconds: exponential(10, 1000)",
  )
}

/** The text of a back-off policy, in milliseconds. */
export function formatBackOff(backOff: BackOff): string {
  switch (backOff.kind) {
    case "none":
      return "none"
    case "fixed":
      return `fixed(${backOff.pause / 1000})`
    case "random":
      return `random(${backOff.upTo / 1000})`
    case "exponential":
      return `exponential(${backOff.base / 1000}, ${backOff.max / 1000})`
  }
}

/** The policy of waiting before a further attempt. */
export function backOff(about: string, fallback: BackOff): Setting<BackOff> {
  return notation(backOffNotation, {
    about,
    group: group.algorithm,
    default: fallback,
    placeholder: "policy",
    unit: "ms",
  })
}

/** Faults in their notation: `crash leader @3000; loss(0.05) @0-end`. */
export const faults: Setting<readonly NamedFault[]> = {
  about: 'such as "crash a1 @2000-4000" or "cut a1|rest @3000-5000"',
  group: group.faults,
  placeholder: "fault",
  short: "x",
  default: [],
  defaultText: "none",
  separator: ";",
  read: (text) => {
    try {
      return text
        .split(";")
        .filter((one) => one.trim() !== "")
        .flatMap((one) => parseFaults(one.trim()))
    } catch (error) {
      if (error instanceof UsageError) throw new UsageError(`is wrong: ${error.message}`)
      throw error
    }
  },
  show: (value) => value.map(formatFault).join("; "),
  schema: {
    anyOf: [
      { type: "string", examples: ["crash a1 @2000-4000"] },
      { type: "array", items: { type: "string", examples: ["loss(0.05) @0-end"] } },
    ],
  },
}

/** How fast the clock of a process, or of all in a group, runs. */
export interface ClockRate {
  readonly process: string
  readonly rate: number
}

/** Clocks that are not exact: `a1=1.05`; the last that concerns a process holds. */
export const clockRates: Setting<readonly ClockRate[]> = listOf(
  notation<ClockRate>(
    {
      example: "a1=1.05",
      parse: (text) => {
        const [, process, value] = /^(.+?)\s*=\s*([\d.e+-]+)$/.exec(text) ?? []
        const rate = number(value ?? "")
        if (process !== undefined && rate > 0 && rate <= 1e9) return { process, rate }
        throw new UsageError("must be a process and a rate greater than 0: a1=1.05")
      },
      format: ({ process, rate }) => `${process}=${rate}`,
    },
    {
      about: "how fast clocks run: a1=1.05 gains 5 %",
      group: group.faults,
      default: { process: "", rate: 1 },
      defaultText: "all exact",
      placeholder: "process=rate",
    },
  ),
  ",",
)

/** The rate of each process by address; empty where all clocks are exact. */
export function ratesOf(rates: readonly ClockRate[], cast: Cast): number[] {
  const byAddress = cast.names.map(() => 1)
  for (const { process, rate } of rates) {
    const found = addressesOf(process, cast)
    if (found === undefined)
      throw new UsageError(`clock rate ${process}=${rate}: ${unknownName(process, cast)}`)
    for (const address of found) byAddress[address] = rate
  }
  return rates.length === 0 ? [] : byAddress
}

/** When a run ends. */
export function horizonMs(about: string, fallback: number): Setting<number> {
  return duration({ about, group: group.run, default: fallback, short: "d" })
}
