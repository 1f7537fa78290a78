/** How many numbers of a list in increasing order are below one: the place where it is, or belongs. Cost: logarithmic. */
export function countBelow(sorted: readonly number[], one: number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sorted[middle]! < one) low = middle + 1
    else high = middle
  }
  return low
}
