import { type Operation, isPending } from "./operation.ts"
import type { FailingWindow } from "./window.ts"

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
