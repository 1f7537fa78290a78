import { unknown } from "../../base/verdict.ts"
import type { ActorExploration, ActorSearchOptions } from "./breadth-first.ts"
import { FingerprintSet } from "./fingerprint-set.ts"
import { Judge } from "./judge.ts"
import { ActorMachine } from "./machine.ts"
import type { ActorModel } from "./model.ts"
import { type ActorOutcome, decidedOutcome, undecidedOutcome } from "./outcome.ts"
import type { Property } from "./property.ts"
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

interface Frame {
  readonly row: Uint32Array
  readonly next: Uint32Array[]
}

const defaultMostBytes = 2 ** 31
const statesPerCheck = 1 << 14

/**
 * Explores every run of actors, depth first, in little memory: 16 to 32 bytes a
 * state, and the states of one run.
 *
 * States are remembered by 64-bit fingerprints. That two of N states share one
 * is at most N²/2⁶⁵ probable, which the result states; a witness is a run all
 * the same, not a guess, but rarely a shortest one. `eventually` is left to the
 * breadth-first search.
 */
export function exploreDepthFirst<Message, Stored, Remembered = null>(
  model: ActorModel<Message, Stored, Remembered>,
  properties: readonly Property<Message, Stored, Remembered>[],
  options: ActorSearchOptions = {},
): FingerprintExploration<Message, Stored, Remembered> {
  const { mostStates = Infinity, mostBytes = defaultMostBytes, onProgress, stopAtViolation } = options
  const machine = new ActorMachine(model)
  const successors = new WorldSuccessors(machine)
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
      if (found.has(property) || property.kind === "eventually") continue
      if (judge.isTrue(property, row, 0, row.length) !== (property.kind === "sometimes")) continue
      found.set(
        property,
        path.map((frame) => frame.row),
      )
      if (property.kind === "always" && stopAtViolation === true)
        stopped = `stopped where ${property.name} fails`
    }
    successors.expand(row, 0, row.length, {
      add: (successor, length) => {
        generated++
        next.push(successor.slice(0, length))
      },
    })
    next.reverse()
    if (seen.size % statesPerCheck === 0) {
      onProgress?.({ depth: path.length, distinct: seen.size })
      if (seen.size > mostStates) stopped = `stopped after ${seen.size} states`
      else if (seen.bytes > mostBytes)
        stopped = `stopped when the states took ${Math.round(seen.bytes / 2 ** 20)} MiB`
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
    if (rows !== undefined) return decidedOutcome(machine, property, rows)
    if (property.kind === "eventually")
      return { property, verdict: unknown("eventually is judged breadth first") }
    return undecidedOutcome(machine, property, { stopped, states: seen.size, cut: successors.cut, initial })
  })
  return {
    distinct: seen.size,
    generated,
    depth,
    complete: stopped === undefined,
    cut: successors.cut,
    bytesMax: seen.bytes,
    collisionProbability: Math.min(1, seen.size ** 2 / 2 ** 65),
    outcomes,
  }
}
