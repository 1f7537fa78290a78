import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { has, members, nodeSet } from "../../base/node-set.ts"
import { type Epoch, type QuorumPlan, constantPlan, piecewisePlan } from "../../quorum/plan.ts"
import { systemOf } from "../../run/figures/setting.ts"
import type { Proposal } from "./messages.ts"
import { phase1Rule } from "./phase1.ts"
import { counting, majorityOf, multiPathPlan } from "./plans.ts"
import {
  type Answers,
  type Choice,
  type Report,
  possibleAfterFastEpoch,
  possibleByEpoch,
  possibleValues,
  printedCounting,
} from "./value-selection.ts"

/** "3A", "nil", "no". */
function report(text: string): Report {
  if (text === "no" || text === "nil") return text
  return { epoch: Number.parseInt(text), value: text.replace(/^\d+/, "") }
}

function answers(epoch: Epoch, ...texts: readonly string[]): Answers {
  return answersOf(epoch, texts.map(report))
}

function answersOf(epoch: Epoch, reports: readonly Report[]): Answers {
  const promised = nodeSet(reports.flatMap((r, a) => (r === "no" ? [] : [a])))
  const epochs = reports.flatMap((r) => (r === "no" || r === "nil" ? [] : [r.epoch]))
  return { epoch, promised, reports, greatest: epochs.length === 0 ? null : Math.max(...epochs) }
}

const shown = (choice: Choice): string => (choice.kind === "only" ? choice.value : choice.kind)

/** Algorithms 18 and 26, as they stand: quorum by quorum. */
function literal18And26(plan: QuorumPlan, { reports, epoch }: Answers): string {
  const proposals = reports.filter((r): r is Proposal => r !== "no" && r !== "nil")
  const decided = new Set<string>()
  for (const quorum of plan.systemAt(epoch).minimalQuorums(2)) {
    const inQuorum = members(quorum).map((a) => reports[a]!)
    const own = inQuorum.filter((r): r is Proposal => r !== "no" && r !== "nil")
    if (inQuorum.includes("nil")) continue
    if (own.some((p) => proposals.some((q) => q.epoch > p.epoch && q.value !== p.value))) continue
    if (own.some((p) => own.some((q) => q.epoch === p.epoch && q.value !== p.value))) continue
    for (const { value } of own) decided.add(value)
  }
  return decided.size === 0 ? "free" : decided.size === 1 ? [...decided][0]! : "open"
}

/** Algorithm 20, as it stands, with D indexed by epoch too (erratum E8); epochs have one value each. */
function literal20(plan: QuorumPlan, { reports, epoch }: Answers): string {
  const proposals = reports.filter((r): r is Proposal => r !== "no" && r !== "nil")
  const decided = new Set<string>()
  for (let f = 0; f < epoch; f++) {
    for (const quorum of plan.systemAt(f).minimalQuorums(2)) {
      const inQuorum = members(quorum).map((a) => reports[a]!)
      const from = [...new Set(proposals.filter((p) => p.epoch >= f).map((p) => p.value))]
      if (inQuorum.includes("nil")) continue
      if (inQuorum.some((r) => r !== "no" && r !== "nil" && r.epoch < f)) continue
      if (from.length > 1) continue
      if (from.length === 0) return "open"
      decided.add(from[0]!)
    }
  }
  return decided.size === 0 ? "free" : decided.size === 1 ? [...decided][0]! : "open"
}

const systems = [
  counting(3, 2, 2),
  counting(4, 3, 2),
  counting(5, 3, 3),
  counting(5, 4, 2),
  counting(5, 2, 4),
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
  systemOf(
    5,
    [[1, 4]],
    [
      [1, 2, 3],
      [4, 5],
    ],
    "§6.1.3",
  ),
]

/** Reports of n acceptors before epoch 4; with one value per epoch, or with any. */
const reportsOf = (n: number, shared: boolean): fc.Arbitrary<Report[]> =>
  fc.array(
    fc.oneof(
      fc.constantFrom<Report>("no", "nil"),
      fc
        .record({ epoch: fc.nat(3), value: fc.constantFrom("A", "B") })
        .map(({ epoch, value }) => ({ epoch, value: shared ? value : epoch % 2 === 0 ? "A" : "B" })),
    ),
    { minLength: n, maxLength: n },
  )

