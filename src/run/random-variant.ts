import { type Random, randomFromSeed } from "../base/random.ts"
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
} from "../protocol/paxos/plans.ts"
import { objectionsTo } from "../protocol/paxos/variant-rules.ts"
import { type Variant, variantOf } from "../protocol/paxos/variant.ts"
import { type QuorumPlan, constantPlan } from "../quorum/plan.ts"

/** Switches and quorums drawn together, and whether acceptors and proposers share processes. */
export interface Combination {
  readonly switches: Partial<Variant>
  readonly plan: QuorumPlan
  readonly colocated: boolean
}

/** How epochs are handed out in random combinations, by the kind and, where there is one, the fast path. */
export const epochKinds = [
  "round-robin",
  "sequence",
  "versioned",
  "reserved",
  "voting",
  "allocator",
  "register",
  "by-value",
  "recovery",
  "multi-path allocator",
  "multi-path register",
  "multi-path by-value",
  "multi-path recovery",
] as const
/** One of these. */
export type EpochKind = (typeof epochKinds)[number]

/** A combination with epochs of this kind that the validator has nothing against; how many were drawn for it. */
export function safeCombination(seed: number, kind: EpochKind): Combination & { readonly drawn: number } {
  const root = randomFromSeed(seed).fork("combination").fork(kind)
  for (let drawn = 1; ; drawn++) {
    const random = root.fork(String(drawn))
    const switches = { ...randomVariant(random), epochs: epochsOf(kind, random) }
    const plan = randomPlan(random)
    const colocated = random.below(4) === 0
    const harms = objectionsTo(variantOf(switches), plan).map(({ harm }) => harm)
    if (!harms.includes("unsafe")) return { switches, plan, colocated, drawn }
  }
}

function epochsOf(kind: EpochKind, random: Random): Variant["epochs"] {
  const values = ["A", "B", "C", "D", "E"]
  switch (kind) {
    case "versioned":
      return { kind, restarts: 64 }
    case "reserved":
      return { kind, ahead: random.below(5) }
    case "by-value":
      return { kind, values }
    case "recovery":
      return { kind, durable: random.below(2) === 0 }
    case "multi-path allocator":
      return { kind: "multi-path", fast: { kind: "allocator" } }
    case "multi-path register":
      return { kind: "multi-path", fast: { kind: "register" } }
    case "multi-path by-value":
      return { kind: "multi-path", fast: { kind: "by-value", values: ["A", "B"] } }
    case "multi-path recovery":
      return { kind: "multi-path", fast: { kind: "recovery" } }
    default:
      return { kind }
  }
}

const pick = <T>(random: Random, choices: readonly T[]): T => choices[random.below(choices.length)]!

/** Any combination of switches, safe or not. Most switches are off, so that those that are on meet in many ways. */
export function randomVariant(random: Random): Partial<Variant> {
  const rarely = <T>(off: T, ...on: readonly T[]): T => (random.unit() < 0.7 ? off : pick(random, on))
  return {
    epochs: epochsOf(pick(random, epochKinds), random),
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
