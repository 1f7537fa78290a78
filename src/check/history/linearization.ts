import { type History, type Operation, isPending } from "./operation.ts"
import type { Specification } from "./specification.ts"

/**
 * Whether `order` is a linearization of the history, as a sentence about the
 * first thing wrong with it; undefined if nothing is.
 *
 * The certificate of a history that holds, checked from the definition: every
 * operation that returned is there once, one whose outcome is unknown at most
 * once, none stands before one that had returned when it was called, and the
 * specification allows every answer. `initialOf` tells what an object was at
 * first. Shares no code with the search. Cost: linear in the history.
 */
export function whyNoLinearization<State, Input, Output>(
  history: History<Input, Output>,
  order: readonly Operation<Input, Output>[],
  specification: Specification<State, Input, Output>,
  initialOf: (object: string) => State = () => specification.initial,
): string | undefined {
  return (
    whyNotTheHistory(history, order, specification) ??
    whyNotInRealTime(order, specification) ??
    whyNotAllowed(order, specification, initialOf)
  )
}

function whyNotTheHistory<State, Input, Output>(
  history: History<Input, Output>,
  order: readonly Operation<Input, Output>[],
  specification: Specification<State, Input, Output>,
): string | undefined {
  const placed = new Set(order)
  const show = describer(specification)
  if (placed.size < order.length) return "an operation takes effect twice"
  const missing = history.find((operation) => !isPending(operation) && !placed.has(operation))
  if (missing !== undefined) return `${show(missing)} returned and is not in the order`
  history.forEach((operation) => placed.delete(operation))
  const [stranger] = placed
  return stranger === undefined ? undefined : `${show(stranger)} is not in the history`
}

function whyNotInRealTime<State, Input, Output>(
  order: readonly Operation<Input, Output>[],
  specification: Specification<State, Input, Output>,
): string | undefined {
  const show = describer(specification)
  let latestCall = order[0]
  for (const operation of order) {
    if (operation.returned < latestCall!.called) {
      return `${show(operation)} had returned when ${show(latestCall!)} was called, and stands after it`
    }
    if (operation.called > latestCall!.called) latestCall = operation
  }
  return undefined
}

function whyNotAllowed<State, Input, Output>(
  order: readonly Operation<Input, Output>[],
  specification: Specification<State, Input, Output>,
  initialOf: (object: string) => State,
): string | undefined {
  const show = describer(specification)
  const states = new Map<string, State>()
  for (const operation of order) {
    const { input, output } = operation
    const object = specification.partition?.(input) ?? ""
    const state = states.has(object) ? states.get(object)! : initialOf(object)
    const next = specification.step(state, input, output)
    if (next === undefined) {
      return `${show(operation)} is not possible where the state is ${specification.describeState(state)}`
    }
    states.set(object, next)
  }
  return undefined
}

/** "read: 3 (client 2)". */
export function describer<State, Input, Output>(
  specification: Specification<State, Input, Output>,
): (operation: Operation<Input, Output>) => string {
  return ({ client, input, output }) => `${specification.describe(input, output)} (client ${client})`
}