describe("Algorithm 18: the values that a quorum may have decided", () => {
  const plan = constantPlan(systems.at(-1)!)
  test("§6.1.3, with a nil among the promises: nothing is decided, where the greatest epoch would say A", () => {
    expect(possibleValues(plan)(answers(5, "3A", "nil", "no", "2B", "no")).kind).toBe("free")
  })
  test("§6.1.3, without a nil: nothing is decided either", () => {
    expect(possibleValues(plan)(answers(5, "3A", "1A", "no", "2B", "no")).kind).toBe("free")
  })
  test("Algorithm 20 says the same of both", () => {
    const byEpoch = possibleByEpoch(plan, () => false)
    expect(byEpoch(answers(5, "3A", "nil", "no", "2B", "no")).kind).toBe("free")
    expect(byEpoch(answers(5, "3A", "1A", "no", "2B", "no")).kind).toBe("free")
  })
  test("silence is not nil: with a3 silent instead of a2 having nothing, A may be decided", () => {
    expect(shown(possibleValues(plan)(answers(5, "3A", "no", "no", "2B", "no")))).toBe("A")
  })

  test.each(systems.map((system) => [system.name, system] as const))(
    "of %s, without enumerating quorums, equals the algorithm that does (18 and 26)",
    (_, system) => {
      const agnostic = constantPlan(system)
      const done = phase1Rule("revision-A", agnostic, () => true)
      fc.assert(
        fc.property(reportsOf(system.nodes.length, true), (reports) => {
          const given = answersOf(4, reports)
          fc.pre(done(given))
          expect(shown(possibleValues(agnostic)(given))).toBe(literal18And26(agnostic, given))
        }),
        { numRuns: 300 },
      )
    },
  )
})

describe("Algorithm 20: the values that may have been decided, epoch by epoch", () => {
  const plans = [
    ...systems.map(constantPlan),
    piecewisePlan([
      { from: 0, system: counting(3, 1, 3) },
      { from: 2, system: counting(3, 1, 2) },
    ]),
    piecewisePlan([
      { from: 0, system: counting(5, 1, 4) },
      { from: 1, system: counting(5, 1, 2) },
      { from: 3, system: counting(5, 1, 3) },
    ]),
  ]
  test.each(plans.map((plan) => [plan.name, plan] as const))(
    "of %s, equals the algorithm that goes through epochs and quorums",
    (_, plan) => {
      fc.assert(
        fc.property(reportsOf(plan.nodes.length, false), (reports) => {
          const given = answersOf(4, reports)
          expect(shown(possibleByEpoch(plan, () => false)(given))).toBe(literal20(plan, given))
        }),
        { numRuns: 300 },
      )
    },
  )

  test.each(plans.map((plan) => [plan.name, plan] as const))(
    "of %s, is settled once revision C's promises are in (lemmas 24 and 25)",
    (_, plan) => {
      const done = phase1Rule("revision-C", plan, () => false)
      fc.assert(
        fc.property(reportsOf(plan.nodes.length, false), (reports) => {
          const given = answersOf(4, reports)
          fc.pre(done(given))
          expect(possibleByEpoch(plan, () => false)(given).kind).not.toBe("open")
        }),
        { numRuns: 300 },
      )
    },
  )

  test("of a shared epoch, a report speaks for its own acceptor only", () => {
    const plan = piecewisePlan([
      { from: 0, system: systemOf(3, [[1]], [[1, 2]], "{a1 a2}") },
      { from: 1, system: counting(3, 2, 2) },
    ])
    const shared = possibleByEpoch(plan, () => true)
    expect(shared(answers(1, "no", "no", "0B")).kind).toBe("open")
    expect(shown(shared(answers(1, "0A", "no", "0B")))).toBe("A")
    expect(shown(possibleByEpoch(plan, () => false)(answers(1, "no", "no", "0B")))).toBe("B")
  })
})

