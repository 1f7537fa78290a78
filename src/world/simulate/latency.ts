import { randomExponential, randomLogNormal, randomNormal } from "d3-random"
import type { DelayLaw } from "../../analysis/delay-law.ts"
import { UsageError, describeUnknown } from "../../base/errors.ts"
import type { Random } from "../../base/random.ts"
import type { Address, Micros } from "../../protocol/actor.ts"

/**
 * How long a message takes from one process to another, one way. `sampler`
 * binds the model to a stream of random numbers; what it returns draws one delay.
 *
 * Delays are whole microseconds, since virtual time is: equal delays then arrive at equal times on every
 * machine, and never a rounding apart.
 */
export interface LatencyModel {
  /** The expression that rebuilds it, in milliseconds: `uniform(5, 15)`. */
  readonly name: string
  sampler(random: Random): (from: Address, to: Address) => Micros
  /** The delay to expect between two processes; "closest" means least of these. */
  expected(from: Address, to: Address): Micros
  /** Whether every message between the same two takes just what is expected: closed forms are exact then. */
  readonly isConstant: boolean
  /** The law of its delays between two processes, in milliseconds: what analysis predicts waits from. */
  law?(from: Address, to: Address): DelayLaw
}

/** Milliseconds to whole microseconds, rounded to the nearest; negative draws become 0. */
export function micros(ms: number): Micros {
  return Math.max(0, Math.round(ms * 1000))
}

/** Whether milliseconds are a whole number of microseconds, in which time is kept. */
export function isWholeMicros(ms: number): boolean {
  return Math.abs(ms * 1000 - Math.round(ms * 1000)) < 1e-6
}

/** Every message takes exactly `ms`, a whole number of microseconds. */
export function constantLatency(ms: number): LatencyModel {
  refuseNegative("constant", ms)
  if (!isWholeMicros(ms)) {
    throw new UsageError(
      `constant(${ms}): ${ms} ms is not a whole number of microseconds, in which time is kept; the nearest is constant(${micros(ms) / 1000}).`,
    )
  }
  const delay = micros(ms)
  return {
    name: `constant(${ms})`,
    sampler: () => () => delay,
    expected: () => delay,
    isConstant: true,
    law: () => ({ kind: "constant", delay: ms }),
  }
}

/** Uniform between two bounds, both in milliseconds. */
export function uniformLatency(minMs: number, maxMs: number): LatencyModel {
  refuseNegative("uniform", minMs, maxMs)
  if (maxMs < minMs)
    throw new UsageError(`uniform(${minMs}, ${maxMs}): the first bound must not exceed the second.`)
  const [min, max] = [micros(minMs), micros(maxMs)]
  return {
    name: `uniform(${minMs}, ${maxMs})`,
    sampler: (random) => () => random.between(min, max),
    expected: () => Math.round((min + max) / 2),
    isConstant: min === max,
    law: () => ({ kind: "uniform", min: minMs, max: maxMs }),
  }
}

/** Exponential with the given mean: many short delays, a long tail. */
export function exponentialLatency(meanMs: number): LatencyModel {
  refuseNegative("exponential", meanMs)
  const mean = micros(meanMs)
  return drawn(`exponential(${meanMs})`, mean, { kind: "exponential", mean: meanMs }, (source) => {
    const draw = randomExponential.source(source)(1)
    return () => draw() * mean
  })
}

/**
 * Normal with the given mean and standard deviation; the part below zero is moved to zero.
 *
 * `expected` is the mean of the whole law: where much of it lies below zero, draws
 * are later than that on average.
 */
export function normalLatency(meanMs: number, deviationMs: number): LatencyModel {
  refuseNegative("normal", meanMs, deviationMs)
  const law: DelayLaw = { kind: "normal", mean: meanMs, deviation: deviationMs }
  return drawn(`normal(${meanMs}, ${deviationMs})`, micros(meanMs), law, (source) =>
    randomNormal.source(source)(meanMs * 1000, deviationMs * 1000),
  )
}

/** Lognormal by its median in milliseconds and σ, the standard deviation of its logarithm. */
export function lognormalLatency(medianMs: number, sigma: number): LatencyModel {
  refuseNegative("lognormal", medianMs, sigma)
  const mean = medianMs * 1000 * Math.exp((sigma * sigma) / 2)
  const law: DelayLaw = { kind: "lognormal", median: medianMs, sigma }
  return drawn(`lognormal(${medianMs}, ${sigma})`, Math.round(mean), law, (source) =>
    randomLogNormal.source(source)(Math.log(medianMs * 1000), sigma),
  )
}

/** What a region matrix says: microseconds one way between numbered regions. */
export interface RegionDelays {
  readonly regions: readonly string[]
  oneWayMicros(from: number, to: number): Micros
}

/**
 * Delays between regions, for processes placed in them: `placement[address]` is
 * the region of a process. With `jitterSigma`, each delay is multiplied by a
 * lognormal factor of median 1 and that σ.
 *
 * A region stands for all machines in it: two processes of one region are as far apart as the matrix
 * says the region is from itself.
 */
