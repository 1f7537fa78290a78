import type { Specification, StateKey } from "./specification.ts"
import type { Timeline } from "./timeline.ts"

/** The states of an object that a search has met, numbered in the order of their discovery; 0 is the initial one. */
export class States<State, Input, Output> {
  private readonly specification: Specification<State, Input, Output>
  private readonly operations: Timeline<State, Input, Output>["operations"]
  private readonly states: State[] = []
  private readonly numbers = new Map<StateKey, number>()

  constructor(
    specification: Specification<State, Input, Output>,
    operations: Timeline<State, Input, Output>["operations"],
  ) {
    this.specification = specification
    this.operations = operations
    this.numberOf(specification.initial)
  }

  /** The number of the state after an operation, or −1 where the operation is not possible. */
  after(state: number, operation: number): number {
    const before = this.states[state]!
    const { input, output } = this.operations[operation]!
    const next = this.specification.step(before, input, output)
    if (next === undefined) return -1
    return next === before ? state : this.numberOf(next)
  }

  /** The number of a state, a new one if it has none. */
  numberOf(state: State): number {
    const key = this.specification.key(state)
    const known = this.numbers.get(key)
    if (known !== undefined) return known
    this.numbers.set(key, this.states.length)
    this.states.push(state)
    return this.states.length - 1
  }

  get(state: number): State {
    return this.states[state]!
  }
}
