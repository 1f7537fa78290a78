import { type Operation, groupedBy, isPending, neverReturned } from "./operation.ts"
import { LinearizationSearch, type SearchOutcome } from "./search.ts"
import { type Outline, type Specification, type StateKey, noOutline } from "./specification.ts"
import { type Timeline, timelineOf } from "./timeline.ts"

/**
 * Which operations of one object's history are to blame that it has no
 * linearization. An operation is not to blame if the history fails as well
 * where that operation is optional: where it may take effect, between its call
 * and its return, or not. Every question is a search of its own.
 */
export class Blame<State, Input, Output> {
  private readonly operations: readonly Operation<Input, Output>[]
  private readonly specification: Specification<State, Input, Output>
  private readonly effort: Effort
  private readonly outlines: ReadonlyMap<Operation<Input, Output>, Outline<State>>
  /** Operations that may help others, by the states they leave; undefined where that is not known. */
  private readonly leaving: ReadonlyMap<StateKey | undefined, readonly Operation<Input, Output>[]>

  constructor(
    operations: readonly Operation<Input, Output>[],
    specification: Specification<State, Input, Output>,
    effort: Effort,
  ) {
    this.operations = operations
    this.specification = specification
    this.effort = effort
    this.outlines = new Map(
      operations.map((one) => [one, specification.outline?.(one.input, one.output) ?? noOutline]),
    )
    const changing = operations.filter((one) => this.outlines.get(one)!.effect !== "observes")
    this.leaving = groupedBy(changing, (one) => {
      const { leaves } = this.outlines.get(one)!
      return leaves === undefined ? undefined : specification.key(leaves)
    })
  }

  /** At most `most` operations, those that returned last. */
  lastReturned(most: number): Operation<Input, Output>[] {
    const returned = this.operations.filter((one) => !isPending(one))
    return returned.sort((a, b) => b.returned - a.returned).slice(0, most)
  }

  failsAsItIs(): boolean {
    return this.ask(this.operations, () => false).outcome === "violated"
  }

  /** Whether it fails although all but `must` are optional. */
  fails(must: readonly Operation<Input, Output>[]): boolean {
    return this.askWithHelp(must).outcome === "violated"
  }

  /** A smallest set of operations that must be as they are for the history to fail, which it does. */
  smallestCore(): Operation<Input, Output>[] {
    const returned = this.lastReturned(this.operations.length)
    for (let count = 1; count < returned.length; count *= 2) {
      const last = returned.slice(0, count)
      if (this.fails(last)) return this.explain([], [], last)
    }
    return this.explain([], [], returned)
  }

  /** Operations that, with `must`, have a linearization, each of them needed; empty if there is none. */
  supportOf(must: readonly Operation<Input, Output>[]): Operation<Input, Output>[] {
    const { timeline, outcome, search } = this.askWithHelp(must)
    if (outcome !== "holds") return []
    const used = search.linearization().map((index) => timeline.operations[index]!)
    let support = used.filter((one) => !must.includes(one))
    for (const one of support) {
      const fewer = support.filter((other) => other !== one)
      if (this.ask([...must, ...fewer], () => false).outcome === "holds") support = fewer
    }
    return support
  }

  /**
   * Junker's QuickXplain: the smallest part of `candidates` that fails together
   * with `background`, keeping rather the first of them than the last. `added`
   * is what came into the background last.
   */
  private explain(
    background: readonly Operation<Input, Output>[],
    added: readonly Operation<Input, Output>[],
    candidates: readonly Operation<Input, Output>[],
  ): Operation<Input, Output>[] {
    if (added.length > 0 && this.fails(background)) return []
    if (candidates.length === 1) return [...candidates]
    const half = candidates.length >> 1
    const [first, second] = [candidates.slice(0, half), candidates.slice(half)]
    const fromSecond = this.explain([...background, ...first], first, second)
    const fromFirst = this.explain([...background, ...fromSecond], fromSecond, first)
    return [...fromFirst, ...fromSecond]
  }

  /** A search with all optional but `must`; those that cannot help it are left out. */
  private askWithHelp(must: readonly Operation<Input, Output>[]): Answer<State, Input, Output> {
    const required = new Set(must)
    const operations = [...must, ...this.helpFor(required)].sort((a, b) => a.called - b.called)
    return this.ask(operations, (index) => !required.has(operations[index]!))
  }

  private ask(
    unsorted: readonly Operation<Input, Output>[],
    isOptional: (index: number) => boolean,
  ): Answer<State, Input, Output> {
    const operations = [...unsorted].sort((a, b) => a.called - b.called)
    const timeline = timelineOf(operations, this.specification, isOptional)
    const search = new LinearizationSearch(timeline, this.specification)
    const outcome = search.advance(this.effort.steps)
    this.effort.steps -= search.steps
    if (outcome === "open") this.effort.isExhausted = true
    return { timeline, outcome, search }
  }

  /** The operations besides those required that may help, at once or by helping another, to one of their answers. */
  private helpFor(required: ReadonlySet<Operation<Input, Output>>): Operation<Input, Output>[] {
    const found = new Set<Operation<Input, Output>>()
    const asked = new Set<StateKey | undefined>()
    const waiting = [...required]
    for (let later = waiting.pop(); later !== undefined; later = waiting.pop()) {
      const { effect, requires } = this.outlines.get(later)!
      const state = requires === undefined ? undefined : this.specification.key(requires)
      if (effect === "overwrites" || asked.has(state)) continue
      asked.add(state)
      for (const group of requires === undefined ? this.leaving.keys() : this.leadingTo(requires)) {
        for (const earlier of this.leaving.get(group) ?? []) {
          if (required.has(earlier) || found.has(earlier)) continue
          found.add(earlier)
          waiting.push(earlier)
        }
      }
    }
    return [...found]
  }

  /** Of `leaving`, the groups from which the state may come about. */
  private leadingTo(state: State): readonly (StateKey | undefined)[] {
    const { specification } = this
    // Without operations of unknown effect there is nothing by which one state leads to another.
    if (!this.leaving.has(undefined)) return [specification.key(state)]
    if (specification.leads === undefined) return [...this.leaving.keys()]
    const leading = [...this.leaving].filter(([, [one]]) => {
      const { leaves } = this.outlines.get(one!)!
      return leaves === undefined || specification.leads!(leaves, state)
    })
    return leading.map(([group]) => group)
  }
}

interface Answer<State, Input, Output> {
  readonly timeline: Timeline<State, Input, Output>
  readonly outcome: SearchOutcome
  readonly search: LinearizationSearch<State, Input, Output>
}

/** Counts down over everything that is asked to make a failing window small. */
export interface Effort {
  steps: number
  /** Whether a question went without an answer for want of steps. */
  isExhausted: boolean
}

/**
 * The beginning of one object's history up to the first return that no order of
 * effects reaches, `furthest` being the position of one that some order does.
 * What is open at that return has none in the beginning. If the effort does not suffice the beginning is longer.
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