export function matrixLatency(
  name: string,
  delays: RegionDelays,
  placement: readonly number[],
  jitterSigma = 0,
): LatencyModel {
  refuseNegative("jitter", jitterSigma)
  const base = (from: Address, to: Address): Micros => delays.oneWayMicros(placement[from]!, placement[to]!)
  return {
    name,
    expected: base,
    isConstant: jitterSigma === 0,
    law: (from, to) => ({ kind: "lognormal", median: base(from, to) / 1000, sigma: jitterSigma }),
    sampler: (random) => {
      if (jitterSigma === 0) return tabulated(base, placement.length)
      const factor = randomLogNormal.source(() => random.unit())(0, jitterSigma)
      return (from, to) => Math.round(base(from, to) * factor())
    },
  }
}

/** The same delays, read from a table. */
function tabulated(delay: (from: Address, to: Address) => Micros, processes: number): typeof delay {
  const table = Float64Array.from({ length: processes * processes }, (_, i) =>
    delay(Math.floor(i / processes), i % processes),
  )
  return (from, to) => table[from * processes + to]!
}

/** A model whose delays do not depend on the pair, drawn by d3-random from our stream. */
function drawn(
  name: string,
  expected: Micros,
  law: DelayLaw,
  make: (source: () => number) => () => number,
): LatencyModel {
  return {
    name,
    expected: () => expected,
    isConstant: isConstant(law),
    law: () => law,
    sampler: (random) => {
      const draw = make(() => random.unit())
      return () => Math.max(0, Math.round(draw()))
    },
  }
}

/** Whether a law allows of one delay only. */
function isConstant(law: DelayLaw): boolean {
  if (law.kind === "exponential") return law.mean === 0
  if (law.kind === "normal") return law.deviation === 0
  return law.kind === "lognormal" && law.sigma === 0
}

function refuseNegative(model: string, ...values: readonly number[]): void {
  const bad = values.find((value) => !(value >= 0 && value < 1e9))
  if (bad !== undefined) {
    throw new UsageError(
      `${model}(${values.join(", ")}): ${bad} is not a duration; latencies are milliseconds from 0 to 1e9.`,
    )
  }
}

/** A model that is the same between all processes, or a matrix that wants them placed in its regions. */
export type LatencyChoice =
  | { readonly kind: "everywhere"; readonly model: LatencyModel }
  | {
      readonly kind: "matrix"
      readonly name: string
      readonly delays: RegionDelays
      /** Whether it was read from ping files, which have a minimum, an average and a maximum for each pair. */
      readonly isFromPing?: boolean
    }

/** One model: its parameters, how it is built, what it means. */
export interface LatencyForm {
  readonly parameters: readonly string[]
  readonly build: (...values: readonly number[]) => LatencyModel
  readonly meaning: string
}

/** One line of the list below. */
const form = (
  meaning: string,
  build: (...values: never[]) => LatencyModel,
  ...parameters: readonly string[]
): LatencyForm => ({ meaning, parameters, build: build as LatencyForm["build"] })

/** Every model the notation knows; all values in milliseconds, one way. */
export const latencyForms: ReadonlyMap<string, LatencyForm> = new Map([
  ["constant", form("every message takes exactly this long", constantLatency, "ms")],
  ["uniform", form("uniform between two bounds", uniformLatency, "min", "max")],
  ["exponential", form("exponential with this mean", exponentialLatency, "mean")],
  ["normal", form("normal, the part below zero moved to zero", normalLatency, "mean", "deviation")],
  [
    "lognormal",
    form("lognormal: median, and deviation of the logarithm", lognormalLatency, "median", "sigma"),
  ],
])

/**
 * The latency of a text: `constant(10)`, `lognormal(10, 0.5)` in milliseconds
 * one way, or the name of one of the `named` choices, such as `paxi`.
 */
export function parseLatency(text: string, named: ReadonlyMap<string, LatencyChoice>): LatencyChoice {
  const known = named.get(text.trim())
  if (known !== undefined) return known
  const match = /^\s*([A-Za-z]\w*)\s*\(([^()]*)\)\s*$/.exec(text)
  const found = match === null ? undefined : latencyForms.get(match[1]!)
  if (match === null || found === undefined) throw unknownLatency(text.trim(), named)
  return { kind: "everywhere", model: found.build(...readValues(match[1]!, found, match[2]!)) }
}

function readValues(id: string, { parameters }: LatencyForm, list: string): number[] {
  const texts = list.split(",").map((part) => part.trim())
  const values = texts.map((value) => (value === "" ? NaN : Number(value)))
  if (values.length !== parameters.length || values.some(Number.isNaN)) {
    throw new UsageError(
      `${id}(${list}): write ${id}(${parameters.join(", ")}) with numbers, in milliseconds.`,
    )
  }
  return values
}

function unknownLatency(text: string, named: ReadonlyMap<string, LatencyChoice>): UsageError {
  const forms = [...latencyForms].map(([id, { parameters }]) => `${id}(${parameters.join(", ")})`)
  const names = [...named.keys(), ...latencyForms.keys()]
  const listed = [...named.keys(), ...forms]
  return new UsageError(
    `${describeUnknown("latency", text.trim(), names, listed)} They are in milliseconds one way; a file of round-trip times is valid too.`,
  )
}

/** Microseconds as milliseconds; nothing stays nothing. */
export function milliseconds(micros: number | null): number | null {
  return micros === null ? null : micros / 1000
}
