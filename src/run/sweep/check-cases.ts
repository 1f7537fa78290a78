import { UsageError } from "../../base/errors.ts"
import { decreeScenario } from "../decree-scenario.ts"
import { buildLog } from "../log-scenario.ts"
import { decreeSetup } from "./decree-sweep.ts"
import { logSetup } from "./log-sweep.ts"
import type { SweepCase } from "./sweep-cases.ts"
import { type SweepData, asList, orOne } from "./sweep-data.ts"

/** Where in the file something is said. */
type Path = readonly PropertyKey[]

/** What is wrong with a case, and where the words are that made it wrong. */
export interface WrongCase {
  readonly path: Path
  readonly error: UsageError
}

/** So many clusters are built at most: a mistake is in many cases, and the first ones show it. */
const mostBuilt = 500

/**
 * The first case whose settings do not fit the system and the latency they
 * meet: a crash of a process there is not, a region the matrix does not have.
 * Each cluster is built and not run.
 */
export function firstWrongCase(data: SweepData): WrongCase | undefined {
  let built = 0
  for (const steps of stepsOfCases(data)) {
    if (built++ === mostBuilt) return undefined
    if (mistakeIn(data, steps.at(-1)!.case) === undefined) continue
    // Settings may mend one another, so what is on the way is looked at only now.
    for (const step of steps) {
      const error = mistakeIn(data, step.case)
      if (error !== undefined) return { path: step.path, error }
    }
  }
  return undefined
}

function mistakeIn(data: SweepData, c: SweepCase): UsageError | undefined {
  try {
    if (data.protocol === "log") buildLog(logSetup(data, c).setup, 1)
    else decreeScenario(decreeSetup(data, c), 1)
    return undefined
  } catch (error) {
    if (error instanceof UsageError) return error
    throw error
  }
}

/** A case as its settings come together, and where the last of them are written: the one that breaks it is to blame. */
interface Step {
  readonly case: SweepCase
  readonly path: Path
}

/** For each case: by its system and variant alone, with the setup, with the workload, with the faults. */
function* stepsOfCases(data: SweepData): Generator<readonly Step[]> {
  const { matrix, setup = {} } = data
  const variants = "variant" in matrix ? matrix.variant : undefined
  const rest = { faults: "none", workload: "usual", seed: null }
  for (const system of asList(matrix.system)) {
    for (const variant of axisOf("variant", variants, "classic")) {
      for (const latency of orOne(asList(matrix.latency), "constant(10)")) {
        for (const workload of axisOf<object | string>("workload", matrix.workload, "usual")) {
          for (const faults of axisOf<object | string>("faults", matrix.faults, "none")) {
            const one = (...settings: readonly object[]): SweepCase => ({
              ...{ system, variant: variant.value, latency },
              ...rest,
              settings: Object.assign({}, ...settings) as object,
            })
            const [w, f] = [workload, faults].map(({ value }) => (typeof value === "string" ? {} : value))
            yield [
              { case: one(), path: variant.path },
              { case: one(setup), path: ["setup"] },
              { case: one(setup, w!), path: workload.path },
              { case: one(setup, w!, f!), path: faults.path },
            ]
          }
        }
      }
    }
  }
}

/** The values of an axis, each with where it is written. */
function axisOf<T>(
  axis: string,
  value: T | readonly T[] | undefined,
  usual: T,
): { readonly value: T; readonly path: Path }[] {
  const many = Array.isArray(value)
  return orOne(asList(value), usual).map((one, i) => ({
    value: one,
    path: ["matrix", axis, ...(many ? [i] : [])],
  }))
}
