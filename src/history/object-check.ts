import type { Operation } from "./operation.ts"
import { LinearizationSearch, type SearchOutcome } from "./search.ts"
import type { Specification } from "./specification.ts"
import { timelineOf } from "./timeline.ts"
import { type FailingWindow, failingWindow } from "./window.ts"

/**
 * The check of the part of a history that is about one object.
 *
 * Where the object may have been in one of several states at first, every one
 * of them is searched from, in turn, until one gives a linearization.
 */
export class ObjectCheck<State, Input, Output> {
  private readonly operations: readonly Operation<Input, Output>[]
  private readonly beginnings: readonly Specification<State, Input, Output>[]
  /** Of the attempts that failed the one that explains most of the history. */
  private best: Attempt<State, Input, Output>
  private current: Attempt<State, Input, Output>
  private tried = 1
  private spent = 0

  constructor(
    operations: readonly Operation<Input, Output>[],
    specification: Specification<State, Input, Output>,
  ) {
    const states = specification.beginnings?.(operations) ?? [specification.initial]
    this.operations = operations
    this.beginnings = states.map((initial) => ({ ...specification, initial }))
    this.current = this.best = attempt(operations, this.beginnings[0]!)
  }

  get steps(): number {
    return this.spent + this.current.search.steps
  }

  get outcome(): SearchOutcome {
    const { outcome } = this.current.search
    return outcome === "violated" && this.tried < this.beginnings.length ? "open" : outcome
  }

  /** The state the object is taken to have been in at first. */
  get initial(): State {
    return this.current.specification.initial
  }

  /** Searches on for at most so many steps. */
  advance(steps: number): SearchOutcome {
    const limit = this.steps + steps
    while (this.current.search.advance(limit - this.steps) === "violated" && this.outcome === "open") {
      this.spent += this.current.search.steps
      this.note(this.current)
      this.current = attempt(this.operations, this.beginnings[this.tried++]!)
    }
    if (this.outcome === "violated") this.note(this.current)
    return this.outcome
  }

  /** The linearization, once it holds. */
  linearization(): Operation<Input, Output>[] {
    const { operations, search } = this.current
    return search.linearization().map((index) => operations[index]!)
  }

  /** The failing window, once it is violated; at most `steps` steps are spent on it. It is that of the beginning that explains most. */
  failingWindow(steps: number): FailingWindow<Input, Output> {
    const { operations, search, specification } = this.best
    const { impossible, furthest } = search
    return failingWindow(operations, specification, { impossible, furthest, steps })
  }

  /** Of equals the later one, which explains as much from a state that only some operation speaks for. */
  private note(failed: Attempt<State, Input, Output>): void {
    if (failed.search.reached >= this.best.search.reached) this.best = failed
  }
}

interface Attempt<State, Input, Output> {
  readonly specification: Specification<State, Input, Output>
  /** Those of the timeline: pending observations are left out. */
  readonly operations: readonly Operation<Input, Output>[]
  readonly search: LinearizationSearch<State, Input, Output>
}

function attempt<State, Input, Output>(
  all: readonly Operation<Input, Output>[],
  specification: Specification<State, Input, Output>,
): Attempt<State, Input, Output> {
  const timeline = timelineOf(all, specification)
  const search = new LinearizationSearch(timeline, specification)
  return { specification, operations: timeline.operations, search }
}
