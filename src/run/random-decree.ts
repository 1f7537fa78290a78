import { type Random, randomFromSeed } from "../base/random.ts"
import type { BackOff } from "../protocol/paxos/proposer-state.ts"
import { variantNamed } from "../protocol/paxos/variants.ts"
import type { QuorumPlan } from "../quorum/plan.ts"
import { uniformLatency } from "../world/simulate/latency.ts"
import type { NamedFault } from "../world/faults/fault.ts"
import { type DecreeSetup, decreeDefaults } from "./decree-settings.ts"

/** What of a setup is the algorithm; all else is drawn. */
export type Algorithm = Pick<DecreeSetup, "variant" | "switches" | "mutant" | "colocated">

/**
 * A setup with random faults, drawn from a seed: one to four proposers, lost, duplicated and delayed
 * messages, processes that crash and may recover, partitions, slow disks. For finding violations, not
 * for measuring.
 *
 * Each kind of fault is absent from some setups, because faults mask each other: where all messages are
 * lost, no two values are decided. Durations are short, so that thousands of runs take seconds.
 */
export function randomDecree(
  plan: QuorumPlan,
  seed: number,
  algorithm: Partial<Algorithm> = {},
): DecreeSetup {
  const { variant = "classic", switches = {}, mutant = null } = algorithm
  const random = randomFromSeed(seed).fork("random-setup")
  const from = <Option>(name: string, ...options: readonly Option[]): Option =>
    oneOf(random.fork(name), options)
  const proposers = from("proposers", 1, 2, 2, 3, 4)
  const named = variantNamed(variant)
  const colocated = algorithm.colocated === true || named.colocated === true
  const { failStop = false } = { ...named.switches, ...switches }
  const apart = Array.from({ length: proposers }, (_, i) => `p${i + 1}`)
  const processes = [...plan.nodes, ...(colocated ? [] : apart)]
  // Where nothing is written, no process may recover (§3.12).
  const crashes = crashesAmong(processes, random.fork("crashes"), failStop)
  return {
    ...decreeDefaults,
    plan,
    ...{ variant, switches, mutant, colocated: algorithm.colocated === true },
    latency: { kind: "everywhere", model: uniformLatency(1, from("latency", 2, 5, 20)) },
    proposers,
    staggerMs: from("stagger", 0, 1, 5, 30),
    quorumSelection: from("quorums", "broadcast", "broadcast", "random"),
    learners: from("learners", 0, 1),
    // Other variants say themselves how acceptors refuse.
    nacks: from("nacks", true, false) && variant === "classic" && switches.nacks === undefined,
    timeoutMs: from("timeout", 10, 25, 60),
    backOff: from<BackOff>(
      "back-off",
      { kind: "none" },
      { kind: "random", upTo: 30_000 },
      { kind: "exponential", base: 2_000, max: 100_000 },
    ),
    writeMs: from("write", 0, 0, 1, 5),
    lossProbability: from("loss", 0, 0.05, 0.2),
    duplicateProbability: from("duplicate", 0, 0.1),
    reorderProbability: from("reorder", 0, 0.2),
    reorderMs: 60,
    // A proposer that reuses an old epoch for its client's new value is detected.
    retryAfterRecovery: true,
    faults: [...crashes, ...partitionsOf(processes, random.fork("partitions"))],
    horizonMs,
  }
}

const horizonMs = 400

function oneOf<Option>(random: Random, options: readonly Option[]): Option {
  return options[random.below(options.length)]!
}

/** Up to three crashes, most of them not for good unless processes fail for ever; the same process may crash again. */
function crashesAmong(processes: readonly string[], random: Random, failStop: boolean): NamedFault[] {
  return Array.from({ length: random.below(4) }, (): NamedFault => {
    const at = 1000 * random.below(horizonMs / 4)
    const recoverAt = at + 1000 * (1 + random.below(40))
    const process = oneOf(random, processes)
    const recovers = random.below(4) > 0 && !failStop
    return { type: "crash", process, at, ...(recovers && { recoverAt }), disk: "synced" }
  })
}

/** At most one partition, which cuts off a random part of the processes for a while. */
function partitionsOf(processes: readonly string[], random: Random): NamedFault[] {
  if (random.below(3) > 0) return []
  const side = processes.filter(() => random.below(2) === 0)
  const otherSide = processes.filter((name) => !side.includes(name))
  const fromMs = random.below(60)
  if (side.length === 0 || otherSide.length === 0) return []
  const until = 1000 * (fromMs + 20 + random.below(80))
  const oneWay = random.below(2) === 0
  return [{ type: "cut", from: 1000 * fromMs, until, path: { side, otherSide, oneWay } }]
}
