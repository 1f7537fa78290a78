/**
 * The points that no other point beats: those for which no other is at least as
 * good in every coordinate and better in one. Smaller is better. Of equal
 * points the first stays.
 */
export class ParetoFront<Item> {
  private kept: { readonly point: readonly number[]; readonly item: Item }[] = []

  /** The items on the front, in the order in which they came. */
  get items(): Item[] {
    return this.kept.map(({ item }) => item)
  }

  /** Whether a point, or anything worse than it, can be left aside. */
  covers(point: readonly number[]): boolean {
    return this.kept.some((other) => atMost(other.point, point))
  }

  /** Adds an item unless its point is covered; drops those it beats. Says whether it was added. */
  add(point: readonly number[], item: Item): boolean {
    if (this.covers(point)) return false
    this.kept = this.kept.filter((other) => !atMost(point, other.point))
    this.kept.push({ point, item })
    return true
  }
}

/** Differences below this are rounding, not preference. */
const indifferent = 1e-9

function atMost(a: readonly number[], b: readonly number[]): boolean {
  return a.every((value, i) => value <= b[i]! + indifferent * Math.max(1, Math.abs(b[i]!)))
}
