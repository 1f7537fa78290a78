import { defaultMaxBytes, formatBytes } from "../../base/text.ts"
import { unknown } from "../../base/verdict.ts"
import { type ActorExploration, type ActorSearchOptions, exploreActors } from "./breadth-first.ts"
import { forecastStates, pilotStates, probeDepth, refuseStates } from "./forecast.ts"
import { futuresFor } from "./futures.ts"
import { Judge } from "./judge.ts"
import { ActorMachine } from "./machine.ts"
import type { ActorModel, Property } from "./model.ts"
import { type ActorOutcome, decidedOutcome, undecidedOutcome } from "./outcome.ts"
import { FingerprintSet } from "./state-table.ts"
import { WorldSuccessors } from "./successors.ts"

/** A search that remembers fingerprints instead of states, and how likely that it missed one. */
export interface FingerprintExploration<Message, Stored, Remembered> extends ActorExploration<
  Message,
  Stored,
  Remembered
> {
  /** At most this probable is it that two states had the same 64-bit fingerprint, so that one was not explored. */
  readonly collisionProbability: number
}

/** Bytes of the set of fingerprints per state: it is between a quarter and half full. */
const bytesPerState = 24

/** Estimates the number of states from the first levels, searched breadth first. */
function refuseTooLarge<Message, Stored, Remembered>(
  model: ActorModel<Message, Stored, Remembered>,
  options: ActorSearchOptions,
): void {
  const { reduce = false } = options
  const limits = { maxStates: pilotStates, maxBytes: Infinity, reduce }
  const { complete, distinct, levels } = exploreActors(model, [], limits)
  // The last level is not complete where the search is not.
  const states = complete ? distinct : forecastStates(levels.slice(0, -1), probeDepth(model, [], reduce))
  refuseStates(states, complete, { ...options, bytesPerState })
}

/** A state on the path and its unexplored successors. */
interface Frame {
  readonly row: Uint32Array
  readonly next: Uint32Array[]
}

const statesPerCheck = 1 << 10

/**
 * Explores every run of actors, depth first, with 16 to 32 bytes per state, plus the states of one run.
 *
 * States are remembered by 64-bit fingerprints. The probability that two of N states share one is at
 * most N²/2⁶⁵, which the result states; a witness is still an actual run, but rarely a shortest one.
 * `eventually` requires the breadth-first search.
 *
 * For models whose states exceed the memory: hash compaction, as in Spin and TLC. A missed state can
 * hide a violation but never invent one, so `violated` is as certain as that of the breadth-first
 * search, and only `holds` has the probability of error.
 */
export function exploreDepthFirst<Message, Stored, Remembered = null>(
  model: ActorModel<Message, Stored, Remembered>,
  properties: readonly Property<Message, Stored, Remembered>[],
  options: ActorSearchOptions = {},
): FingerprintExploration<Message, Stored, Remembered> {
  const { maxStates = Infinity, maxBytes = defaultMaxBytes, onProgress, stopAtViolation } = options
  if (stopAtViolation !== true) refuseTooLarge(model, options)
  const machine = new ActorMachine(model)
  const futures = options.reduce === true ? futuresFor(machine, properties, maxStates) : undefined
  const successors = new WorldSuccessors(machine, futures)
  const judge = new Judge(machine, successors)
  const seen = new FingerprintSet()
  const path: Frame[] = []
  const found = new Map<Property<Message, Stored, Remembered>, readonly Uint32Array[]>()
  let [generated, depth] = [1, 0]
  let stopped: string | undefined

  const enter = (row: Uint32Array): void => {
    const next: Uint32Array[] = []
    path.push({ row, next })
    depth = Math.max(depth, path.length)
    for (const property of properties) {
      if (found.has(property) || !judge.isDecidedBy(property, row)) continue
      const rows = path.map((frame) => frame.row)
      found.set(property, rows)
      if (property.kind === "always" && stopAtViolation === true)
        stopped = `stopped where ${property.name} fails`
    }
    const add = (successor: Uint32Array, length: number): unknown => next.push(successor.slice(0, length))
    successors.expand(row, 0, row.length, { add })
    generated += next.length
    // The last is taken first: so successors are visited in the order in which they were found.
    next.reverse()
    if (seen.size > maxStates) stopped ??= `stopped after ${seen.size} states`
    if (seen.size % statesPerCheck === 0) {
      onProgress?.({ depth: path.length, distinct: seen.size })
      if (seen.bytes > maxBytes) stopped ??= `stopped when the states took ${formatBytes(seen.bytes)}`
    }
  }

  const initial = successors.initial()
  seen.add(initial, initial.length)
  enter(initial)
  while (path.length > 0 && stopped === undefined) {
    const row = path[path.length - 1]!.next.pop()
    if (row === undefined) path.pop()
    else if (seen.add(row, row.length)) enter(row)
  }
  const outcomes = properties.map((property): ActorOutcome<Message, Stored, Remembered> => {
    const rows = found.get(property)
    if (rows !== undefined) return decidedOutcome(machine, property, rows, futures)
    if (property.kind === "eventually")
      return { property, verdict: unknown("eventually is judged breadth first") }
    const { cut } = successors
    return undecidedOutcome(machine, property, { stopped, states: seen.size, cut, initial, futures })
  })
  return {
    distinct: seen.size,
    generated,
    depth,
    complete: stopped === undefined,
    cut: successors.cut,
    levels: [],
    bytesMax: seen.bytes,
    collisionProbability: Math.min(1, seen.size ** 2 / 2 ** 65),
    outcomes,
  }
}
