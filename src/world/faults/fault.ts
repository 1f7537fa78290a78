import type { Address, Micros } from "../../protocol/actor.ts"

/** The target of a fault: an address, or the process that leads when the fault occurs. */
export type Target = Address | "leader"

/** What can happen to a process. Times are microseconds from the start of the run. */
export type ProcessFault<Who = Target> =
  | {
      readonly type: "crash"
      readonly process: Who
      readonly at: Micros
      /** The time of recovery; never by default. */
      readonly recoverAt?: Micros
      readonly disk: DiskLoss
    }
  /** It does nothing and then goes on as if no time had passed; what arrives meanwhile waits. */
  | { readonly type: "pause"; readonly process: Who; readonly at: Micros; readonly until: Micros }
  /** Every message costs its processor `extra` microseconds more. */
  | {
      readonly type: "slow"
      readonly process: Who
      readonly at: Micros
      readonly until: Micros
      readonly extra: Micros
    }
  /** Its clock runs at `rate` from now on: timers set from here on fire that much sooner. */
  | { readonly type: "clock-rate"; readonly process: Who; readonly at: Micros; readonly rate: number }
  /** Its clock jumps: timers that are set fire `by` microseconds sooner, or later where it is negative. */
  | { readonly type: "clock-step"; readonly process: Who; readonly at: Micros; readonly by: Micros }
  /** Every timer of the process fires up to `upTo` late, from now on. */
  | { readonly type: "timer-jitter"; readonly process: Who; readonly at: Micros; readonly upTo: Micros }

/**
 * The disk contents after a crash.
 *
 * - `synced`: all completed synchronous writes, and none in progress;
 * - `partial`: also any subset of the writes in progress;
 * - `torn`: also a prefix of the writes in progress, the last of which is torn: its checksum reveals it,
 *   and it is dropped;
 * - `lost`: nothing.
 */
export type DiskLoss = "synced" | "partial" | "torn" | "lost"
/** Every kind, the mildest first. */
export const diskLosses: readonly DiskLoss[] = ["synced", "partial", "torn", "lost"]

/** What can happen to messages, while it lasts. */
export type NetworkFault<Who = Target> = {
  readonly from: Micros
  readonly until: Micros
  /** Only messages between these; all of them, if not given. */
  readonly path?: Path<Who>
  /** Only messages of these types; all of them, if not given. */
  readonly messageTypes?: readonly string[]
} & (
  | { readonly type: "loss"; readonly probability: number }
  /** Each link is either good or bad, changes with these probabilities at each message, and loses all while it is bad. */
  | { readonly type: "burst-loss"; readonly enter: number; readonly leave: number }
  /** A second copy of some messages, up to `late` after the first. */
  | { readonly type: "duplicate"; readonly probability: number; readonly late: Micros }
  | { readonly type: "reorder"; readonly probability: number; readonly upTo: Micros }
  /** Everything takes `extra` longer. */
  | { readonly type: "clog"; readonly extra: Micros }
  /** Nothing arrives until the end, and then everything does. */
  | { readonly type: "hold" }
  /** Nothing arrives, ever. */
  | { readonly type: "cut" }
)

/**
 * Messages from one side to the other, and back unless it is one way. "leader" is the process that leads
 * at the start of the fault.
 */
export interface Path<Who = Target> {
  readonly side: readonly Who[]
  /** All other processes by default. */
  readonly otherSide?: readonly Who[]
  readonly oneWay: boolean
}

/** A fault of a run. No fault is Byzantine: processes follow their protocol (Howard 2019, §1.6). */
export type Fault<Who = Target> = ProcessFault<Who> | NetworkFault<Who>

/**
 * A fault of a setup, whose targets are names: of a process, a region or another group, or `leader`.
 * `resolveFaults` finds their addresses.
 */
export type NamedFault = Fault<string>

/** The end of a fault that lasts as long as the run: `end` in the notation. */
export const endOfRun = Number.MAX_SAFE_INTEGER

