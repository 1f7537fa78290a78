import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { intersection, members, nodeSet } from "../../base/node-set.ts"
import { type Epoch, type QuorumPlan, constantPlan, piecewisePlan } from "../../quorum/plan.ts"
import { formatSet } from "../../quorum/system.ts"
import { systemOf } from "../../run/figures/setting.ts"
import { type Promises, phase1Rule } from "./phase1.ts"
import { allAboardPlan, colocatedMajorityPlan, counting, withLeastPhase1 } from "./plans.ts"

const unique = (): boolean => false
const systems = [
  counting(3, 2, 2),
  counting(4, 3, 2),
  counting(5, 4, 2),
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
]
const plans: QuorumPlan[] = [
  ...systems.map(constantPlan),
  piecewisePlan([
    { from: 0, system: counting(4, 1, 4) },
    { from: 2, system: counting(4, 2, 3) },
    { from: 5, system: systems[3]! },
  ]),
]

const promisesOf = (n: number): fc.Arbitrary<Promises> =>
  fc.record({
    epoch: fc.nat(8),
    promised: fc.nat(2 ** n - 1),
    greatest: fc.option(fc.nat(8), { nil: null }),
  })

/** Algorithms 13 to 15 as they stand: every epoch in question, every quorum of it. */
function literally(plan: QuorumPlan, from: Epoch, to: Epoch, { promised }: Promises): boolean {
  for (let z = from; z < to; z++) {
    for (const quorum of plan.systemAt(z).minimalQuorums(2)) {
      if (intersection(quorum, promised) === 0) return false
    }
  }
  return true
}

describe.each(plans.map((plan) => [plan.name, plan] as const))("waiting for promises, %s", (_, plan) => {
  const property = (holds: (promises: Promises) => void): void =>
    fc.assert(
      fc.property(promisesOf(plan.nodes.length), (promises) => {
        holds(promises)
      }),
      { numRuns: 200 },
    )

  test("Algorithm 13 (revision A) meets each phase-2 quorum of all epochs", () => {
    property((p) => {
      expect(phase1Rule("revision-A", plan, unique)(p)).toBe(literally(plan, 0, 10, p))
    })
  })
  test("Algorithm 14 (revision B) meets each phase-2 quorum of all smaller epochs", () => {
    property((p) => {
      expect(phase1Rule("revision-B", plan, unique)(p)).toBe(literally(plan, 0, p.epoch, p))
    })
  })
  test("Algorithm 15 (revision C) meets those of the epochs since the greatest reported", () => {
    property((p) => {
      const since = p.greatest === null ? 0 : p.greatest + 1
      expect(phase1Rule("revision-C", plan, unique)(p)).toBe(literally(plan, since, p.epoch, p))
    })
  })
  test("Algorithm 28: where epochs are shared, a report does not cover its own epoch", () => {
    property((p) => {
      const done = phase1Rule("revision-C", plan, () => true)
      expect(done(p)).toBe(literally(plan, p.greatest ?? 0, p.epoch, p))
    })
  })
  test("each revision waits for no more than the one before it", () => {
    property((p) => {
      const [a, b, c] = (["revision-A", "revision-B", "revision-C"] as const).map((rule) =>
        phase1Rule(rule, plan, unique)(p),
      )
      expect(!a || b).toBe(true)
      expect(!b || c).toBe(true)
    })
  })
})

describe("table 5.1: where the quorums are the same in all epochs", () => {
  const plan = constantPlan(counting(3, 2, 2))
  const done = (rule: "revision-A" | "revision-B" | "revision-C", p: Promises): boolean =>
    phase1Rule(rule, plan, unique)(p)
  test("B is A or the first epoch; C is B or the epoch after the greatest reported", () => {
    fc.assert(
      fc.property(promisesOf(3), (p) => {
        fc.pre(p.greatest === null || p.greatest < p.epoch)
        expect(done("revision-B", p)).toBe(done("revision-A", p) || p.epoch === 0)
        expect(done("revision-C", p)).toBe(
          done("revision-B", p) || (p.greatest !== null && p.epoch === p.greatest + 1),
        )
      }),
    )
  })
})

test("erratum E2: of four acceptors with majorities, three are a quorum and two meet them all", () => {
  const plan = constantPlan(counting(4, 3, 3))
  const two: Promises = { epoch: 1, promised: nodeSet([0, 3]), greatest: null }
  expect(phase1Rule("quorum", plan, unique)(two)).toBe(false)
  expect(phase1Rule("revision-A", plan, unique)(two)).toBe(true)
})

