import { UsageError } from "../base/errors.ts"
import type { RegionDelays } from "./latency.ts"

/** A matrix of delays and the name that messages give it. */
interface NamedMatrix {
  readonly name: string
  readonly delays: RegionDelays
}

/** The regions, by number, of so many processes: those named, in turn, or all regions of the matrix in turn if none is named. */
export function regionsInTurn(matrix: NamedMatrix, count: number, names: readonly string[]): number[] {
  const named = names.map((name) => regionNumber(matrix, name))
  return Array.from({ length: count }, (_, i) =>
    named.length === 0 ? i % matrix.delays.regions.length : named[i % named.length]!,
  )
}

/** The number of a region; a name the matrix does not have is a UsageError. */
export function regionNumber({ name, delays }: NamedMatrix, region: string): number {
  const found = delays.regions.indexOf(region)
  if (found >= 0) return found
  throw new UsageError(`${name} has no region ${region}; its regions are ${delays.regions.join(", ")}.`)
}

/** Regions named for a latency that has none are a UsageError. */
export function refuseRegions(names: readonly string[]): void {
  if (names.length === 0) return
  throw new UsageError(
    "Regions were given, but the latency is the same everywhere; choose a matrix such as paxi.",
  )
}
