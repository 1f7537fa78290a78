import { expect, test } from "vitest"
import { type Random, randomFromSeed } from "../../src/base/random.ts"
import { type EpochKind, epochKinds, safeCombination } from "../../src/run/random-variant.ts"
import { type Cluster, paxosCluster } from "../../src/protocol/paxos/cluster.ts"
import { objectionsTo } from "../../src/protocol/paxos/variant-rules.ts"
import { variantOf } from "../../src/protocol/paxos/variant.ts"
import { variantById } from "../../src/protocol/paxos/variants.ts"
import { counting, fixedQuorumsPlan, majorityOf } from "../../src/protocol/paxos/plans.ts"
import { constantPlan } from "../../src/quorum/plan.ts"
import { uniformLatency } from "../../src/world/simulate/latency.ts"
import {
  type NetworkModel,
  duplicating,
  lossy,
  reliable,
  reordering,
} from "../../src/world/simulate/network.ts"

import { simulate } from "../../src/world/simulate/simulate.ts"
import type { Crash } from "../../src/world/faults/fault.ts"

/** Runs for each way to have epochs. */
const wanted = process.env["SLOW"] === "1" ? 500 : 12

/** From here on nothing is lost and everyone is up. */
const calmFrom = 300_000

function clusterOf(
  parts: Pick<Parameters<typeof paxosCluster>[0], "plan" | "variant" | "colocated">,
  random: Random,
) {
  return paxosCluster({
    ...parts,
    proposers: parts.colocated === true ? parts.plan.nodes.length : 1 + random.below(3),
    timeout: { min: 60_000, max: 60_000 },
    backOff: { kind: "exponential", base: 20_000, max: 400_000 },
  })
}

/** Messages that are lost, repeated and late until `calmFrom`, and a reliable network after that. */
function stormThenCalm(loss: number): NetworkModel {
  const calm = reliable(uniformLatency(1, 8))
  const storm = lossy(loss, duplicating(0.1, reordering(0.3, 80_000, calm)))
  return (random) => {
    const [before, after] = [storm(random.fork("storm")), calm(random.fork("calm"))]
    return (from, to, now, message) => (now < calmFrom ? before : after)(from, to, now, message)
  }
}

/** The proposers that never learn a value, though all are asked again when the trouble is over. */
function whoNeverLearns(cluster: Cluster, seed: number): string[] {
  const random = randomFromSeed(seed).fork("trouble")
  const crashes = cluster.processes.flatMap((_, process): Crash[] => {
    if (cluster.variant.failStop || random.unit() < 0.5) return []
    const at = random.between(0, 200_000)
    return [{ process, at, recoverAt: at + random.between(1, 90_000) }]
  })
  const value = (): string => (random.below(2) === 0 ? "A" : "B")
  const learned = new Set<number>()
  simulate(
    {
      seed,
      processes: cluster.processes,
      network: stormThenCalm(random.unit() * 0.4),
      crashes,
      proposals: cluster.proposers.flatMap((process) => [
        { at: random.between(0, 60_000), process, value: value() },
        { at: calmFrom + random.between(100_000, 300_000), process, value: value() },
      ]),
      writeLatency: random.below(2) * 2000,
      horizon: 20_000_000,
    },
    (event) => {
      if (event.type === "learn") learned.add(event.process)
    },
  )
  return cluster.proposers.filter((process) => !learned.has(process)).map((at) => cluster.processes[at]!.name)
}

/** Combinations that are neither unsafe nor said to get stuck; that phase 1 may wait for more is allowed. */
function unobjectionable(kind: EpochKind, seed: number): Cluster | undefined {
  const { plan, switches: variant, colocated } = safeCombination(seed, kind)
  if (objectionsTo(variantOf(variant), plan).some(({ harm }) => harm === "stuck")) return undefined
  return clusterOf({ plan, variant, colocated }, randomFromSeed(seed).fork("cluster"))
}

test.each(epochKinds)(
  "epochs by %s: whatever the validator has nothing against learns once the trouble is over",
  (kind) => {
    let runs = 0
    for (let seed = 1; runs < wanted; seed++) {
      const cluster = unobjectionable(kind, seed)
      if (cluster === undefined) continue
      runs++
      expect(whoNeverLearns(cluster, seed), `seed ${seed}`).toEqual([])
    }
  },
)

const sometimesStuck: readonly (readonly [rule: string, cluster: Cluster])[] = [
  [
    "reserved-past-the-register",
    clusterOf(
      {
        plan: constantPlan(counting(3, majorityOf(3), majorityOf(3))),
        variant: { epochs: { kind: "register" }, promiseAhead: 3 },
      },
      randomFromSeed(1),
    ),
  ],
  [
    "counts-sets-that-are-not-quorums",
    clusterOf(
      {
        plan: fixedQuorumsPlan(4, [[1], [1, 2, 3, 4]]),
        variant: variantById("multi-path-recovery")!.switches,
      },
      randomFromSeed(1),
    ),
  ],
]

test.each(sometimesStuck)("%s is refused for a reason: some run of it gets stuck", (id, cluster) => {
  expect(objectionsTo(cluster.variant, cluster.plan).map((objection) => objection.id)).toContain(id)
  const tried = Array.from({ length: 200 }, (_, i) => i + 1)
  expect(tried.find((seed) => whoNeverLearns(cluster, seed).length > 0)).toBeDefined()
})
