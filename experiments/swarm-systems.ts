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
  "singleton(3)",
  "rowa(4)",
  "coverGrid(2, 3)",
  "coverGrid(3, 3)",
  "mGrid(3, 1)",
  "wheel(5)",
  "wheel(8)",
  "wall([2, 3])",
  "wall([1, 2, 4])",
  "triangle(3)",
  "cwlog(8)",
  "tree(1)",
  "tree(2)",
  "hqs([3, 1, 3], 3)",
  "hqs(3, [3, 3, 1])",
  "hierarchical([3, 3, 3])",
  "projectivePlane(2)",
  "paths(1)",
  "fastPaxos(4)",
  "fastPaxos(7)",
  "epaxos(5)",
  "accord(5, 3)",
  "accord(7, 5)",
  "zones([3, 3, 3], most, most)",
  "zones([3, 3], EACH_QUORUM, LOCAL_QUORUM)",
  "zones([2, 2, 2], all, one)",
  "split(a*b + c*d, (a + b)*(c + d))",
  "joint(choose(2, a, b, c), choose(2, b, c, d))",
  "joint(majority(3), majority(5))",
  "compose(majority(3), grid(2, 2), majority(3), x)",
  "compose(simple(3, 3, 1), majority(3))",
  "explicit([[1, 2], [3, 4]], [[1, 3], [2, 4]])",
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
