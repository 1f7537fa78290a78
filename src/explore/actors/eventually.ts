import { type Verdict, holds, unknown, violated } from "../../base/verdict.ts"
import { Judge } from "./judge.ts"
import type { ActorMachine } from "./machine.ts"
import type { Property } from "./property.ts"
import { StateTable } from "./state-table.ts"
import { WorldSuccessors } from "./successors.ts"
import { type ActorTrace, traceThrough } from "./trace.ts"

interface Frame {
  readonly row: Uint32Array
  readonly next: readonly Uint32Array[]
  position: number
}

/**
 * Whether every run that goes on as long as it can has a state in which the
 * condition is true.
 *
 * Looks, depth first, only at states reached without it. One of them in which
 * nothing can happen any more ends a run that never had it: a violation. A run
 * cut off by the bounds of the model is no such end. A cycle among them is a run
 * that goes on without it for ever; whether it is fair is not judged, so the
 * answer is then `unknown`. A step that changes nothing is no cycle.
 */
export function checkEventually<Message, Stored, Remembered>(
  machine: ActorMachine<Message, Stored, Remembered>,
  property: Property<Message, Stored, Remembered>,
): Verdict<ActorTrace<Message, Stored, Remembered>> {
  const successors = new WorldSuccessors(machine)
  const judge = new Judge(machine, successors)
  const isTrue = (row: Uint32Array): boolean => judge.isTrue(property, row, 0, row.length)
  const seen = new StateTable()
  const onPath = new Set<string>()
  const path: Frame[] = []
  let cycles = 0

  const enter = (row: Uint32Array): boolean => {
    const cutBefore = successors.cut
    const next = successors.steps(row).map((step) => step.row)
    const isEnd = next.length === 0 && successors.cut === cutBefore
    path.push({
      row,
      next: next.filter((other) => other.join() !== row.join() && !isTrue(other)),
      position: 0,
    })
    onPath.add(row.join())
    return isEnd
  }

  const initial = successors.initial()
  if (isTrue(initial)) return holds(`${property.name} from the beginning`)
  seen.add(initial, initial.length, 0)
  let stuck = enter(initial)
  while (path.length > 0 && !stuck) {
    const frame = path[path.length - 1]!
    const row = frame.next[frame.position++]
    if (row === undefined) {
      path.pop()
      onPath.delete(frame.row.join())
    } else if (seen.add(row, row.length, 0) >= 0) {
      stuck = enter(row)
    } else if (onPath.has(row.join())) {
      cycles++
    }
  }
  if (stuck) {
    const trace = traceThrough(
      machine,
      path.map(({ row }) => row),
    )
    return violated(trace, `a run of ${trace.steps.length} steps ends, and ${property.name} never`)
  }
  if (cycles > 0) {
    return unknown(
      `runs can go round in circles without ${property.name}; whether such a run is fair is not judged`,
    )
  }
  return holds(`${property.name} on every run`)
}
