import { UsageError } from "../../base/errors.ts"
import { popcount } from "../../base/node-set.ts"
import { defaultMaxBytes, formatBytes } from "../../base/text.ts"
import { type SpecCensus, takeCensus } from "./census.ts"

import { layoutOf } from "./layout.ts"
import { tableBytes } from "./level-set.ts"
import type { SpecModel } from "./model.ts"
import { type SymmetryOptions, symmetryOrder } from "./symmetry.ts"

/** What a complete search needs at its widest level, from a census: two levels, and the table of one. */
export function estimateBytes(model: SpecModel, census: Pick<SpecCensus, "widestLevel">): number {
  const { words } = layoutOf(model)
  return 2 * census.widestLevel * words * 4 + tableBytes(census.widestLevel, words)
}

/**
 * Throws UsageError, with the estimate, if a search certainly needs more memory than is allowed: a
 * complete one, or one that stops once every system has been violated, which never happens for a system
 * whose quorums intersect.
 */
export function refuseTooLarge(model: SpecModel, options: SpecOptions): void {
  const { maxBytes = defaultMaxBytes, maxStates = Infinity } = options
  // Counted, not guessed: only a search that surely does not fit is refused.
  const census = censusOfSearch(model, options)
  if (census === undefined) return
  const order = symmetryOrder(model, options.symmetry ?? {})
  const states = census.states / order
  const bytes = estimateBytes(model, census) / order
  if (bytes <= maxBytes || states > maxStates) return
  throw new UsageError(
    `exploring ${model.phase2[0]?.name ?? "the model"} with ${model.values} values and ${model.epochs} epochs would visit ` +
      `${census.exact && order === 1 ? "" : "at least "}${states.toPrecision(4)} states and take ` +
      `${formatBytes(bytes)} of memory; ${formatBytes(maxBytes)} are allowed. Allow more memory, ` +
      `bound the states (the verdict is then unknown), use symmetry reduction, or use fewer values or epochs.`,
  )
}

/** The census of what a search will see; undefined where it stops early and the levels are not known. */
function censusOfSearch(model: SpecModel, options: SpecOptions): SpecCensus | undefined {
  const census = takeCensus(model)
  const steps = options.stopAtViolation === true ? stepsToAllViolations(model) : Infinity
  if (steps === Infinity) return census
  if (!census.exact) return undefined
  const levels = census.levels.slice(0, steps + 1)
  return { ...census, levels, states: levels.reduce((a, b) => a + b, 0), widestLevel: Math.max(...levels) }
}

/**
 * The number of steps after which every system of the model can have been violated; Infinity if one
 * never is.
 *
 * Such a run is a shortest decision in epoch 0 whose phase-2 quorum is disjoint from a phase-1 quorum,
 * which allows another value in epoch 1, and a shortest decision there. One prepare and one proposal to
 * each.
 */
export function stepsToAllViolations(model: SpecModel): number {
  if (model.values < 2 || model.epochs < 2) return Infinity
  const smallest = (quorums: readonly number[]): number => Math.min(...quorums.map(popcount))
  const steps = model.phase2.map(({ quorums }) => {
    const disjoint = model.phase1.flatMap((q1) =>
      quorums.filter((q2) => (q1 & q2) === 0).map((q2) => popcount(q1) + popcount(q2)),
    )
    return 4 + smallest(model.phase1) + smallest(quorums) + Math.min(...disjoint)
  })
  return Math.max(...steps)
}

/** How far a search of abstract Paxos goes. */
export interface SpecOptions {
  readonly symmetry?: SymmetryOptions
  /** Stop with `unknown` after the level in which this many states are exceeded. */
  readonly maxStates?: number
  /** Refuse to start, or stop with `unknown`, beyond this much memory for states; 2 GiB by default. */
  readonly maxBytes?: number
  /** Stop as soon as every system has been violated; otherwise the whole graph is counted. */
  readonly stopAtViolation?: boolean
  /** Called after every level, and every few hundred thousand states within one. */
  readonly onProgress?: (progress: SpecProgress) => void
}

/** How far it has come. */
export interface SpecProgress {
  readonly level: number
  readonly distinct: number
  readonly generated: number
}
