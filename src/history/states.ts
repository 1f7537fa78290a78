import type { Operation } from "./operation.ts"
import type { Specification, StateKey } from "./specification.ts"
import type { Timeline } from "./timeline.ts"

/** The states of an object that a search has discovered, numbered in order of discovery; 0 is the initial state. */
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

  /** The number of the state after an operation, or −1 if the operation is not possible. */
  after(state: number, operation: number): number {
    const before = this.states[state]!
    const { input, output } = this.operations[operation]!
    const next = this.specification.step(before, input, output)
    if (next === undefined) return -1
    return next === before ? state : this.numberOf(next)
  }

  /** The number of a state; a new one if it is new. */
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

/**
 * The states that an operation may have observed, if only that operation is left out of the
 * history up to its return: described, in order of discovery. Empty if the others have no
 * linearization either, reads aside, or if the possibilities or states are too many.
 *
 * Traverses the history with the set of possibilities: a state, the open operations that
 * have taken effect, and the state that `found` has observed.
 * Cost: exponential in the number of concurrently open operations, but bounded.
 */
export function statesFound<State, Input, Output>(
  operations: readonly Operation<Input, Output>[],
  found: Operation<Input, Output>,
  specification: Specification<State, Input, Output>,
): string[] {
  const others = operations.filter((one) => one.called < found.returned && one.called !== found.called)
  const walk = new Walk(others, found, specification)
  for (const event of eventsUntil(found, others)) {
    if (event.type === "call") walk.call(event.operation)
    else if (!walk.return(event.operation)) return []
  }
  return walk.statesFound()
}

type Event = { readonly at: number; readonly type: "call" | "return"; readonly operation: number }

/** Calls and returns before the return of `found`, in order; `found` has the last index. */
function eventsUntil<Input, Output>(
  found: Operation<Input, Output>,
  others: readonly Operation<Input, Output>[],
): Event[] {
  return [...others, found]
    .flatMap(({ called, returned }, operation): Event[] => [
      { at: called, type: "call", operation },
      { at: returned, type: "return", operation },
    ])
    .filter(({ at }) => at < found.returned)
    .sort((a, b) => a.at - b.at)
}

/** A possible configuration at one point of the history. */
interface Possibility<State> {
  readonly state: State
  /** The open operations that have taken effect. */
  readonly done: ReadonlySet<number>
  /** The state that the operation in question observed, once it has taken effect. */
  readonly found: State | undefined
}

class Walk<State, Input, Output> {
  private readonly operations: readonly Operation<Input, Output>[]
  private readonly subject: number
  private readonly specification: Specification<State, Input, Output>
  private readonly open = new Set<number>()
  private possible: readonly Possibility<State>[]
  private effort = maxPossibilities

  constructor(
    others: readonly Operation<Input, Output>[],
    found: Operation<Input, Output>,
    specification: Specification<State, Input, Output>,
  ) {
    this.operations = [...others, found]
    this.subject = others.length
    this.specification = specification
    this.possible = [{ state: specification.initial, done: new Set(), found: undefined }]
  }

  call(operation: number): void {
    this.open.add(operation)
  }

  /** Requires the operation to have taken effect; false if it cannot have, or the effort is spent. A read that fails too is ignored. */
  return(operation: number): boolean {
    const before = this.possible.filter(({ done }) => !done.has(operation))
    const done = this.possible.filter((one) => one.done.has(operation))
    const after = [...done, ...this.leadingTo(operation, before)]
    const isPassedOver = after.length === 0 && this.isObserving(operation)
    this.open.delete(operation)
    this.possible = isPassedOver
      ? before
      : this.distinct(after.map((one) => ({ ...one, done: without(one.done, operation) })))
    return this.effort > 0 && this.possible.length > 0
  }

  statesFound(): string[] {
    const states = new Map<StateKey, State>()
    for (const { found } of [...this.possible, ...this.leadingTo(this.subject, this.possible)]) {
      if (found !== undefined) states.set(this.specification.key(found), found)
    }
    if (this.effort <= 0 || states.size > maxStates) return []
    return [...states.values()].map((state) => this.specification.describeState(state))
  }

  /** Lets open operations take effect in any order, until one of them has. */
  private leadingTo(operation: number, from: readonly Possibility<State>[]): Possibility<State>[] {
    const reached: Possibility<State>[] = []
    const waiting = this.distinct(from)
    const seen = new Set(waiting.map((one) => this.nameOf(one)))
    for (let one = waiting.pop(); one !== undefined && this.effort > 0; one = waiting.pop()) {
      if (seen.size > maxAtATime) this.effort = 0
      for (const next of this.nextOf(one)) {
        this.effort--
        if (next.done.has(operation)) reached.push(next)
        else if (!seen.has(this.nameOf(next))) {
          seen.add(this.nameOf(next))
          waiting.push(next)
        }
      }
    }
    return reached
  }

  /** An observation takes effect as soon as it is possible, as it changes no state; otherwise any open operation may. */
  private nextOf(one: Possibility<State>): Possibility<State>[] {
    const left = [...this.open].filter((operation) => !one.done.has(operation))
    const observing = left.find(
      (operation) => this.isObserving(operation) && this.after(one, operation) !== undefined,
    )
    const chosen =
      observing === undefined ? left.filter((operation) => !this.isObserving(operation)) : [observing]
    return chosen.flatMap((operation) => this.after(one, operation) ?? [])
  }

  private isObserving(operation: number): boolean {
    const { input, output } = this.operations[operation]!
    return operation !== this.subject && this.specification.outline?.(input, output).effect === "observes"
  }

  private after(
    { state, done, found }: Possibility<State>,
    operation: number,
  ): Possibility<State> | undefined {
    const after = new Set(done).add(operation)
    if (operation === this.subject) return { state, done: after, found: state }
    const { input, output } = this.operations[operation]!
    const next = this.specification.step(state, input, output)
    return next === undefined ? undefined : { state: next, done: after, found }
  }

  private distinct(all: readonly Possibility<State>[]): Possibility<State>[] {
    return [...new Map(all.map((one) => [this.nameOf(one), one])).values()]
  }

  private nameOf({ state, done, found }: Possibility<State>): string {
    const key = (of: State): StateKey => this.specification.key(of)
    const sorted = [...done].sort((a, b) => a - b)
    return JSON.stringify([key(state), found === undefined ? undefined : [key(found)], sorted])
  }
}

const without = (set: ReadonlySet<number>, operation: number): ReadonlySet<number> =>
  new Set([...set].filter((one) => one !== operation))

/** Limits: possibilities at one point of the history, possibilities in total, and states reported. */
const maxAtATime = 1_000
const maxPossibilities = 50_000
const maxStates = 5
