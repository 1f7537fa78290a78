import { UsageError } from "../../base/errors.ts"
import { defaultMostBytes, formatBytes } from "../memory-size.ts"

/** A search has gone far enough to be forecast after so many states: a fraction of a second. */
export const pilotStates = 200_000

/**
 * How many states a breadth-first search will meet, from the sizes of its first
 * levels, all complete.
 *
 * The ratio of neighbouring levels falls about linearly from the first level to
 * the last (each level has as many states as there are ways to have come so
 * far). So a line is fitted to the logarithms of the ratios and continued: down
 * to a level of one state. A rule of thumb, and no bound: after 200,000 states
 * of models of Paxos it is between a seventh of the number and a tenth more.
 * Infinite where the ratios do not fall yet.
 */
export function forecastStates(levels: readonly number[]): number {
  const ratios = levels.slice(1).map((size, i) => Math.log(size / levels[i]!))
  const { slope, at } = fitLine(ratios)
  if (!(slope < 0)) return Infinity
  let total = levels.reduce((sum, size) => sum + size, 0)
  let size = levels[levels.length - 1]!
  for (let i = ratios.length; size >= 1 && total < Infinity; i++) {
    size *= Math.exp(at(i))
    total += size
  }
  return total
}

/** Least squares through (0, values[0]), (1, values[1]), … */
function fitLine(values: readonly number[]): { slope: number; at: (x: number) => number } {
  const mean = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0) / numbers.length
  const middle = (values.length - 1) / 2
  const average = mean(values)
  const slope =
    mean(values.map((y, x) => (x - middle) * (y - average))) / mean(values.map((_, x) => (x - middle) ** 2))
  return { slope, at: (x) => average + slope * (x - middle) }
}

/** What a search may use, and what it is seen to use. */
export interface Budget {
  readonly bytesPerState: number
  readonly mostBytes?: number | undefined
  readonly mostStates?: number | undefined
}

/** Throws UsageError, with the estimate, if so many states take more memory than is allowed. */
export function refuseStates(states: number, isExact: boolean, budget: Budget): void {
  const { bytesPerState, mostBytes = defaultMostBytes, mostStates = Infinity } = budget
  const bytes = Math.min(states, mostStates) * bytesPerState
  if (states === Infinity || bytes <= mostBytes) return
  const about = isExact ? "" : "about "
  throw new UsageError(
    `Exploring these actors would meet ${about}${states.toPrecision(isExact ? 6 : 2)} states and take ` +
      `${about}${formatBytes(bytes)} of memory` +
      `${isExact ? "" : ` (an estimate from the first ${pilotStates.toLocaleString("en")} states)`}; ` +
      `${formatBytes(mostBytes)} are allowed. Allow more memory (--memory), merge states that no future can tell apart (--reduce), ` +
      `take fewer epochs, proposers or crashes, bound the states (--max-states; the verdict is then unknown), ` +
      `or sample runs (--search walk).`,
  )
}
