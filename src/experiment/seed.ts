import { randomFromSeed } from "../base/random.ts"

/**
 * The seed of a replica: 53 bits that depend on the root seed and the number of
 * the replica, not on the case. All systems of a sweep therefore meet the same
 * delays and failures (common random numbers), and their differences are
 * sharper than their values.
 */
export function replicaSeed(rootSeed: number, replica: number): number {
  const random = randomFromSeed(rootSeed).fork("replica").fork(String(replica))
  return (random.uint32() >>> 11) * 2 ** 32 + random.uint32()
}
