import type { Operation } from "./operation.ts"
import { LinearizationSearch, type SearchOutcome } from "./search.ts"
import type { Specification } from "./specification.ts"
import { timelineOf } from "./timeline.ts"
import { type FailingWindow, failingWindow } from "./window.ts"

/**
 * The check of one object's part of a history.
 *
 * If the initial state is not known, every candidate is searched from in turn,
 * until one gives a linearization.
 */
export class ObjectCheck<State, Input, Output> {
  private readonly operations: readonly Operation<Input, Output>[]
  private readonly beginnings: readonly Specification<State, Input, Output>[]
  /** The failed attempt that linearized the longest prefix. */
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

  /** The assumed initial state. */
  get initial(): State {
    return this.current.specification.initial
  }

  /** Continues the search for at most `steps` steps. */
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

  /** The linearization, once the outcome is "holds". */
  linearization(): Operation<Input, Output>[] {
    const { operations, search } = this.current
    return search.linearization().map((index) => operations[index]!)
  }

  /** The failing window of the attempt that linearized the longest prefix; takes at most `steps` further steps. */
  failingWindow(steps: number): FailingWindow<Input, Output> {
    const { operations, search, specification } = this.best
    const { impossible, furthest } = search
    return failingWindow(operations, specification, { impossible, furthest, steps })
  }

  /** Ties go to the later attempt, whose initial state is supported by some operation. */
  private note(failed: Attempt<State, Input, Output>): void {
    if (failed.search.reached >= this.best.search.reached) this.best = failed
  }
}

interface Attempt<State, Input, Output> {
  readonly specification: Specification<State, Input, Output>
  /** The operations of the timeline: pending observations are left out. */
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
