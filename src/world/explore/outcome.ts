import { type Verdict, holds, unknown, violated } from "../../base/verdict.ts"
import type { Futures } from "./futures.ts"
import type { ActorMachine } from "./machine.ts"
import type { Property } from "./model.ts"
import { type ActorTrace, traceThrough } from "./trace.ts"

/** The outcome of a search for one property. */
export interface ActorOutcome<Message, Stored, Remembered> {
  readonly property: Property<Message, Stored, Remembered>
  readonly verdict: Verdict<ActorTrace<Message, Stored, Remembered>>
  /** For a violated `always`: the number of steps of its witness; the least there is, if found breadth first. */
  readonly stepsToViolation?: number
  /** For a `sometimes` that holds: a run to a state in which it does. */
  readonly example?: ActorTrace<Message, Stored, Remembered>
}

/** The outcome of a property decided by the last of `rows`: an `always` that fails there, a `sometimes` that holds. */
export function decidedOutcome<Message, Stored, Remembered>(
  machine: ActorMachine<Message, Stored, Remembered>,
  property: Property<Message, Stored, Remembered>,
  rows: readonly Uint32Array[],
  futures?: Futures<Message, Stored, Remembered>,
): ActorOutcome<Message, Stored, Remembered> {
  const trace = traceThrough(machine, rows, futures)
  const { length } = trace.steps
  if (property.kind === "sometimes") {
    return { property, verdict: holds(`${property.name}, after ${length} steps`), example: trace }
  }
  const verdict = violated(trace, `${property.name} fails after ${length} steps`)
  return { property, verdict, stepsToViolation: length }
}

/**
 * The outcome of a property that no visited state decides: over all states, unless `stopped` is the
 * reason why not all were visited.
 */
export function undecidedOutcome<Message, Stored, Remembered>(
  machine: ActorMachine<Message, Stored, Remembered>,
  property: Property<Message, Stored, Remembered>,
  search: {
    readonly stopped: string | undefined
    readonly states: number
    readonly cut: number
    readonly initial: Uint32Array
    readonly futures?: Futures<Message, Stored, Remembered> | undefined
  },
): ActorOutcome<Message, Stored, Remembered> {
  if (search.stopped !== undefined) return { property, verdict: unknown(search.stopped) }
  const scope = `${search.states} states${search.cut > 0 ? ", within the bounds of the model" : ""}`
  if (property.kind === "always") return { property, verdict: holds(`${property.name} in all ${scope}`) }
  const trace = traceThrough(machine, [search.initial], search.futures)
  return { property, verdict: violated(trace, `${property.name} in none of ${scope}`) }
}
