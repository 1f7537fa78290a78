import { UsageError } from "../base/errors.ts"
import type { DecreeSetup, PartitionSetup } from "./decree-setup.ts"
import type { BackOff } from "../protocol/paxos/proposer-state.ts"
import { micros } from "../world/simulate/latency.ts"

import { commaList, number } from "../base/text.ts"

/** `--proposer-clock`: a number greater than 0. */
export function clockRate(text: string): number {
  const rate = Number(text)
  if (text.trim() !== "" && rate > 0 && rate < Infinity) return rate
  throw new UsageError(
    `--proposer-clock is ${text}; a clock's rate is a number greater than 0, and 1 is exact.`,
  )
}

/** For an option that may be given several times. */
export function collect<T>(parse: (text: string) => T): (text: string, before: readonly T[]) => readonly T[] {
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

/** `a5@50`: each message costs the processor of a5 50 ms more. */
export function parseSlow(text: string): DecreeSetup["slow"][number] {
  const match = /^(.+)@([\d.]+)$/.exec(text)
  const [process, byMs] = [match?.[1], number(match?.[2] ?? "")]
  if (process === undefined || !(byMs > 0 && byMs <= 1e9)) {
    throw new UsageError(
      `--slow is ${text}; it must be process@ms, the time each message costs it more: a5@50.`,
    )
  }
  return { process, byMs }
}

/** `--bandwidth`, in megabits per second. */
export function bandwidth(text: string): number {
  const rate = number(text)
  if (rate > 0 && rate <= 1e9) return rate
  throw new UsageError(
    `--bandwidth is ${text}; it must be a number of megabits per second greater than 0: 10.`,
  )
}
