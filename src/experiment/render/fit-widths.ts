import { type Ruler, totalWidth } from "./ruler.ts"
import { widest, wordsOutsideBrackets, wrap } from "./wrap.ts"

/** What a broken line costs in the headings, where it is seen once, and what it costs to break inside brackets. */
const [headingLine, insideBrackets] = [0.5, 2]

/**
 * The widths of columns whose first cells are headings: as wide as their cells;
 * where that is too wide, narrower by one break after the other, always the one
 * that makes the table the least taller for the room it gains. Words are never
 * broken, so that the result may still be wider than asked.
 *
 * Cost: the number of breaks times the number of cells.
 */
export function fitWidths(columns: readonly (readonly string[])[], width: number, ruler: Ruler): number[] {
  const broken = columns.map((cells) => naturally(cells, ruler))
  for (;;) {
    const excess =
      totalWidth(
        broken.map((column) => column.width),
        ruler,
      ) - width
    if (excess <= 1e-9) break
    const best = cheapestBreak(columns, broken, excess, ruler)
    if (best === undefined) break
    broken[best.position] = best.column
  }
  return broken.map((column) => column.width)
}

/** A column broken to a width: how many lines each of its cells takes, and how many break inside brackets. */
interface Broken {
  readonly width: number
  readonly lines: readonly number[]
  readonly inBrackets: number
}

function naturally(cells: readonly string[], { measure }: Ruler): Broken {
  return { width: widest(cells, measure), lines: cells.map(() => 1), inBrackets: 0 }
}

function cheapestBreak(
  columns: readonly (readonly string[])[],
  broken: readonly Broken[],
  excess: number,
  ruler: Ruler,
): { position: number; column: Broken } | undefined {
  const now = costOf(broken)
  let best: { position: number; column: Broken; price: number } | undefined
  columns.forEach((cells, position) => {
    const column = narrower(cells, broken[position]!.width, ruler)
    if (column === undefined) return
    const gain = Math.min(excess, broken[position]!.width - column.width)
    const price = (costOf(broken.with(position, column)) - now) / gain
    const isBetter = best === undefined || price < best.price - 1e-9
    const isWider =
      best !== undefined &&
      price < best.price + 1e-9 &&
      broken[position]!.width > broken[best.position]!.width
    if (isBetter || isWider) best = { position, column, price }
  })
  return best
}

/** The column at the next smaller width at which its words can be set; nothing where there is none. */
function narrower(cells: readonly string[], width: number, { measure }: Ruler): Broken | undefined {
  const target = width - 1e-6
  const lines = cells.map((cell) => wrap(cell, target, measure))
  const now = widest(lines.flat(), measure)
  if (now > target) return undefined
  const inBrackets = cells.filter((cell) => widest(wordsOutsideBrackets(cell), measure) > target).length
  return { width: now, lines: lines.map((parts) => parts.length), inBrackets }
}

/** The height of the table in lines, and what its breaks inside brackets count for. */
function costOf(broken: readonly Broken[]): number {
  const rows = broken[0]?.lines.length ?? 0
  let height = 0
  for (let row = 0; row < rows; row++) {
    let tallest = 1
    for (const { lines } of broken) tallest = Math.max(tallest, lines[row]!)
    height += row === 0 ? headingLine * tallest : tallest
  }
  return height + broken.reduce((sum, column) => sum + insideBrackets * column.inBrackets, 0)
}