describe("Algorithm 29: counting quorums", () => {
  test("figures 7.2 to 7.4: a3 has A, nothing, B", () => {
    const rule = possibleValues(constantPlan(counting(3, 2, 2)))
    expect(shown(rule(answers(1, "no", "0A", "0A")))).toBe("A")
    expect(shown(rule(answers(1, "no", "0A", "nil")))).toBe("A")
    expect(shown(rule(answers(1, "no", "0A", "0B")))).toBe("open")
    expect(shown(rule(answers(1, "0A", "0A", "0B")))).toBe("A")
  })

  test("as printed it forgets a decided value when a later epoch is reported", () => {
    const plan = constantPlan(counting(5, 3, 3))
    const reports = ["0A", "0B", "0A", "1A", "no"]
    expect(shown(possibleValues(plan)(answers(2, ...reports)))).toBe("A")
    expect(shown(printedCounting(plan)(answers(2, ...reports)))).toBe("free")
  })

  test("as printed it agrees where all reports are of one epoch", () => {
    const reports = fc.array(fc.constantFrom("no", "nil", "0A", "0B"), { minLength: 5, maxLength: 5 })
    const plan = constantPlan(counting(5, 3, 3))
    const done = phase1Rule("revision-A", plan, () => true)
    fc.assert(
      fc.property(reports, (texts) => {
        const given = answers(1, ...texts)
        fc.pre(done(given))
        expect(printedCounting(plan)(given)).toEqual(possibleValues(plan)(given))
      }),
    )
  })
})

/** Every way to distribute r reports of the first epoch over "nothing" and some values, up to renaming. */
function* splits(reports: number, largest = reports): Generator<number[]> {
  yield []
  for (let part = Math.min(reports, largest); part > 0; part--) {
    for (const rest of splits(reports - part, part)) yield [part, ...rest]
  }
}

describe("Algorithm 32: the threshold of the slow path (erratum E6)", () => {
  /** Whether some promises of a majority leave two possible values. */
  function canHalt(n: number, threshold: "corrected" | "printed"): boolean {
    const rule = possibleAfterFastEpoch(multiPathPlan(n), threshold)
    const majority = majorityOf(n)
    return [...splits(majority)].some((parts) => {
      const values = parts.flatMap((count, value) =>
        Array<string>(count).fill(`0${String.fromCharCode(65 + value)}`),
      )
      const silent = Array<string>(n - majority).fill("no")
      const nothing = Array<string>(majority - values.length).fill("nil")
      return rule(answers(1, ...values, ...nothing, ...silent)).kind === "open"
    })
  }
  const sizes = Array.from({ length: 15 }, (_, i) => i + 2)

  test.each(sizes)("n = %i: corrected, it never leaves two values", (n) => {
    expect(canHalt(n, "corrected")).toBe(false)
  })
  test.each(sizes.filter((n) => n % 4 !== 1))("n = %i: as printed, it can halt", (n) => {
    expect(canHalt(n, "printed")).toBe(true)
  })
  test.each(sizes.filter((n) => n % 4 === 1))("n = %i ≡ 1 (mod 4): the print is right", (n) => {
    expect(canHalt(n, "printed")).toBe(false)
  })
  test("the smallest examples: two promises of three, three of four, four of seven", () => {
    const rule = (n: number, ...texts: string[]): string =>
      shown(possibleAfterFastEpoch(multiPathPlan(n), "printed")(answers(1, ...texts)))
    expect(rule(3, "0A", "0B", "no")).toBe("open")
    expect(rule(4, "0A", "0A", "0B", "no")).toBe("open")
    expect(rule(7, "0A", "0A", "0B", "0B", "no", "no", "no")).toBe("open")
  })
})

test("the oracle of this file knows silence from nil", () => {
  expect(has(answers(1, "no", "nil").promised, 1)).toBe(true)
  expect(has(answers(1, "no", "nil").promised, 0)).toBe(false)
})
