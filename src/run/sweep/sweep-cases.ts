import type { Cases } from "../../experiment/define.ts"
import { type SweepData, asList, orOne } from "./sweep-data.ts"

/** One case of a sweep: a value of each axis by its name, and all settings together. */
export interface SweepCase {
  readonly system: string
  readonly variant: string
  readonly latency: string
  readonly faults: string
  readonly workload: string
  /** A further root seed, where the sweep has several. */
  readonly seed: number | null
  readonly settings: object
}

/** Settings and what tables call them. */
interface Named {
  readonly name: string
  readonly settings: object
}

/** The values of each axis, the usual one where the file says nothing of it. */
export function sweepAxes({ matrix, setup = {} }: SweepData) {
  const axis = (value: object | string | readonly (object | string)[] | undefined, usual: string) =>
    orOne(asList<object | string>(value), usual).map(named)
  const workloads = axis(matrix.workload, "usual")
  return {
    system: asList(matrix.system),
    variant: orOne("variant" in matrix ? asList(matrix.variant) : [], "classic"),
    latency: orOne(asList(matrix.latency), "constant(10)"),
    // Equal settings are one object in memory.
    conditions: axis(matrix.faults, "none").flatMap((faults) =>
      workloads.map((workload) => ({
        faults: faults.name,
        workload: workload.name,
        settings: { ...setup, ...workload.settings, ...faults.settings },
      })),
    ),
    seed: orOne<number | null>(asList(matrix.seed), null),
  }
}

/** The matrix of a sweep, the last axis fastest. A case is made when it is asked for: a million of them take no memory. */
export function sweepCases(data: SweepData): Cases<SweepCase> {
  const { system, variant, latency, conditions, seed } = sweepAxes(data)
  return lazyCases([system, variant, latency, conditions, seed], ([s, v, l, c, r]) => ({
    ...{ system: system[s!]!, variant: variant[v!]!, latency: latency[l!]! },
    ...{ faults: conditions[c!]!.faults, workload: conditions[c!]!.workload, seed: seed[r!]! },
    settings: conditions[c!]!.settings,
  }))
}

/** Every combination of positions along some axes, the last axis fastest. The case that was asked for last is remembered. */
function lazyCases<Case>(
  axes: readonly { readonly length: number }[],
  make: (positions: readonly number[]) => Case,
): Cases<Case> {
  const length = axes.reduce((product, axis) => product * axis.length, 1)
  let last: { readonly position: number; readonly value: Case } | undefined
  const at = (position: number): Case | undefined => {
    if (!(position >= 0 && position < length)) return undefined
    if (last?.position !== position) last = { position, value: make(digitsOf(position, axes)) }
    return last.value
  }
  return {
    length,
    at,
    *[Symbol.iterator]() {
      for (let i = 0; i < length; i++) yield at(i)!
    },
  }
}

/** A number in the mixed radix of the axes' lengths. */
function digitsOf(position: number, axes: readonly { readonly length: number }[]): number[] {
  const digits: number[] = []
  let rest = position
  for (const { length } of [...axes].reverse()) {
    digits.unshift(rest % length)
    rest = Math.floor(rest / length)
  }
  return digits
}

/** What tables call the faults or the workload of an axis. */
export function nameOf(value: object | string): string {
  return named(value).name
}

/** Settings without a name are called by what they say: `proposers 2, backOff random(20)`. */
function named(value: object | string): Named {
  if (typeof value === "string") return { name: value, settings: {} }
  const { name, ...settings } = value as { name?: string } & Record<string, unknown>
  const said = Object.entries(settings).map(
    ([key, one]) => `${key} ${Array.isArray(one) ? one.join(" ") : String(one)}`,
  )
  return { name: name ?? (said.join(", ") || "usual"), settings }
}
