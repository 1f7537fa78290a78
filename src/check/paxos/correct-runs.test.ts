import { describe, expect, test } from "vitest"
import { type Random, randomFromSeed } from "../../base/random.ts"
import { variantNamed, variants } from "../../protocol/paxos/variants.ts"
import type { DecreeSetup } from "../../run/decree-settings.ts"
import { runJudgedDecree } from "../../run/decree.ts"
import { setupFrom } from "../../run/from-text.ts"
import { livenessOf } from "../../run/liveness.ts"
import { randomDecree } from "../../run/random-decree.ts"
import { epochKinds, safeCombination } from "../../run/random-variant.ts"
import { parseFaults } from "../../world/faults/notation.ts"
import { everyPropertyFor } from "./selections.ts"

/** All 5,000 with SLOW=1; some of them otherwise. */
const runs = process.env["SLOW"] === "1" ? 5000 : 300

const safeVariants = variants.filter(({ control }) => control !== true)

/** A named variant with its own quorums or, every third time, any combination that the validator calls safe. */
function algorithmOf(seed: number, random: Random): DecreeSetup {
  if (seed % 3 === 0) {
    const { plan, switches, colocated } = safeCombination(seed, epochKinds[seed % epochKinds.length]!)
    return randomDecree(plan, seed, { switches, colocated })
  }
  const named = safeVariants[seed % safeVariants.length]!
  return randomDecree(named.plan(2 + random.below(4)), seed, {
    variant: named.id,
    colocated: random.below(3) === 0,
  })
}

/** A run as `quorate simulate` can have it, without faults half of the time. */
function correctSetup(seed: number): DecreeSetup {
  const random = randomFromSeed(seed).fork("correct run")
  const setup = algorithmOf(seed, random.fork("algorithm"))
  const { plan, proposers } = setup
  const colocated = setup.colocated || variantNamed(setup.variant).colocated === true
  const pick = <T>(...choices: readonly T[]): T => choices[random.below(choices.length)]!
  const names = colocated ? plan.nodes : Array.from({ length: proposers }, (_, i) => `p${i + 1}`)
  const asked = Math.min(proposers, names.length)
  return {
    ...setup,
    proposers: asked,
    quorumSelection: pick("broadcast", "closest", "random", "ring"),
    distinguished: random.below(3) === 0 ? names[random.below(names.length)]! : null,
    readers: pick(0, 0, 1),
    ...(random.below(2) === 0 && {
      faults: [],
      lossProbability: 0,
      duplicateProbability: 0,
      reorderProbability: 0,
    }),
  }
}

test("no check raises an alarm in a correct run of any variant", () => {
  const alarms: string[] = []
  for (let seed = 1; seed <= runs; seed++) {
    const setup = correctSetup(seed)
    const { violations } = runJudgedDecree(setup, seed, (cluster) => [
      ...everyPropertyFor(cluster),
      ...livenessOf(setup, cluster),
    ])
    for (const { check, message, replay } of violations) alarms.push(`${check}: ${message}; ${replay}`)
  }
  expect(alarms).toEqual([])
})

describe("a simple run without faults", () => {
  const judged = (system: string, more: Partial<DecreeSetup>) => {
    const run = runJudgedDecree(setupFrom(system, "constant(10)", more), 1, everyPropertyFor)
    const because = new Map(run.judgements.map(({ name, verdict }) => [name, verdict.because]))
    return { ...run, because }
  }

  test("with a distinguished proposer, which tells those that forwarded their values", () => {
    const { violations, because, measures } = judged("majority(3)", { proposers: 2, distinguished: "p2" })
    expect(violations).toEqual([])
    // Of the two that learn only one does so from accepts.
    expect(because.get("accepts-before-learning")).toBe("1 learned values were checked")
    expect(measures.learnedAt).toEqual([50_000, 40_000])
  })

  test.each(["majority(1)", "majority(3)", "majority(5)", "majority(9)", "simple(5, 4, 2)"])(
    "round a ring of processes that are acceptors and proposers: %s",
    (system) => {
      for (const proposer of [0, 1, 2]) {
        const distinguished = system === "majority(1)" ? null : `a${proposer + 1}`
        const { violations, because, measures } = judged(system, {
          colocated: true,
          quorumSelection: "ring",
          ...(proposer > 0 && { distinguished }),
        })
        expect(violations).toEqual([])
        expect([measures.epochsUsed, measures.decidedValue]).toEqual([1, "A"])
        if (system === "majority(1)") continue
        expect(because.get("oracle-rule-2")).toBe("1 steps were checked")
        expect(because.get("unique-epochs")).toBe("1 proposals were checked")
        expect(measures.proposedAt).not.toBeNull()
      }
    },
  )

  test("a property that saw nothing says so", () => {
    const { because } = judged("majority(3)", { colocated: true, faults: parseFaults("crash all @0") })
    expect(because.get("unique-epochs")).toBe("vacuous: 0 proposals")
    expect(because.get("oracle-rule-4")).toBe("vacuous: 0 steps")
  })
})

test("every check of a run of thousands of epochs and decisions takes no more than a second or so", () => {
  // Two of three phase-2 acceptors never answer, or all answers are lost: no epoch is the last one.
  const endless = [
    setupFrom("simple(3, 1, 3)", "constant(1)", { staggerMs: 1, faults: parseFaults("crash a3 @0") }),
    setupFrom("majority(3)", "constant(1)", {
      staggerMs: 2,
      faults: parseFaults("loss(1) of accept @0-end"),
    }),
    setupFrom("majority(3)", "constant(1)", { timeoutMs: 1, faults: parseFaults("crash a2,a3 @0") }),
  ]
  for (const setup of endless) {
    const long: DecreeSetup = {
      ...{ ...setup, proposers: 2, backOff: { kind: "none" }, horizonMs: 8000 },
      timeoutMs: Math.min(setup.timeoutMs, 4),
    }
    const { measures, violations } = runJudgedDecree(long, 1, everyPropertyFor)
    expect(violations).toEqual([])
    expect(measures.epochsUsed).toBeGreaterThan(2000)
  }
}, 10_000)
