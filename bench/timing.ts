/** CPU seconds used by this process while `work` runs. */
export function cpuSeconds(work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6
}

/** The median of several measurements of one rate, in units per CPU second. */
export function medianRate(runs: number, unitsOf: () => number): number {
  const rates = Array.from({ length: runs }, () => {
    let units = 0
    const seconds = cpuSeconds(() => {
      units = unitsOf()
    })
    return units / seconds
  })
  return rates.sort((a, b) => a - b)[Math.floor(runs / 2)]!
}

/** 1234567 as "1.23 M". */
export function readable(rate: number): string {
  return rate >= 1e6 ? `${(rate / 1e6).toFixed(2)} M` : `${(rate / 1e3).toFixed(0)} k`
}
