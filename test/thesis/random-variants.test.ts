import { describe, expect, test } from "vitest"
import { type Random, randomFromSeed } from "../../src/base/random.ts"
import { Facts } from "../../src/check/property.ts"
import { decreeMeasures } from "../../src/run/decree-measures.ts"
import { type Cluster, paxosCluster } from "../../src/protocol/paxos/cluster.ts"
import { objectionsTo } from "../../src/protocol/paxos/variant-rules.ts"
import { variantOf } from "../../src/protocol/paxos/variant.ts"
import { type NamedVariant, variants } from "../../src/protocol/paxos/variants.ts"
import { uniformLatency } from "../../src/world/simulate/latency.ts"
import { reliable } from "../../src/world/simulate/network.ts"
import { simulate } from "../../src/world/simulate/simulate.ts"
import { randomPlan, randomVariant } from "../../src/run/random-variant.ts"
import { violationsIn } from "../support/random-variant.ts"

const runsPerVariant = process.env["SLOW"] === "1" ? 1000 : 25
const safe = variants.filter(({ control }) => control !== true)

/** A cluster of 2 to 6 acceptors and 1 to 4 proposers that run a named variant. */
function randomCluster(named: NamedVariant, random: Random): Cluster {
  const n = 2 + random.below(5)
  return paxosCluster({
    plan: named.plan(n),
    proposers: named.colocated === true ? n : 1 + random.below(4),
    colocated: named.colocated === true,
    variant: named.switches,
    learners: random.below(2),
    readers: random.below(2),
    timeout: { min: 30_000, max: 60_000 },
    backOff: { kind: "exponential", base: 10_000, max: 200_000 },
  })
}

describe("every named variant", () => {
  test.each(safe.map((named) => [named.id, named] as const))("%s is safe under random faults", (_, named) => {
    for (let seed = 1; seed <= runsPerVariant; seed++) {
      const cluster = randomCluster(named, randomFromSeed(seed).fork("cluster"))
      expect(violationsIn(cluster, seed)).toEqual([])
    }
  })

  test.each(variants.map((named) => [named.id, named] as const))(
    "%s is what the validator says of it",
    (_, named) => {
      for (let n = 2; n <= 6; n++) {
        const harms = objectionsTo(variantOf(named.switches), named.plan(n))
          .map(({ harm }) => harm)
          .filter((harm) => harm !== "waits")
        if (named.control !== true) expect(harms).toEqual([])
        else if (n % 4 !== 1 && n > 2) expect(harms).not.toEqual([])
      }
    },
  )

  test.each(safe.map((named) => [named.id, named] as const))(
    "%s decides when nothing goes wrong",
    (_, named) => {
      for (let n = 2; n <= 6; n++) {
        const cluster = paxosCluster({
          plan: named.plan(n),
          proposers: named.colocated === true ? n : 1,
          colocated: named.colocated === true,
          variant: named.switches,
          timeout: { min: 100_000, max: 100_000 },
          backOff: { kind: "none" },
        })
        const facts = new Facts(cluster, [decreeMeasures])
        simulate(
          {
            seed: n,
            processes: cluster.processes,
            network: reliable(uniformLatency(5, 15)),
            proposals: [{ at: 0, process: cluster.proposers[0]!, value: "A" }],
            horizon: 1_000_000,
          },
          facts.observe,
        )
        const { decidedValue, learnedAt } = decreeMeasures.read(facts)
        expect(decidedValue).toBe("A")
        expect(learnedAt[0]).not.toBeNull()
      }
    },
  )
})

describe("the controls", () => {
  test.each(["printed-counting", "printed-fixed"])("%s decides two values sooner or later", (id) => {
    const named = variants.find((variant) => variant.id === id)!
    const cluster = paxosCluster({
      plan: named.plan(id === "printed-counting" ? 5 : 3),
      proposers: 4,
      variant: named.switches,
      timeout: { min: 30_000, max: 60_000 },
      backOff: { kind: "random", upTo: 20_000 },
    })
    const seeds = Array.from({ length: 2000 }, (_, i) => i + 1)
    expect(
      seeds.find((seed) => violationsIn(cluster, seed).some((text) => text.includes("agreement"))),
    ).toBeDefined()
  })
})

describe("any combination of switches, with any quorums", () => {
  const runs = process.env["SLOW"] === "1" ? 10_000 : 400

  /** A cluster of random switches and quorums, and whether the validator has nothing against its safety. */
  function randomCombination(seed: number): { cluster: Cluster; safe: boolean } {
    const random = randomFromSeed(seed).fork("combination")
    const switches = randomVariant(random)
    const plan = randomPlan(random)
    const colocated = random.below(4) === 0
    return {
      safe: !objectionsTo(variantOf(switches), plan).some(({ harm }) => harm === "unsafe"),
      cluster: paxosCluster({
        plan,
        variant: switches,
        colocated,
        proposers: colocated ? plan.nodes.length : 1 + random.below(4),
        learners: random.below(2),
        readers: random.below(2),
        timeout: { min: 30_000, max: 60_000 },
        backOff: { kind: "random", upTo: 40_000 },
      }),
    }
  }

  test("what the validator calls safe violates nothing", () => {
    let safeRuns = 0
    for (let seed = 1; safeRuns < runs; seed++) {
      const { cluster, safe } = randomCombination(seed)
      if (!safe) continue
      safeRuns++
      expect(
        violationsIn(cluster, seed).map(
          (text) => `${text} ${JSON.stringify(cluster.variant)} ${cluster.plan.name}`,
        ),
      ).toEqual([])
    }
  })

  test("and it is needed: among what it calls unsafe, runs do decide two values", () => {
    let found = 0
    for (let seed = 1; found < 3 && seed < 5000; seed++) {
      const { cluster, safe } = randomCombination(seed)
      if (!safe && violationsIn(cluster, seed).some((text) => text.includes("agreement"))) found++
    }
    expect(found).toBe(3)
  })
})
