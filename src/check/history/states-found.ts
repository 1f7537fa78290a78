import type { Operation } from "./operation.ts"
import type { Specification, StateKey } from "./specification.ts"

/**
 * The states that one operation of a window may have found, by the others: after
 * all that returned before its call, and any of those that were open with it.
 * Described and in the order of their discovery; empty beyond an effort.
 *
 * Tries every order the others may have taken effect in. Cost: exponential in
 * the number of those open at a time, at most a few thousand configurations.
 */
export function statesFound<State, Input, Output>(
  window: readonly Operation<Input, Output>[],
  found: Operation<Input, Output>,
  specification: Specification<State, Input, Output>,
): string[] {
  const others = window.filter((operation) => operation !== found)
  const seen = new Set<string>()
  const states = new Map<StateKey, string>()
  const waiting: { state: State; left: readonly number[] }[] = [
    { state: specification.initial, left: [...others.keys()] },
  ]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { state, left } = next
    const key = specification.key(state)
    const name = JSON.stringify([key, left])
    if (seen.has(name)) continue
    if (seen.size === mostConfigurations) return []
    seen.add(name)
    const settled = left.every((i) => others[i]!.returned > found.called)
    if (settled) states.set(key, specification.describeState(state))
    for (const i of left) {
      const { input, output, called } = others[i]!
      if (left.some((other) => others[other]!.returned < called)) continue
      const after = specification.step(state, input, output)
      if (after !== undefined) waiting.push({ state: after, left: left.filter((other) => other !== i) })
    }
  }
  return [...states.values()]
}

const mostConfigurations = 5_000
