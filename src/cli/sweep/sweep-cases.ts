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

/** The matrix of a sweep, the last axis fastest. Equal settings are one object in memory. */
export function sweepCases({ matrix, setup = {} }: SweepData): SweepCase[] {
  const variants = "variant" in matrix ? asList(matrix.variant) : []
  const conditions = orOne(asList<object | string>(matrix.faults), "none").flatMap((faults) =>
    orOne(asList<object | string>(matrix.workload), "usual").map((workload) => {
      const [f, w] = [named(faults), named(workload)]
      return { faults: f.name, workload: w.name, settings: { ...setup, ...w.settings, ...f.settings } }
    }),
  )
  const cases: SweepCase[] = []
  for (const system of asList(matrix.system)) {
    for (const variant of orOne(variants, "classic")) {
      for (const latency of orOne(asList(matrix.latency), "constant(10)")) {
        for (const { faults, workload, settings } of conditions) {
          for (const seed of orOne<number | null>(asList(matrix.seed), null)) {
            cases.push({ system, variant, latency, faults, workload, seed, settings })
          }
        }
      }
    }
  }
  return cases
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
