import { Blame, type Effort, shortestFailingPrefix, upTo } from "./blame.ts"
import type { ImpossibleAnswer } from "./impossible-answer.ts"
import { type Operation, isPending } from "./operation.ts"
import type { Specification } from "./specification.ts"
import { statesFound } from "./states.ts"

/**
 * The smallest part of a history that shows it not to be linearizable.
 *
 * `operations` are not linearizable, and are without `unplaceable`. They suffice to
 * show that the history is not linearizable: no order exists even if every other
 * operation may take effect, at any time between its call and its return, or not.
 */
export interface FailingWindow<Input, Output> {
  /** The object, if the history has several. */
  readonly object: string | undefined
  /** In the order of their calls. */
  readonly operations: readonly Operation<Input, Output>[]
  /** The operation without a linearization point: the last of the window to return. */
  readonly unplaceable: Operation<Input, Output>
  /** The states that it may have observed, given all others up to its return; empty if they are too many. */
  readonly states: readonly string[]
  /** The last operation before the window that left the state `unplaceable` requires. */
  readonly source: Operation<Input, Output> | undefined
  /** Whether no operation can be left out; false if the effort did not suffice to decide it. */
  readonly isMinimal: boolean
}

/** The findings of a search that failed. */
export interface Failure {
  readonly impossible: ImpossibleAnswer | undefined
  /** The position of a return up to which the history is linearizable. */
  readonly furthest: number
  /** The limit on steps; if it does not suffice, the window is not minimal. */
  readonly steps: number
}

/**
 * The minimal failing window that ends first: among those that end with an
 * impossible answer if there is one, otherwise among all. `operations` are those of
 * one object, in the order of their calls.
 *
 * Operations are not removed, since reads of a removed write would then fail; they
 * are made optional, which can only make a history easier to linearize. QuickXplain
 * (Junker 2004) finds a minimal set of required operations among the last to return.
 * The operations that the others depend on are then added again.
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

/** A minimal set of required operations, and the prefix in which it fails, for further queries. */
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
    // The outline of an append may depend on the outputs of others, even later ones: these two need not suffice.
    if (blame.fails(must)) return { blame, must }
  }
  const prefix = shortestFailingPrefix(operations, specification, furthest, effort)
  const blame = new Blame(prefix, specification, effort)
  return { blame, must: blame.smallestCore() }
}

/** The last operation before the window that leaves the state the answer requires. */
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

/** An operation as printed in a report. */
export interface Shown {
  /** "put x 1". */
  readonly operation: string
  /** Its position in the file: "lines 12-15", or empty. */
  readonly place: string
}

/**
 * A failing window as lines of at most `width` columns: each operation with its
 * client, and a bar from its call to its return.
 *
 *     client 3  put x 1     |------|
 *     client 5  get x: nil            |----|  <- violation
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
  const taken = "  client ".length + clients + "  ".length + places + "  ".length + noPoint.length
  const labels = Math.min(longest(shown.map(({ operation }) => operation)), width - taken - leastBars)
  const columns = columnsOf(operations, width - taken - labels - 2)
  return operations.map((one, row) => {
    const { operation, place } = shown[row]!
    const label = cut(operation, labels).padEnd(labels)
    const words = `  client ${one.client.padEnd(clients)}  ${place.padEnd(places)}  ${label}`
    return `${words}  ${barOf(one, columns)}${one === unplaceable ? noPoint : ""}`.trimEnd()
  })
}

const noPoint = " <- violation"

/** The minimum width of the bars; longer descriptions are cut. */
const leastBars = 24

/** The column of every call and return, in order, over so many columns. */
function columnsOf(
  operations: readonly Operation<unknown, unknown>[],
  columns: number,
): ReadonlyMap<number, number> {
  const moments = operations.flatMap(({ called, returned }) => [called, returned]).filter(Number.isFinite)
  const ordered = moments.sort((a, b) => a - b)
  const steps = Math.max(1, ordered.length - 1)
  // A few operations are not spread over the whole width.
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
  texts.reduce((max, { length }) => Math.max(max, length), 0)

const cut = (text: string, max: number): string =>
  text.length <= max
    ? text
    : `${text.slice(0, Math.ceil(max / 2) - 1)}…${text.slice(text.length - Math.floor(max / 2))}`
