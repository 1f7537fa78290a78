import { describe, expect, test } from "vitest"
import { type Random, randomFromSeed } from "../../src/base/random.ts"
import { safetyChecks } from "../../src/check/safety.ts"
import { Measuring } from "../../src/measure/measures.ts"
import { type Cluster, paxosCluster } from "../../src/protocol/paxos/cluster.ts"
import type { PaxosMessage, PaxosRecord } from "../../src/protocol/paxos/messages.ts"
import { objectionsTo } from "../../src/protocol/paxos/variant-check.ts"
import { variantOf } from "../../src/protocol/paxos/variant.ts"
import { type NamedVariant, variants } from "../../src/protocol/paxos/variants.ts"
import { uniformLatency } from "../../src/sim/latency.ts"
import { duplicating, lossy, reliable, reordering } from "../../src/sim/network.ts"
import type { Crash } from "../../src/sim/scenario.ts"
import { simulate } from "../../src/sim/simulate.ts"
import type { Observer } from "../../src/sim/trace.ts"

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
    backOff: { kind: "exponential", base: 10_000, most: 200_000 },
  })
}

/** Runs a cluster under loss, duplication, late messages and crashes, and says what was violated. */
function violationsIn(cluster: Cluster, seed: number): string[] {
  const random = randomFromSeed(seed).fork("faults")
  const checks = safetyChecks(cluster)
  const crashes: Crash[] = cluster.processes.flatMap((_, process) => {
    if (random.unit() < 0.6) return []
    const at = random.between(0, 300_000)
    // Where nobody writes to disk, nobody may come back.
    return [{ process, at, ...(!cluster.variant.failStop && { recoverAt: at + random.between(1, 100_000) }) }]
  })
  const values = ["A", "B", "C", "D"]
  simulate(
    {
      seed,
      processes: cluster.processes,
      network: lossy(
        random.unit() * 0.3,
        duplicating(0.2, reordering(0.3, 80_000, reliable(uniformLatency(1, 20)))),
      ),
      proposals: [...cluster.proposers, ...cluster.readers].flatMap((process) =>
        // Again after a crash: a proposer remembers no candidate.
        [0, 200_000].map((from) => ({
          at: from + random.between(0, 60_000),
          process,
          value: values[random.below(values.length)]!,
        })),
      ),
      crashes,
      writeLatency: random.below(2) * 2000,
      horizon: 3_000_000,
    },
    ...checks.map((check): Observer<PaxosMessage, PaxosRecord> => (event) => {
      check.observe(event)
    }),
  )
  return checks.flatMap((check) => {
    const verdict = check.verdict()
    return verdict.verdict === "violated" ? [`seed ${seed}: ${check.name}: ${verdict.because}`] : []
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
        const measuring = new Measuring(cluster)
        simulate(
          {
            seed: n,
            processes: cluster.processes,
            network: reliable(uniformLatency(5, 15)),
            proposals: [{ at: 0, process: cluster.proposers[0]!, value: "A" }],
            horizon: 1_000_000,
          },
          measuring.observe,
        )
        expect(measuring.result.decidedValue).toBe("A")
        expect(measuring.result.learnedAt[0]).not.toBeNull()
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
