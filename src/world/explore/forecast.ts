import { UsageError } from "../../base/errors.ts"
import { type Random, randomFromSeed } from "../../base/random.ts"
import { defaultMaxBytes, formatBytes } from "../../base/text.ts"
import { futuresFor } from "./futures.ts"
import { ActorMachine } from "./machine.ts"
import type { ActorModel, Property } from "./model.ts"
import { WorldSuccessors } from "./successors.ts"

/** The number of states after which a search is forecast: a fraction of a second. */
export const pilotStates = 200_000

/** Levels grow until about here, as a part of the depth; then they shrink. */
const peakAt = 0.75
/** The logarithm of the ratio of the last two levels. */
const lastRatio = -2

/** The number found is this many times less at most; only what would not fit even then is refused. */
const margin = 4

/**
 * How many states a breadth-first search will meet, from the sizes of its first
 * levels, all complete, and how many levels there will be.
 *
 * Levels of models of Paxos are alike in shape: the logarithm of the ratio of
 * neighbours wavers, falls to 0 at three quarters of the depth, and to about −2
 * at the end. So the average of the last four ratios is continued in two
 * straight lines. A rule of thumb, and no bound: after 200,000 states of ten
 * models it was between 0.5 and 1.3 times the number, and where states are
 * merged (`reduce`) up to four times.
 */
export function forecastStates(levels: readonly number[], depth: number): number {
  const known = levels.length
  const peak = Math.max(known, peakAt * depth)
  const ratio = averageRatio(levels.slice(-5))
  let total = levels.reduce((sum, size) => sum + size, 0)
  let size = levels[known - 1]!
  for (let level = known; level < depth; level++) {
    // Falling to nothing at the peak, and from there to the last ratio at the end.
    const logarithm =
      level < peak
        ? ratio * (1 - (level - known) / (peak - known))
        : lastRatio * ((level - peak) / (depth - peak))
    size *= Math.exp(logarithm)
    total += size
  }
  return total
}

/** The mean of the logarithms of the ratios of neighbours. */
function averageRatio(sizes: readonly number[]): number {
  return Math.log(sizes[sizes.length - 1]! / sizes[0]!) / (sizes.length - 1)
}

/** What a search may use, and what it is seen to use. */
export interface Budget {
  readonly bytesPerState: number
  readonly maxBytes?: number | undefined
  readonly maxStates?: number | undefined
}

/**
 * Throws UsageError, with the estimate, if the states take more memory than is allowed; an inexact
 * forecast must exceed it four times.
 */
export function refuseStates(states: number, isExact: boolean, budget: Budget): void {
  const { bytesPerState, maxBytes = defaultMaxBytes, maxStates = Infinity } = budget
  const bytes = states * bytesPerState
  const min = isExact ? states : states / margin
  if (Math.min(min, maxStates) * bytesPerState <= maxBytes) return
  const about = isExact ? "" : "about "
  throw new UsageError(
    `exploring these actors would visit ${about}${isExact ? states.toLocaleString("en") : states.toPrecision(2)} states and take ` +
      `${about}${formatBytes(bytes)} of memory` +
      `${isExact ? "" : ` (an estimate from the first ${pilotStates.toLocaleString("en")} states)`}; ` +
      `${formatBytes(maxBytes)} are allowed. Allow more memory (--memory), merge states with the same futures (--reduce), ` +
      `use fewer epochs, proposers or crashes, bound the states (--max-states; the verdict is then unknown), ` +
      `or sample runs (--search walk).`,
  )
}

/**
 * The number of states kept per level: with two hundred, the estimated depth of models of Paxos is at
 * most a tenth too small.
 */
const width = 200
/** A model in which runs have no end would be probed for ever. */
const deepest = 1000

/**
 * Estimates the number of levels of a breadth-first search, by a search that keeps a few random states
 * of each level until none has a new successor. It has separate actors, so that the probe does not
 * affect the search. Cost: about a tenth of a second.
 */
export function probeDepth<Message, Stored, Remembered>(
  model: ActorModel<Message, Stored, Remembered>,
  properties: readonly Property<Message, Stored, Remembered>[],
  reduce: boolean,
): number {
  const machine = new ActorMachine(model)
  const successors = new WorldSuccessors(machine, reduce ? futuresFor(machine, properties) : undefined)
  // A fixed seed: equal models have equal forecasts.
  const random = randomFromSeed(1)
  let level = [successors.initial()]
  const seen = new Set<string>()
  for (let depth = 0; ; depth++) {
    if (level.length === 0 || depth === deepest) return depth
    const next = new Map<string, Uint32Array>()
    for (const row of level) {
      successors.expand(row, 0, row.length, {
        add: (found, length) => {
          const key = found.subarray(0, length).join()
          if (!seen.has(key)) next.set(key, found.slice(0, length))
        },
      })
    }
    for (const key of next.keys()) seen.add(key)
    level = draw([...next.values()], random)
  }
}

/** Some of the rows, in random order. */
function draw(rows: Uint32Array[], random: Random): Uint32Array[] {
  const count = Math.min(width, rows.length)
  for (let i = 0; i < count; i++) {
    const j = i + random.below(rows.length - i)
    ;[rows[i], rows[j]] = [rows[j]!, rows[i]!]
  }
  return rows.slice(0, count)
}
