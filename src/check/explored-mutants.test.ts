import { describe, expect, it } from "vitest"
import { quorumSystemFrom } from "../../quorums/from-text.ts"
import { UsageError } from "../base/errors.ts"
import { exploreActors } from "../world/explore/breadth-first.ts"
import { canonicalText } from "../world/explore/canonical-text.ts"
import { runWorldSteps } from "../world/explore/trace.ts"
import { paxosCluster } from "../protocol/paxos/cluster.ts"
import { variantNamed } from "../protocol/paxos/variants.ts"
import { constantPlan } from "../quorum/plan.ts"
import { describeDisagreement, disagreementOf } from "./disagreement.ts"
import { type ExploredPaxos, paxosModel, paxosProperties } from "./explored-paxos.ts"
import { mistakes, mutantNamed, mutants } from "./paxos/mutants.ts"

const slow = process.env["SLOW"] === "1"
const timing = { timeout: { min: 1, max: 1 }, backOff: { kind: "none" } } as const

function explored(mutant: string | undefined, crashes: number, system = "majority(3)"): ExploredPaxos {
  const plan = constantPlan(quorumSystemFrom(system))
  const options = { ...timing, plan, proposers: 2 }
  const sound = paxosCluster(options)
  const cluster = mutant === undefined ? sound : mutantNamed(mutant).apply(sound, options)
  return { cluster, candidates: ["A", "B"], epochs: 2, network: "unordered", crashes }
}

/** [mutant, crashes, what breaks first, after how many steps at least]. */
const found: readonly (readonly [id: string, crashes: number, property: string, steps: number])[] = [
  ["shared-epochs", 0, "agreement", 12],
  ["reused-epoch", 1, "safe-learning", 20],
  ["one-promise", 0, "agreement", 8],
  ["one-accept", 0, "safe-learning", 6],
  ["own-value", 0, "agreement", 12],
  ["old-epochs", 0, "agreement", 12],
  ["promise-below", 0, "agreement", 12],
  ["first-promise-kept", 0, "agreement", 12],
  ["empty-promise", 0, "agreement", 12],
  ["accept-unrecorded", 0, "safe-learning", 8],
  ["accepted-too-high", 0, "safe-learning", 8],
  ["old-accept", 0, "safe-learning", 9],
  ["amnesia", 1, "agreement", 14],
  ["promise-forgotten", 1, "agreement", 14],
  ["no-disk", 0, "safe-learning", 8],
  ["silence-as-nothing", 0, "agreement", 6],
  ["half-for-majority", 0, "safe-learning", 4],
]

/** A promise of an old epoch, in word only, and epochs that count down break a property that no value depends on here. */
const harmless = ["old-promise", "counting-down"]

describe("every mutant, explored", () => {
  it("is either found or known to be harmless to safety", () => {
    const all = [...mutants, ...mistakes].map(({ id }) => id)
    expect([...found.map(([id]) => id), ...harmless].sort()).toEqual(all.sort())
  })

  const quick = found.filter(([id]) => slow || id !== "reused-epoch")
  it.each(quick)("%s (%i crashes) breaks %s, after %i steps at least", (id, crashes, name, steps) => {
    const paxos = explored(id, crashes)
    const options = { stopAtViolation: true, reduce: id !== "silence-as-nothing" }
    const { outcomes } = exploreActors(paxosModel(paxos), paxosProperties(paxos), options)
    const violated = outcomes.find(({ verdict }) => verdict.verdict === "violated")!
    expect([violated.property.name, violated.stepsToViolation]).toEqual([name, steps])
    if (violated.verdict.verdict !== "violated") throw new Error("expected a violation")
    // The mutated actors can repeat it.
    const { steps: taken, worlds } = violated.verdict.witness
    expect(canonicalText(runWorldSteps(paxosModel(paxos), taken).worlds)).toBe(canonicalText(worlds))
  })

  it("old-promise keeps agreement, in all runs of two epochs", () => {
    const paxos = explored("old-promise", 0)
    const { outcomes } = exploreActors(paxosModel(paxos), paxosProperties(paxos), { reduce: true })
    expect(outcomes.map(({ verdict }) => verdict.verdict)).toEqual(Array(5).fill("holds"))
  })

  it("is looked up by its id", () => {
    expect(() => mutantNamed("empty-promis")).toThrow(UsageError)
    expect(() => mutantNamed("empty-promis")).toThrow(/did you mean "empty-promise"\?/)
  })
})

describe("a disagreement", () => {
  const becauseOf = (paxos: ExploredPaxos): string => {
    const { outcomes } = exploreActors(paxosModel(paxos), paxosProperties(paxos), { stopAtViolation: true })
    const { verdict } = outcomes[0]!
    if (verdict.verdict !== "violated") throw new Error("expected a violation")
    return describeDisagreement(paxos.cluster.plan, disagreementOf(paxos.cluster.plan, verdict.witness)!)
  }

  it("names the quorums that do not meet", () => {
    expect(becauseOf(explored(undefined, 0, "simple(4, 2, 2)"))).toBe(
      "A is decided in epoch 0 by {a3 a4} and B is decided in epoch 1 by {a1 a2}: the phase-1 quorum {a1 a2} " +
        "that allowed epoch 1 shares no acceptor with the phase-2 quorum {a3 a4}.",
    )
  })

  const unsafe = (id: string, system: string): ExploredPaxos => {
    const { switches } = variantNamed(id)
    const plan = constantPlan(quorumSystemFrom(system))
    const cluster = paxosCluster({ ...timing, plan, proposers: 2, variant: switches })
    return { cluster, candidates: ["A", "B"], epochs: 2, network: "unordered" }
  }

  it("names two phase-1 quorums that allow one epoch twice (requirement 4.7)", () => {
    expect(becauseOf(unsafe("voting", "simple(2, 1, 2)"))).toBe(
      "A is decided in epoch 0 by {a1 a2} and B is decided in epoch 0 by {a1 a2}: the phase-1 quorums {a1} and {a2}, " +
        "each of which allowed epoch 0 to a proposer, share no acceptor.",
    )
  })

  it("names two phase-2 quorums of one epoch (7.1)", () => {
    expect(becauseOf(unsafe("recovery", "simple(2, 2, 1)"))).toBe(
      "A is decided in epoch 0 by {a1} and B is decided in epoch 0 by {a2}: the phase-2 quorums {a1} and {a2} share no acceptor.",
    )
  })

  it("names a phase-1 quorum that cannot tell which of two phase-2 quorums decided (7.2)", () => {
    const hasty = unsafe("recovery", "majority(3)")
    const variant = { ...hasty.cluster.variant, select: "greatest", untilOneValue: false } as const
    const cluster = paxosCluster({ ...timing, plan: hasty.cluster.plan, proposers: 2, variant })
    expect(becauseOf({ ...hasty, cluster })).toMatch(
      /: no acceptor is in the phase-1 quorum {a\d a\d} that allowed epoch 1 and in both phase-2 quorums {a\d a\d} and {a\d a\d}, so either/,
    )
  })

  it("does not blame quorums that meet", () => {
    expect(becauseOf(explored("own-value", 0))).toMatch(
      /^A is decided in epoch 0 by {a\d a\d} and B is decided in epoch 1 by {a\d a\d}\.$/,
    )
  })
})
