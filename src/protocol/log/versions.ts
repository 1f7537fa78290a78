import type { Epoch } from "../../quorum/plan.ts"
import type { Address } from "../actor.ts"

/**
 * A replica that has lost its disk does not know which epochs it has used, and
 * must not use them again: its epochs have the number of its version, the life in
 * which it lost its disk, behind the point (Howard 2019, §3.8: an epoch of three
 * parts). A power of two, so that the fraction is exact.
 */
const maxVersions = 2 ** 20

/**
 * The epoch of a replica in the given version of its disk; version 0 leaves it a whole number. Exact up
 * to 2^20 versions and 2^33 epochs, so that epochs stay comparable as plain numbers.
 */
export function epochOfVersion(epoch: Epoch, version: number): Epoch {
  return epoch + version / maxVersions
}

/** As people write it: 27, or 27.1 for one of version 1. */
export function formatEpoch(epoch: Epoch): string {
  const version = versionOf(epoch)
  return version === 0 ? String(epoch) : `${Math.floor(epoch)}.${version}`
}

/** The version of an epoch. */
export function versionOf(epoch: Epoch): number {
  return (epoch % 1) * maxVersions
}

/**
 * By replica, the version before which its epochs are void: it has lost its disk
 * since, and whoever knows of it takes no part in what it had begun before. A
 * message that was on its way must not bring about a decision that nobody
 * remembers the beginning of.
 */
export type Bars = readonly number[]

/** Whether an epoch of this replica is void. */
export function isBarred({ barred }: { readonly barred: Bars }, from: Address, epoch: Epoch): boolean {
  return barred.length > from && versionOf(epoch) < barred[from]!
}

/** The greater of two bars for each replica. */
export function raised(a: Bars, b: Bars): Bars {
  return Array.from({ length: Math.max(a.length, b.length) }, (_, i) => Math.max(a[i] ?? 0, b[i] ?? 0))
}

/** Whether the bars of `a` are everywhere as high as those of `b`. */
export function covers(a: Bars, b: Bars): boolean {
  return b.every((version, i) => version <= (a[i] ?? 0))
}

/** The bar that the loss of one disk puts up. */
export function barOf(replica: Address, version: number): Bars {
  return Array.from({ length: replica + 1 }, (_, i) => (i === replica ? version : 0))
}
