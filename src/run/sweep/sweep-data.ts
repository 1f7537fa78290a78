import { namedLatencies } from "../../../experiments/data/latencies.ts"
import { UsageError } from "../../base/errors.ts"
import { oncePer } from "../../base/memo.ts"
import type { DecreeSetup } from "../decree-setup.ts"
import type { LogSetup } from "../log-setup.ts"
import type { Fault } from "../../world/faults/fault.ts"
import { parseMatrixCsv } from "../../world/simulate/latency-matrix.ts"
import { type LatencyChoice, parseLatency } from "../../world/simulate/latency.ts"
import { parseBackOff, parseCrash, parsePartition } from "../decree-notation.ts"
import type { DecreeSettings, LogSettings, SweepDocument } from "./settings.ts"

/** A sweep as it was read: plain JSON, with which a thread or another machine makes the same experiment. */
export type SweepData = SweepDocument & {
  readonly id: string
  /** The texts of latency matrices that are files, by the names the matrix has for them. */
  readonly latencyFiles: Readonly<Record<string, string>>
}

/** One value, or several: a list of them; nothing is an empty list. */
export function asList<T>(value: T | readonly T[] | undefined): readonly T[] {
  return value === undefined ? [] : Array.isArray(value) ? (value as readonly T[]) : [value as T]
}

/** The values of an axis, or the usual one where the file has none. */
export function orOne<T>(values: readonly T[], usual: T): readonly T[] {
  return values.length === 0 ? [usual] : values
}

const matrixFrom = oncePer((csv: string) =>
  oncePer((name: string): LatencyChoice => ({ kind: "matrix", name, delays: parseMatrixCsv(csv, name) })),
)

/** The latency of a text: a file of the sweep, a shipped name, or a model. */
export function latencyOf(text: string, files: Readonly<Record<string, string>>): LatencyChoice {
  const csv = files[text]
  if (csv === undefined) return parseLatency(text, namedLatencies)
  return matrixFrom(csv)(text)
}

/** The parts of a decree's setup that settings say. */
export function readDecreeSettings(settings: object): Partial<DecreeSetup> {
  const { backOff, crashes, partitions, ...plain } = withoutName(settings) as DecreeSettings
  return stated<DecreeSetup>({
    ...plain,
    backOff: backOff === undefined ? undefined : parseBackOff(backOff),
    crashes: crashes?.map(parseCrash),
    partitions: partitions?.map(parsePartition),
  })
}

/** The parts of a log's setup that settings say. */
export function readLogSettings(settings: object): Partial<LogSetup> & { readonly warmUpMs?: number } {
  const {
    backOff,
    crashes = [],
    lossProbability,
    linkMbitPerSecond,
    ...plain
  } = withoutName(settings) as LogSettings
  const faults: Fault[] = crashes.map(readLogCrash)
  if (lossProbability !== undefined) {
    faults.push({ type: "loss", from: 0, until: Number.MAX_SAFE_INTEGER, probability: lossProbability })
  }
  return stated<LogSetup & { warmUpMs: number }>({
    ...plain,
    backOff: backOff === undefined ? undefined : parseBackOff(backOff),
    // Megabits per second are eighths of a byte per microsecond.
    bandwidth: linkMbitPerSecond === undefined ? undefined : linkMbitPerSecond / 8,
    faults: faults.length === 0 ? undefined : faults,
  })
}

/** `leader@2000-4000`, or a replica by its number from 0. What is on the disk survives. */
function readLogCrash(text: string): Fault {
  const { process, atMs, recoverAtMs } = parseCrash(text)
  if (process !== "leader" && !/^\d+$/.test(process)) {
    throw new UsageError(`A crash of ${process}; in a log it is leader, or a replica by its number from 0.`)
  }
  return {
    type: "crash",
    process: process === "leader" ? process : Number(process),
    at: Math.round(atMs * 1000),
    ...(recoverAtMs !== undefined && { recoverAt: Math.round(recoverAtMs * 1000) }),
    disk: "synced",
  }
}

/** What settings are called is none of them. */
function withoutName(settings: object): object {
  return Object.fromEntries(Object.entries(settings).filter(([key]) => key !== "name"))
}

function stated<T>(values: { readonly [Key in keyof T]?: T[Key] | undefined }): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>
}

/** The same function, which remembers its last answer: the runs of a case come one after the other. */
export function lastOf<Key extends object, Value>(compute: (key: Key) => Value): (key: Key) => Value {
  let last: { readonly key: Key; readonly value: Value } | undefined
  return (key) => {
    if (last?.key !== key) last = { key, value: compute(key) }
    return last.value
  }
}
