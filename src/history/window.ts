import { Blame, type Effort, shortestFailingPrefix, upTo } from "./blame.ts"
import type { ImpossibleAnswer } from "./impossible-answer.ts"
import { type Operation, isPending } from "./operation.ts"
import type { Specification } from "./specification.ts"
import { statesFound } from "./states.ts"

/**
 * Why a history is not linearizable, as briefly as it can be shown.
 *
 * `operations` are a part of the history that is not linearizable by itself,
 * and is without `unplaceable`. It proves the whole not to be: it still fails
 * if every other operation of the history may take effect, at any time between
 * its call and its return, or may not.
 */
export interface FailingWindow<Input, Output> {
  /** The object it is about, where a history is about several. */
  readonly object: string | undefined
  /** In the order of their calls. */
  readonly operations: readonly Operation<Input, Output>[]
  /** The operation that no order of effects has a place for: the last of the window to return. */
  readonly unplaceable: Operation<Input, Output>
  /** What that one may have found, by all others up to its return; empty if that is too much to say. */
  readonly states: readonly string[]
  /** The last operation before the window that would have given `unplaceable` its answer. */
  readonly source: Operation<Input, Output> | undefined
  /** Whether none of the operations can be left out; false if the effort allowed did not suffice to find out. */
  readonly isMinimal: boolean
}

/** What a search has found out about operations that have no linearization. */
export interface Failure {
  readonly impossible: ImpossibleAnswer | undefined
  /** The position of a return that some order of effects reaches. */
  readonly furthest: number
  /** How many steps may be spent; with fewer than are needed the window is larger than it need be. */
  readonly steps: number
}

/**
 * The smallest failing window that ends first: of those that end in an
 * impossible answer, if there is any, and else of all. `operations` are those of
 * one object, by their calls.
 *
 * Operations are not just left out one by one: without a write, reads of it
 * would fail for no good reason. They are made optional, which can only make a
 * history easier to linearize. QuickXplain (Junker 2004) finds a smallest set
 * that must be as it was, among the last to return. Then those operations come
 * back in that the rest needs to be possible.
 */
export function failingWindow<State, Input, Output>(
  operations: readonly Operation<Input, Output>[],
  specification: Specification<State, Input, Output>,
  failure: Failure,
): FailingWindow<Input, Output> {
  const effort: Effort = { steps: failure.steps, isExhausted: false }
  const { blame, must } = coreOf(operations, specification, failure, effort)
  const unplaceable = must.reduce((last, one) => (one.returned > last.returned ? one : last))
  const others = must.filter((one) => one !== unplaceable)
  const original = new Map(operations.map((operation) => [operation.called, operation]))
  const window = [...others, ...blame.supportOf(others), unplaceable]
    .map(({ called }) => original.get(called)!)
    .sort((a, b) => a.called - b.called)
  return {
    object: specification.partition?.(unplaceable.input),
    operations: window,
    unplaceable,
    states: statesFound(operations, unplaceable, specification),
    source: sourceOf(operations, window, unplaceable, specification),
    isMinimal: !effort.isExhausted,
  }
}

/** The operations that must be as they are for the history to fail; and the prefix in which they do, to ask further. */
function coreOf<State, Input, Output>(
  operations: readonly Operation<Input, Output>[],
  specification: Specification<State, Input, Output>,
  { impossible, furthest }: Failure,
  effort: Effort,
): { blame: Blame<State, Input, Output>; must: Operation<Input, Output>[] } {
  if (impossible !== undefined) {
    const answer = operations[impossible.answer]!
    const must = [...(impossible.since === undefined ? [] : [operations[impossible.since]!]), answer]
    const blame = new Blame(upTo(operations, answer.returned), specification, effort)
    // What is known of an append may rest on answers to others, even later ones, so that these two are not all of it.
    if (blame.fails(must)) return { blame, must }
  }
  const prefix = shortestFailingPrefix(operations, specification, furthest, effort)
  const blame = new Blame(prefix, specification, effort)
  return { blame, must: blame.smallestCore() }
}

/** The last operation that returned before the window, and leaves what the answer requires. */
function sourceOf<State, Input, Output>(
  operations: readonly Operation<Input, Output>[],
  window: readonly Operation<Input, Output>[],
  { input, output }: Operation<Input, Output>,
  specification: Specification<State, Input, Output>,
): Operation<Input, Output> | undefined {
  const required = specification.outline?.(input, output).requires
  if (required === undefined) return undefined
  const start = window[0]!.called
  return operations.findLast((operation) => {
    const leaves = specification.outline!(operation.input, operation.output).leaves
    if (leaves === undefined || operation.called >= start || window.includes(operation)) return false
    return specification.key(leaves) === specification.key(required)
  })
}

/** How an operation is shown. */
export interface Shown {
  /** "put x 1". */
  readonly operation: string
  /** Where it stands: "lines 12-15", or nothing. */
  readonly place: string
}

/**
 * A failing window as lines of at most `width` columns: each operation with its
 * client, and a bar from its call to its return.
 *
 *     client 3  put x 1     |------|
 *     client 5  get x: nil            |----|  <- no place for this
 *
 * Only the order of calls and returns is to scale. A bar without an end is an
 * operation whose outcome is unknown.
 */
export function drawWindow<Input, Output>(
  { operations, unplaceable }: Pick<FailingWindow<Input, Output>, "operations" | "unplaceable">,
  show: (operation: Operation<Input, Output>) => Shown,
  width: number,
): string[] {
  const clients = longest(operations.map(({ client }) => client))
  const shown = operations.map(show)
  const places = longest(shown.map(({ place }) => place))
  const taken = "  client ".length + clients + "  ".length + places + "  ".length + noPlace.length
  const labels = Math.min(longest(shown.map(({ operation }) => operation)), width - taken - leastBars)
  const columns = columnsOf(operations, width - taken - labels - 2)
  return operations.map((one, row) => {
    const { operation, place } = shown[row]!
    const label = cut(operation, labels).padEnd(labels)
    const words = `  client ${one.client.padEnd(clients)}  ${place.padEnd(places)}  ${label}`
    return `${words}  ${barOf(one, columns)}${one === unplaceable ? noPlace : ""}`.trimEnd()
  })
}

const noPlace = " <- no place"

/** What the bars have at least; longer descriptions are cut. */
const leastBars = 24

/** The column of every call and return, in order, over so many columns. */
function columnsOf(
  operations: readonly Operation<unknown, unknown>[],
  columns: number,
): ReadonlyMap<number, number> {
  const moments = operations.flatMap(({ called, returned }) => [called, returned]).filter(Number.isFinite)
  const ordered = moments.sort((a, b) => a - b)
  const steps = Math.max(1, ordered.length - 1)
  // A few operations are not drawn further apart than is good to read.
  const span = Math.min(columns - 1, steps * 6)
  return new Map(ordered.map((moment, rank) => [moment, Math.round((rank * span) / steps)]))
}

function barOf(operation: Operation<unknown, unknown>, columns: ReadonlyMap<number, number>): string {
  const from = columns.get(operation.called)!
  if (isPending(operation)) return `${" ".repeat(from)}|--- ?`
  const to = columns.get(operation.returned)!
  return to === from ? `${" ".repeat(from)}|` : `${" ".repeat(from)}|${"-".repeat(to - from - 1)}|`
}

const longest = (texts: readonly string[]): number =>
  texts.reduce((most, { length }) => Math.max(most, length), 0)

const cut = (text: string, most: number): string =>
  text.length <= most
    ? text
    : `${text.slice(0, Math.ceil(most / 2) - 1)}…${text.slice(text.length - Math.floor(most / 2))}`
