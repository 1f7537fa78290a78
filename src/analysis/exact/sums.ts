import { UsageError } from "../../base/errors.ts"
import { type Gate, childWeight } from "./formula.ts"

/** A gate that needs at most this much is analysed with an array, a place for each sum of weights. */
export const maxDense = 1_000_000

/** More different sums of weights than this are refused. */
const maxSums = 1_000_000

/**
 * What the subsets of a gate's children come to, by the sum of their weights; sums beyond `goal` count as the goal.
 * `step` says what becomes of the subsets of a sum where a child is added and where it is not.
 *
 * For large weights, of which few sums occur. Cost: the number of different sums for each child. Throws a
 * UsageError where they are too many.
 */
export function bySums<T>(
  gate: Gate,
  goal: number,
  start: T,
  step: (value: T, child: number) => { readonly added: T | undefined; readonly left: T | undefined },
  merge: (a: T, b: T) => T,
): Map<number, T> {
  let sums = new Map<number, T>([[0, start]])
  gate.children.forEach((_, child) => {
    const weight = childWeight(gate, child)
    const next = new Map<number, T>()
    const put = (sum: number, value: T | undefined): void => {
      if (value === undefined) return
      const known = next.get(sum)
      next.set(sum, known === undefined ? value : merge(known, value))
    }
    for (const [sum, value] of sums) {
      const { added, left } = step(value, child)
      put(sum, left)
      put(Math.min(sum + weight, goal), added)
    }
    if (next.size > maxSums) {
      throw new UsageError(
        `the votes have more than ${maxSums} different sums below ${goal}, too many to analyse exactly. Scale the votes down, such as to at most 1000.`,
      )
    }
    sums = next
  })
  return sums
}