/** The types of faults that happen to processes; all others happen to messages. */
const processFaults: readonly string[] = [
  "crash",
  "pause",
  "slow",
  "clock-rate",
  "clock-step",
  "timer-jitter",
] satisfies readonly ProcessFault["type"][]

/** Whether a fault happens to a process. */
export function isProcessFault<Who>(fault: Fault<Who>): fault is ProcessFault<Who> {
  return processFaults.includes(fault.type)
}

/** Whether a fault happens to messages. */
export function isNetworkFault<Who>(fault: Fault<Who>): fault is NetworkFault<Who> {
  return !isProcessFault(fault)
}

/** The end of the last fault; the crash of a process that never recovers ends when it occurs. */
export function endOfFaults(faults: readonly Fault<unknown>[]): Micros {
  return Math.max(
    0,
    ...faults.map((fault) => {
      if (isNetworkFault(fault)) return fault.until
      if (fault.type === "crash") return fault.recoverAt ?? fault.at
      return "until" in fault ? fault.until : fault.at
    }),
  )
}

/** Something that is done to a process at a given time. */
export interface ScriptEntry {
  readonly at: Micros
  readonly process: Target
  readonly action: Strike
}

/** A fault without its target and times. */
export type WithoutTarget<F> = F extends unknown ? Omit<F, "process" | "at"> : never

/** A fault, or its end. An end is of one life: a crash in between makes it void. */
export type Strike =
  | WithoutTarget<ProcessFault>
  | { readonly type: "recover"; readonly life: number }
  | { readonly type: "resume"; readonly life: number }
  | { readonly type: "slow-end"; readonly extra: Micros }

/** The process faults of a scenario, in the given order. */
export function scriptOf(scenario: {
  readonly crashes?: readonly Crash[]
  readonly faults?: readonly ProcessFault[]
}): ScriptEntry[] {
  const crashes = (scenario.crashes ?? []).map((crash): ProcessFault => ({
    type: "crash",
    disk: "synced",
    ...crash,
  }))
  return [...crashes, ...(scenario.faults ?? [])].map(({ at, process, ...action }) => ({
    at,
    process,
    action,
  }))
}

/** The processes by address: replicas first, then groups of clients. */
export interface Population {
  readonly processes: number
  readonly replicas: number
}

/**
 * The coverage names of a network fault, counted each time it affects a message: its type, and
 * properties of its path.
 *
 * - `one-way`: only messages from one side to the other;
 * - `one-link`: between two processes;
 * - `around-leader`: the leader is a side, or part of one;
 * - `by-zone`: a side has replicas and clients;
 * - `not-transitive`: some replica belongs to neither side, and can communicate with both;
 * - `by-type`: only some types of messages.
 */
export function coverageNames(fault: NetworkFault, population: Population): readonly string[] {
  const { type, path, messageTypes } = fault
  return [
    type,
    ...(path === undefined ? [] : namesOfPath(path, population)),
    ...(messageTypes === undefined ? [] : ["by-type"]),
  ]
}

function namesOfPath({ side, otherSide, oneWay }: Path, { processes, replicas }: Population): string[] {
  const sides = [side, ...(otherSide === undefined ? [] : [otherSide])]
  const isClient = (target: Path["side"][number]): boolean => typeof target === "number" && target >= replicas
  const isZone = sides.some((one) => one.some(isClient) && !one.every(isClient) && one.length < processes)
  // The leader is one of the replicas, named or not.
  const named = new Set(sides.flat().filter((target) => !isClient(target)))
  const between = otherSide !== undefined && named.size < replicas
  return [
    ...(oneWay ? ["one-way"] : []),
    ...(side.length === 1 && otherSide?.length === 1 ? ["one-link"] : []),
    ...(sides.some((one) => one.includes("leader")) ? ["around-leader"] : []),
    ...(isZone ? ["by-zone"] : []),
    ...(between ? ["not-transitive"] : []),
  ]
}

/** A process crashes at `at` and loses all unstored state; it recovers at `recoverAt`, if given. */
export interface Crash {
  readonly process: Address
  readonly at: Micros
  readonly recoverAt?: Micros
}