test("table 4.1 is what revision B allows three acceptors that are all aboard until epoch 4", () => {
  const rows = allAboardPlan(3, 4).ranges.map(({ from, system }) => [
    from,
    [...system.minimalQuorums(1)].map((quorum) => formatSet(system, quorum)),
    [...system.minimalQuorums(2)].map((quorum) => formatSet(system, quorum)),
  ])
  const singles = ["{a1}", "{a2}", "{a3}"]
  const pairs = ["{a1 a2}", "{a1 a3}", "{a2 a3}"]
  expect(rows).toEqual([
    [0, ["{}"], ["{a1 a2 a3}"]],
    [1, singles, ["{a1 a2 a3}"]],
    [5, singles, pairs],
    [6, pairs, pairs],
  ])
})

describe("§4.3.2: five co-located participants with majorities that contain the epoch's owner", () => {
  const plan = colocatedMajorityPlan(5, 5)
  const least = (epoch: Epoch): string[] =>
    [...plan.systemAt(epoch).minimalQuorums(1)]
      .map((quorum) =>
        members(quorum)
          .map((a) => a + 1)
          .join(""),
      )
      .sort()
  test("the least phase-1 quorums of the first epochs are those the thesis lists", () => {
    expect(least(0)).toEqual([""])
    expect(least(1)).toEqual(["1", "234", "235", "245", "345"])
    expect(least(2)).toEqual(["12", "134", "135", "145", "234", "235", "245", "345"])
    expect(least(3)).toHaveLength(10)
    expect(least(3).every((quorum) => quorum.length === 3)).toBe(true)
  })
  test("the owners of all smaller epochs are always a phase-1 quorum", () => {
    for (let epoch = 0; epoch < 5; epoch++) {
      const owners = nodeSet(Array.from({ length: epoch }, (_, e) => e))
      expect(plan.systemAt(epoch).isQuorum(1, owners)).toBe(true)
    }
  })
  test("withLeastPhase1 gives the least: no smaller set meets all earlier phase-2 quorums", () => {
    const again = withLeastPhase1(plan.ranges)
    for (let epoch = 0; epoch < 5; epoch++)
      expect([...again.systemAt(epoch).minimalQuorums(1)]).toEqual([
        ...plan.systemAt(epoch).minimalQuorums(1),
      ])
  })

  test("§5.4: in epoch 3, fewer than three promises end phase 1 in exactly the five ways of the thesis", () => {
    const rule = phase1Rule("revision-C", plan, unique)
    // What each participant has answered: silence, a promise with nothing, or with a proposal of epoch 0, 1 or 2.
    const answers = ["silent", "nil", 0, 1, 2] as const
    type Answer = (typeof answers)[number]
    const done = (given: readonly Answer[]): boolean => {
      const epochs = given.filter((answer) => typeof answer === "number")
      return rule({
        epoch: 3,
        promised: nodeSet(given.flatMap((answer, u) => (answer === "silent" ? [] : [u]))),
        greatest: epochs.length === 0 ? null : Math.max(...epochs),
      })
    }
    const weaker = (given: readonly Answer[]): Answer[][] =>
      given.flatMap((answer, u) =>
        answer === "silent" ? [] : [given.with(u, answers[answers.indexOf(answer) - 1]!)],
      )
    const least = allOf(answers, 5)
      .filter((given) => given.filter((answer) => answer !== "silent").length < 3)
      .filter((given) => done(given) && !weaker(given).some(done))
      .map((given) =>
        given.flatMap((answer, u) => (answer === "silent" ? [] : [`u${u + 1}:${answer}`])).join(" "),
      )
    const anyone = ["u1", "u2", "u4", "u5"]
    expect(new Set(least)).toEqual(
      new Set([
        ...anyone.map((u) => `${u}:2`),
        "u3:1",
        // From anyone; of u2, a report of epoch 0 is already enough.
        ...["u1", "u4", "u5"].map((u) => [`${u}:1`, "u3:nil"].sort().join(" ")),
        "u2:0 u3:nil",
        "u2:nil u3:0",
      ]),
    )
  })
})

/** Every way to give `count` participants one of the answers each. */
function allOf<T>(answers: readonly T[], count: number): T[][] {
  return count === 0
    ? [[]]
    : allOf(answers, count - 1).flatMap((rest) => answers.map((answer) => [...rest, answer]))
}
