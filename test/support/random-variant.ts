import { type Random, randomFromSeed } from "../../src/base/random.ts"
import { allChecks } from "../../src/check/all-checks.ts"
import type { Cluster } from "../../src/protocol/paxos/cluster.ts"
import type { PaxosMessage, PaxosRecord } from "../../src/protocol/paxos/messages.ts"
import type { Variant } from "../../src/protocol/paxos/variant.ts"
import {
  allAboardPlan,
  colocatedMajorityPlan,
  counting,
  fastFlexiblePlan,
  fastPaxosPlan,
  fixedQuorumsPlan,
  largeQuorumsPlan,
  majorityOf,
  multiPathPlan,
} from "../../src/protocol/paxos/plans.ts"
import { type QuorumPlan, constantPlan } from "../../src/quorum/plan.ts"
import { uniformLatency } from "../../src/sim/latency.ts"
import { duplicating, lossy, reliable, reordering } from "../../src/sim/network.ts"
import type { Crash } from "../../src/sim/scenario.ts"
import { simulate } from "../../src/sim/simulate.ts"
import type { Observer } from "../../src/sim/trace.ts"

/** Runs a cluster under loss, duplication, late messages and crashes, and says what was violated. */
export function violationsIn(cluster: Cluster, seed: number): string[] {
  const random = randomFromSeed(seed).fork("faults")
  const checks = allChecks(cluster)
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

const pick = <T>(random: Random, choices: readonly T[]): T => choices[random.below(choices.length)]!

/** Any combination of switches, safe or not. Most switches are off, so that those that are on meet in many ways. */
export function randomVariant(random: Random): Partial<Variant> {
  const rarely = <T>(off: T, ...on: readonly T[]): T => (random.unit() < 0.7 ? off : pick(random, on))
  const values = ["A", "B", "C", "D"]
  return {
    epochs: pick<Variant["epochs"]>(random, [
      { kind: "round-robin" },
      { kind: "sequence" },
      { kind: "versioned", restarts: 64 },
      { kind: "reserved", ahead: random.below(5) },
      { kind: "voting" },
      { kind: "allocator" },
      { kind: "register" },
      { kind: "by-value", values },
      { kind: "recovery", durable: random.below(2) === 0 },
      { kind: "multi-path", fast: { kind: "allocator" } },
      { kind: "multi-path", fast: { kind: "register" } },
      { kind: "multi-path", fast: { kind: "by-value", values: ["A", "B"] } },
      { kind: "multi-path", fast: { kind: "recovery" } },
    ]),
    epochWrite: rarely("before-phase-1", "before-phase-2"),
    promise: pick(random, ["at-least", "greater", "voting"]),
    accept: rarely("at-least", "equal"),
    keepFirst: random.below(2) === 0,
    nacks: pick(random, ["none", "epoch", "proposal"]),
    promiseAhead: rarely(0, 3, 20),
    history: rarely(false, true),
    phase1: pick(random, ["quorum", "revision-A", "revision-B", "revision-C", "none"]),
    untilOneValue: random.below(2) === 0,
    select: pick(random, ["greatest", "greatest", "quorums", "quorums-by-epoch", "multi-path", "fast"]),
    afterNack: rarely("restart", "wait"),
    bypass: rarely("off", "greatest", "every"),
    remember: rarely(false, true),
    patience: rarely(0, 5000),
    termination: rarely("off", "value", "epoch"),
    afterDecision: rarely("keep", "discard"),
    copying: rarely("off", "latest", "any"),
    phase1First: rarely(false, true),
    valueWithPrepare: rarely(false, true),
    failStop: rarely(false, true),
  }
}

/** Any plan for two to five acceptors, safe or not. */
export function randomPlan(random: Random): QuorumPlan {
  const n = 2 + random.below(4)
  const any = (): number => 1 + random.below(n)
  return pick(random, [
    () => constantPlan(counting(n, majorityOf(n), majorityOf(n))),
    () => constantPlan(counting(n, any(), any())),
    () => allAboardPlan(n, 1 + random.below(4)),
    () => colocatedMajorityPlan(n, 1 + random.below(6)),
    () => multiPathPlan(n),
    () => largeQuorumsPlan(n),
    () => fastFlexiblePlan(n),
    () => fastPaxosPlan(n, any(), any()),
    () => fixedQuorumsPlan(n, [[1], Array.from({ length: n }, (_, i) => i + 1)]),
  ])()
}
