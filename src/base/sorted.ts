/** Numbers in increasing order. */
export type Sorted = ArrayLike<number>

/** How many numbers of a sorted list are below `one`: the place where it is, or belongs. Cost: logarithmic. */
export function countBelow(sorted: Sorted, one: number): number {
  return countWhile(sorted, (number) => number < one)
}

/** How many numbers of a sorted list are at most `one`. Cost: logarithmic. */
export function countAtMost(sorted: Sorted, one: number): number {
  return countWhile(sorted, (number) => number <= one)
}

/** How many numbers at the beginning have a property that no later number has. */
function countWhile(sorted: Sorted, holds: (number: number) => boolean): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (holds(sorted[middle]!)) low = middle + 1
    else high = middle
  }
  return low
}
