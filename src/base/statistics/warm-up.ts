/** Observations are averaged in batches of so many: the 5 of MSER-5. */
const batch = 5

/**
 * How many of the first values of a run to leave out, because the run had yet
 * to settle: the cut after which the standard error of the mean of the rest is
 * least, by batches of five (MSER-5: White, Cobb and Spratt 2000, after White
 * 1997). `values` are in the order of time, such as the latencies of requests.
 *
 * Null where the least lies in the second half of the run: then it is too short
 * to tell, and should be made longer. Values after the last whole batch count
 * for nothing here. Cost: linear.
 */
export function warmUpLength(values: readonly number[]): number | null {
  const means = batchMeans(values)
  if (means.length < 2) return null
  let [best, min] = [0, Infinity]
  // From the end, so that sums grow by one batch at a time (Welford 1962).
  let [count, mean, squares] = [0, 0, 0]
  for (let cut = means.length - 1; cut >= 0; cut--) {
    count++
    const distance = means[cut]! - mean
    mean += distance / count
    squares += distance * (means[cut]! - mean)
    // The last few batches are alike by chance; no cut is made among them.
    if (count < 5 && cut > 0) continue
    const error = squares / count ** 2
    if (error <= min) [best, min] = [cut, error]
  }
  return best > means.length / 2 ? null : best * batch
}

function batchMeans(values: readonly number[]): number[] {
  return Array.from({ length: Math.floor(values.length / batch) }, (_, i) => {
    const own = values.slice(i * batch, (i + 1) * batch)
    return own.reduce((sum, value) => sum + value, 0) / batch
  })
}
