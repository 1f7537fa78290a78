import type { Operation } from "./operation.ts"
import type { Specification, StateKey } from "./specification.ts"

/**
 * The same objects, of which it is not known what each was at first: foreign
 * histories often begin in the middle, and do not say. Of all states only those
 * are tried that could matter: the usual one, those that some operation can tell
 * apart that was called before the object is sure to have changed, and `other`,
 * which stands for all the rest.
 *
 * Exact where outlines tell what every operation distinguishes and leaves; an
 * object with others, such as appends, begins as usual.
 */
export function withUnknownBeginning<State, Input, Output>(
  specification: Specification<State, Input, Output>,
  other: State,
): Specification<State, Input, Output> {
  return { ...specification, beginnings: (operations) => beginningsOf(operations, specification, other) }
}

function beginningsOf<State, Input, Output>(
  operations: readonly Operation<Input, Output>[],
  specification: Specification<State, Input, Output>,
  other: State,
): State[] {
  const { initial } = specification
  const states = new Map<StateKey, State>([[specification.key(initial), initial]])
  let changed = Number.POSITIVE_INFINITY
  for (const { input, output, called, returned } of operations) {
    const { effect, leaves, distinguishes } = specification.outline?.(input, output) ?? { effect: "depends" }
    if (distinguishes === undefined || (effect !== "observes" && leaves === undefined)) return [initial]
    if (called > changed) continue
    for (const state of distinguishes) states.set(specification.key(state), state)
    if (effect === "overwrites" || effect === "depends") changed = Math.min(changed, returned)
  }
  const [usual, ...told] = states.values()
  return [usual!, other, ...told]
}
