import { describe, expect, test } from "vitest"
import { type QuorumPlan, constantPlan } from "../../quorum/plan.ts"
import { systemOf } from "../../run/figures/setting.ts"
import { allAboardPlan, counting, fixedQuorumsPlan, multiPathPlan } from "./plans.ts"
import { needsOf, objectionsTo, refuseUnsafe, variantRules } from "./variant-rules.ts"
import { type Variant, variantOf } from "./variant.ts"
import { variantById } from "./variants.ts"

const majority3 = constantPlan(counting(3, 2, 2))

const ids = (switches: Partial<Variant>, plan: QuorumPlan = majority3): string[] =>
  objectionsTo(variantOf(switches), plan).map(({ harm, id }) => `${harm} ${id}`)

const recovery = variantById("recovery")!.switches

describe("what is refused, and by which number", () => {
  test("classic Paxos with quorums that do not meet: 4.6", () => {
    expect(ids({}, constantPlan(counting(4, 2, 2)))).toEqual(["unsafe 4.6"])
    expect(ids({}, constantPlan(counting(4, 3, 2)))).toEqual([])
    // Waiting until all phase-2 quorums have been met is safe with any.
    expect(ids({ phase1: "revision-A" }, constantPlan(counting(4, 1, 1)))).toEqual([])
  })
  test("voting with phase-1 quorums that do not meet each other: 4.7, and no skipping of phase 1", () => {
    const voting = { epochs: { kind: "voting" }, promise: "voting" } as const
    const figure41 = constantPlan(
      systemOf(
        4,
        [
          [1, 2],
          [3, 4],
        ],
        [
          [1, 3],
          [2, 4],
        ],
        "figure 4.1",
      ),
    )
    expect(ids(voting, figure41)).toEqual(["unsafe 4.7"])
    expect(ids({ ...voting, phase1: "revision-B" })).toEqual(["unsafe 4.7"])
    expect(ids({ ...voting, promise: "at-least" })).toEqual(["unsafe votes-without-voting"])
    expect(ids({ ...voting, promise: "greater" })).toEqual([])
  })
  test("recovery with phase-2 quorums that do not meet: 7.1; with small ones it may wait: 7.2", () => {
    expect(ids(recovery, constantPlan(counting(4, 3, 2)))).toEqual(["unsafe 7.1", "waits 7.2"])
    expect(ids(recovery)).toEqual(["waits 7.2"])
    expect(ids(recovery, constantPlan(counting(3, 1, 3)))).toEqual([])
  })
  test("multi-path: only the first epoch's phase-2 quorums must meet each other", () => {
    const multi = variantById("multi-path-recovery")!.switches
    expect(ids(multi, multiPathPlan(4))).toEqual([])
    expect(ids({ ...multi, epochs: recovery.epochs! }, multiPathPlan(4))).toContain(
      "unsafe one-shared-epoch-expected",
    )
  })
  test("all aboard violates revision A and satisfies revision B", () => {
    expect(ids({}, allAboardPlan(3, 2))).toEqual([])
  })

  /** For every rule, a variant that it refuses; and classic Paxos, which none does. */
  const refused: Readonly<Record<string, readonly [Partial<Variant>, QuorumPlan?]>> = {
    "votes-without-voting": [{ epochs: { kind: "voting" } }],
    "shared-epochs-overwritten": [{ ...recovery, keepFirst: false }],
    "collision-ignored": [{ ...recovery, select: "greatest" }],
    "printed-counting": [{ ...recovery, select: "printed-counting" }],
    "one-shared-epoch-expected": [{ ...recovery, select: "multi-path" }],
    "quorums-differ": [{ select: "quorums" }, allAboardPlan(3, 2)],
    "no-promises-awaited": [{ phase1: "none" }],
    "epoch-without-unique-value": [{ ...recovery, termination: "epoch" }],
    "value-sent-before-epoch-is-durable": [{ valueWithPrepare: true, epochWrite: "before-phase-2" }],
    "several-possible-values": [{ ...recovery, untilOneValue: false }],
    "threshold-as-printed": [variantById("printed-multi-path")!.switches, multiPathPlan(4)],
    "skipped-phase-1-never-accepted": [{ accept: "equal", phase1: "revision-B" }],
    "counts-sets-that-are-not-quorums": [
      variantById("multi-path-recovery")!.switches,
      fixedQuorumsPlan(4, [[1], [1, 2, 3, 4]]),
    ],
    "reserved-past-the-register": [{ epochs: { kind: "register" }, promiseAhead: 3 }],
    "values-without-epochs": [{ epochs: { kind: "by-value", values: [] } }],
  }
  test("a value may travel with the prepare only where the epoch is not used again for another", () => {
    const early = { ...variantById("recovery")!.switches, valueWithPrepare: true }
    expect(ids(early, majority3)).toContain("unsafe value-sent-before-epoch-is-durable")
    expect(ids({ ...early, epochs: { kind: "recovery", durable: true } }, majority3)).not.toContain(
      "unsafe value-sent-before-epoch-is-durable",
    )
  })

  test.each(variantRules.map((rule) => [rule.id, rule] as const))("rule %s", (id, rule) => {
    const [switches, plan = majority3] = refused[id]!
    expect(rule.applies(variantOf(switches), plan)).toBe(true)
    expect(rule.applies(variantOf(), majority3)).toBe(false)
    expect(() => refuseUnsafe(variantOf(switches), plan)).toThrow(id)
  })
})

test("a refusal says what, why, where it is written, and how to have it anyway", () => {
  expect(() => refuseUnsafe(variantOf(), constantPlan(counting(2, 1, 1)))).toThrow(
    /simple\(2, 1, 1\): this combination is unsafe\.\n {2}unsafe \(4\.6\): requirement 4\.6.*have no acceptor in common.*\n.*--unsafe/s,
  )
  expect(() => refuseUnsafe(variantOf({ ...recovery }), majority3)).not.toThrow()
})

test("what a variant needs is data", () => {
  expect(needsOf(variantOf())).toEqual({ safety: ["4.6"], progress: [] })
  expect(needsOf(variantOf({ epochs: { kind: "voting" } }))).toEqual({ safety: ["4.6", "4.7"], progress: [] })
  expect(needsOf(variantOf(recovery))).toEqual({ safety: ["4.6", "7.1"], progress: ["7.2"] })
  expect(needsOf(variantOf(variantById("fast-paxos")!.switches)).safety).toEqual(["4.6", "7.1", "FFP"])
})
