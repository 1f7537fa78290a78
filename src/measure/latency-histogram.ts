/**
 * Latencies in whole microseconds, counted in buckets: exact below 2048 µs, and
 * within 0.05 % above. Its memory does not depend on how many there are
 * (Tene's HdrHistogram: a linear scale within each power of two).
 */
export class LatencyHistogram {
  private counts = new Float64Array(4 * half)
  count = 0
  private sum = 0
  max = 0

  add(micros: number): void {
    const bucket = bucketOf(micros)
    if (bucket >= this.counts.length) {
      const longer = new Float64Array(Math.max(bucket + 1, this.counts.length * 2))
      longer.set(this.counts)
      this.counts = longer
    }
    this.counts[bucket]!++
    this.count++
    this.sum += micros
    if (micros > this.max) this.max = micros
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
      if (seen >= rank) return Math.min(valueOf(bucket), this.max)
    }
    return this.max
  }
}

const half = 1024

/** Below 2048 the value itself; above, 1024 buckets for each power of two. */
function bucketOf(micros: number): number {
  if (micros < 2 * half) return micros
  const exponent = (micros < 2 ** 31 ? 31 - Math.clz32(micros) : Math.floor(Math.log2(micros))) - 10
  return exponent * half + Math.floor(micros / 2 ** exponent)
}

/** The greatest value of a bucket. */
function valueOf(bucket: number): number {
  if (bucket < 2 * half) return bucket
  const exponent = Math.floor(bucket / half) - 1
  const mantissa = bucket - exponent * half
  return (mantissa + 1) * 2 ** exponent - 1
}
