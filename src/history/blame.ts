import { type Operation, groupedBy, isPending, neverReturned } from "./operation.ts"
import { LinearizationSearch, type SearchOutcome } from "./search.ts"
import { type Outline, type Specification, type StateKey, noOutline } from "./specification.ts"
import { type Timeline, timelineOf } from "./timeline.ts"

/**
 * The operations of one object's history that cause it not to be linearizable. An operation
 * is not a cause if the history is still not linearizable when that operation is optional: when
 * it may take effect between its call and its return, or not. Each query is a separate search.
 */
export class Blame<State, Input, Output> {
  private readonly operations: readonly Operation<Input, Output>[]
  private readonly specification: Specification<State, Input, Output>
  private readonly effort: Effort
  private readonly outlines: ReadonlyMap<Operation<Input, Output>, Outline<State>>
  /** Operations that change the state, by the state they leave; undefined if it is unknown. */
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

  /** At most `max` operations, those that returned last. */
  lastReturned(max: number): Operation<Input, Output>[] {
    const returned = this.operations.filter((one) => !isPending(one))
    return returned.sort((a, b) => b.returned - a.returned).slice(0, max)
  }

  failsAsItIs(): boolean {
    return this.ask(this.operations, () => false).outcome === "violated"
  }

  /** Whether it fails although all but `must` are optional. */
  fails(must: readonly Operation<Input, Output>[]): boolean {
    return this.askWithHelp(must).outcome === "violated"
  }

  /** A minimal set of operations that suffices, with all others optional, for the history not to be linearizable. */
  smallestCore(): Operation<Input, Output>[] {
    const returned = this.lastReturned(this.operations.length)
    for (let count = 1; count < returned.length; count *= 2) {
      const last = returned.slice(0, count)
      if (this.fails(last)) return this.explain([], [], last)
    }
    return this.explain([], [], returned)
  }

  /** A minimal set of operations with which `must` has a linearization; empty if there is none. */
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
   * QuickXplain (Junker 2004): a minimal subset of `candidates` that fails together
   * with `background`, preferring earlier candidates. `added` is what was added to the
   * background last.
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

  /** A search in which all operations but `must` are optional; irrelevant ones are left out. */
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

  /** The operations that may, directly or through others, lead to a state that a required operation requires. */
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

  /** The groups of `leaving` that may lead to the state. */
  private leadingTo(state: State): readonly (StateKey | undefined)[] {
    const { specification } = this
    // Without operations of unknown effect, no state leads to another.
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

/** The steps left for minimising a failing window. */
export interface Effort {
  steps: number
  /** Whether a query was left undecided. */
  isExhausted: boolean
}

/**
 * The shortest prefix of one object's history that is not linearizable. It ends with a return;
 * operations open at that return are pending. `furthest` is the position of a return up to
 * which the history is linearizable. If the effort does not suffice, the prefix is longer.
 *
 * A cheap query comes first: whether a prefix fails because of its last returns alone.
 * That the next shorter prefix does not fail requires its linearization.
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

/** The number of last returns in the cheap query; nearly all failures involve only a few of them. */
const endSize = 100

/** The prefix of a history up to the event at position `end`. */
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
 * The least count from 1 to `max` with a monotone property, which `max` is assumed to have.
 * Exponential search from 1.
 */
function firstThat(isSo: (count: number) => boolean, max: number): number {
  let [low, high] = [0, 1]
  while (high < max && !isSo(high)) [low, high] = [high, high * 2]
  high = Math.min(high, max)
  while (low + 1 < high) {
    const middle = (low + high) >> 1
    if (isSo(middle)) high = middle
    else low = middle
  }
  return high
}
