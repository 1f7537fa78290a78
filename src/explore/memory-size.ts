/** The memory a search may take for states unless it is told otherwise. */
export const defaultMostBytes = 2 ** 31

/** "1.5 GiB". */
export function formatBytes(bytes: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"]
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10))
  const scaled = bytes / 1024 ** power
  return `${power === 0 ? scaled : scaled.toPrecision(3)} ${units[power]!}`
}
