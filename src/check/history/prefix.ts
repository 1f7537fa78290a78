import { Blame } from "./blame.ts"
import { type Operation, neverReturned } from "./operation.ts"
import type { Specification } from "./specification.ts"
import { timelineOf } from "./timeline.ts"

/** Counts down over everything that is asked to make a failing window small. */
export interface Effort {
  steps: number
  /** Whether a question went without an answer for want of steps. */
  isExhausted: boolean
}

/**
 * The beginning of one object's history up to the first return that no order of
 * effects reaches, `furthest` being the position of one that some order does.
 * What is open at that return has none in the beginning; `originals` tells what
 * it was. If the effort does not suffice the beginning is longer.
 *
 * Asked first is whether a beginning fails on account of the last operations to
 * return in it alone, which is cheap; whether the one before it then does not
 * fail, needs its linearization.
 */
export function shortestFailingPrefix<State, Input, Output>(
  operations: readonly Operation<Input, Output>[],
  specification: Specification<State, Input, Output>,
  furthest: number,
  effort: Effort,
): Operation<Input, Output>[] {
  const { events, operations: laidOut } = timelineOf(operations, specification)
  const ends = [...events].flatMap((code, position) =>
    (code & 1) === 1 && position >= furthest ? [laidOut[code >> 1]!.returned] : [],
  )
  const blameUpTo = (count: number): Blame<State, Input, Output> =>
    new Blame(upTo(operations, ends[count - 1]!), specification, effort)
  const failsByItsEnd = (count: number): boolean => {
    const blame = blameUpTo(count)
    return blame.fails(blame.lastReturned(count + endSize))
  }
  const fails = (count: number): boolean => blameUpTo(count).failsAsItIs()
  const count = firstThat(failsByItsEnd, ends.length)
  const earlier = count > 1 && fails(count - 1) ? firstThat(fails, count - 1) : count
  return upTo(operations, ends[earlier - 1]!)
}

/** How many of the last returns are asked about: a failure is nearly always among a few of them. */
const endSize = 100

/** The history up to the event at `end`. */
export function upTo<Input, Output>(
  operations: readonly Operation<Input, Output>[],
  end: number,
): Operation<Input, Output>[] {
  return operations.flatMap((operation) => {
    if (operation.called >= end) return []
    return [operation.returned <= end ? operation : { ...operation, returned: neverReturned }]
  })
}

/**
 * The least count from 1 to `most` that has a property which, once had, stays;
 * `most` is taken to have it. Counts near 1 are asked first.
 */
function firstThat(isSo: (count: number) => boolean, most: number): number {
  let [low, high] = [0, 1]
  while (high < most && !isSo(high)) [low, high] = [high, high * 2]
  high = Math.min(high, most)
  while (low + 1 < high) {
    const middle = (low + high) >> 1
    if (isSo(middle)) high = middle
    else low = middle
  }
  return high
}
