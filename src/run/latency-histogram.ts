/**
 * A histogram of latencies in whole microseconds: exact below 2048 µs, and above it a quantile is too
 * large by less than 0.1 %, the width of its bucket. A quantile is the greatest latency of its bucket,
 * so that latencies far apart, such as those of constant delays, are exact. Memory is constant in the
 * number of latencies (Tene's HdrHistogram: a linear scale within each power of two).
 *
 * It is the sketch of long runs: histograms merge, and because they consist of counts, maxima and an
 * exact sum, the result is identical in every order and grouping of merges.
 */
export class LatencyHistogram {
  private counts = new Float64Array(4 * half)
  /** The greatest latency in each bucket. */
  private tops = new Float64Array(4 * half)
  count = 0
  private sum = 0
  max = 0

  add(micros: number): void {
    const bucket = bucketOf(micros)
    if (bucket >= this.counts.length) this.grow(Math.max(bucket + 1, this.counts.length * 2))
    this.counts[bucket]!++
    if (micros > this.tops[bucket]!) this.tops[bucket] = micros
    this.count++
    this.sum += micros
    if (micros > this.max) this.max = micros
  }

  /** Adds all that another has counted. */
  merge(other: LatencyHistogram): this {
    if (other.counts.length > this.counts.length) this.grow(other.counts.length)
    other.counts.forEach((count, bucket) => {
      this.counts[bucket]! += count
      this.tops[bucket] = Math.max(this.tops[bucket]!, other.tops[bucket]!)
    })
    this.count += other.count
    this.sum += other.sum
    this.max = Math.max(this.max, other.max)
    return this
  }

  /** As plain JSON: the buckets that are not empty, in increasing order, each with its count and its greatest latency. */
  toJSON(): LatencyCounts {
    const buckets: [number, number, number][] = []
    this.counts.forEach((count, bucket) => {
      if (count > 0) buckets.push([bucket, count, this.tops[bucket]!])
    })
    return { buckets, sum: this.sum, max: this.max }
  }

  static fromJSON({ buckets, sum, max }: LatencyCounts): LatencyHistogram {
    const histogram = new LatencyHistogram()
    const last = buckets.at(-1)?.[0] ?? 0
    if (last >= histogram.counts.length) histogram.grow(last + 1)
    for (const [bucket, count, top] of buckets) {
      histogram.counts[bucket] = count
      histogram.tops[bucket] = top
      histogram.count += count
    }
    histogram.sum = sum
    histogram.max = max
    return histogram
  }

  /** The mean, exact; null of nothing. */
  get mean(): number | null {
    return this.count === 0 ? null : this.sum / this.count
  }

  /** The smallest latency that at least a share p does not exceed (nearest rank), to the resolution; null of nothing. */
  quantile(p: number): number | null {
    if (this.count === 0) return null
    const rank = Math.max(1, Math.ceil(p * this.count - 1e-9))
    let seen = 0
    for (let bucket = 0; bucket < this.counts.length; bucket++) {
      seen += this.counts[bucket]!
      if (seen >= rank) return this.tops[bucket]!
    }
    return this.max
  }

  private grow(length: number): void {
    const [counts, tops] = [new Float64Array(length), new Float64Array(length)]
    counts.set(this.counts)
    tops.set(this.tops)
    this.counts = counts
    this.tops = tops
  }
}

/** A histogram as plain JSON, to be sent from where a run was to where it is summarised. */
export interface LatencyCounts {
  readonly buckets: readonly (readonly [bucket: number, count: number, top: number])[]
  /** Of all latencies, in microseconds: exact up to 2^53, some 285 years. */
  readonly sum: number
  readonly max: number
}

const half = 1024

/** Below 2048 the value itself; above, 1024 buckets for each power of two. */
function bucketOf(micros: number): number {
  if (micros < 2 * half) return micros
  if (micros < 2 ** 31) {
    const exponent = 21 - Math.clz32(micros)
    return exponent * half + (micros >> exponent)
  }
  const exponent = Math.floor(Math.log2(micros)) - 10
  return exponent * half + Math.floor(micros / 2 ** exponent)
}
