import { quorumSystemFrom } from "../quorums/from-text.ts"
import type { QuorumSystem } from "../src/quorum/system.ts"

/** Systems of every family with 3 to 9 acceptors, all of them safe: what swarms of random runs are drawn from. */
export const swarmSystemTexts: readonly string[] = [
  ...[3, 4, 5, 6, 7, 8, 9].map((n) => `majority(${n})`),
  "simple(3, 1, 3)",
  "simple(3, 3, 1)",
  "simple(4, 3, 2)",
  "simple(5, 4, 2)",
  "simple(5, 5, 1)",
  "simple(5, 2, 4)",
  "simple(7, 5, 3)",
  "simple(8, 5, 4)",
  "simple(9, 7, 3)",
  "grid(2, 2)",
  "grid(2, 3)",
  "grid(3, 2)",
  "grid(3, 3)",
  "grid(2, 4)",
  "classicGrid(2, 2)",
  "classicGrid(2, 3)",
  "classicGrid(3, 3)",
  "weighted([3, 1, 1, 1], 4, 3)",
  "weighted([2, 2, 1, 1, 1, 1], 5, 4)",
  "unanimous(3)",
  "choose(2, a*b, c*d, e)",
  "a*b + c*d + a*d",
]

const systems = new Map<string, QuorumSystem>()

/** Each system as it is asked for, read once. */
export const swarmSystems: readonly (() => QuorumSystem)[] = swarmSystemTexts.map((text) => () => {
  let system = systems.get(text)
  if (system === undefined) {
    system = quorumSystemFrom(text)
    systems.set(text, system)
  }
  return system
})
