import { describe, expect, test } from "vitest"
import type { CaseSafety } from "../experiment/define.ts"
import { objectionsTo } from "../protocol/paxos/variant-rules.ts"
import { variantOf } from "../protocol/paxos/variant.ts"
import { variantNamed, variants } from "../protocol/paxos/variants.ts"
import type { QuorumPlan } from "../quorum/plan.ts"
import { planFrom } from "./from-text.ts"
import { type Protocol, type ProtocolRun, withDefaults } from "./protocol.ts"
import { logProtocols, protocols } from "./protocols/index.ts"
import { type LogSetup, logDefaults } from "./log-settings.ts"
import { paxos } from "./protocols/paxos.ts"
import { logSafety, planSafety, runSafety, safetyWarnings, worstSafety } from "./safety.ts"

/** A run of Paxos, of which only quorums and settings matter here. */
const runOf = (plan: QuorumPlan, settings: object = {}): ProtocolRun =>
  ({ plan, settings: withDefaults(paxos, settings), values: ["A"] }) as unknown as ProtocolRun

/** The ids of the requirements on quorums that a variant declares. */
const requirementsOf = (variant: string, text?: string): readonly string[] => {
  const plan = text === undefined ? variantNamed(variant).plan(5) : planFrom(text)
  return paxos.requirements!(runOf(plan, { variant })).flatMap((one) =>
    typeof one !== "string" && "plan" in one ? [one.id] : [],
  )
}

/** Why a run is unsafe. */
const unsafeReasons = ({ verdict, because }: CaseSafety): readonly string[] =>
  verdict === "violated" ? because : []

const reasonsOf = (protocol: Protocol, run: ProtocolRun): readonly string[] =>
  unsafeReasons(runSafety(protocol, run))

describe("what Paxos requires", () => {
  test.each([
    ["classic", "majority(3)", ["4.4"]],
    ["all-aboard", undefined, ["4.6"]],
    ["revision-b", "majority(3)", ["4.6"]],
    ["voting", "majority(3)", ["4.4", "4.7"]],
    ["recovery", "majority(3)", ["4.6", "7.1"]],
    ["fast-paxos", undefined, ["4.6", "7.1", "FFP"]],
  ])("of %s with quorums %s is %j", (variant, plan, expected) => {
    expect(requirementsOf(variant, plan)).toEqual(expected)
  })

  test("is met by every variant with its own quorums, but by those that are unsafe as controls", () => {
    for (const variant of variants) {
      const plan = variant.plan(5)
      const reasons = reasonsOf(paxos, runOf(plan, { variant: variant.id }))
      const harms = objectionsTo(variantOf(variant.switches), plan).map(({ harm }) => harm)
      expect(reasons.length > 0, variant.id).toBe(harms.includes("unsafe"))
      if (variant.control !== true) expect(reasons, variant.id).toEqual([])
    }
  })

  test("shows disjoint quorums as the variant uses them, and names the rule that switches break", () => {
    const majority = planFrom("majority(3)")
    expect(reasonsOf(paxos, runOf(planFrom("simple(4, 2, 2)")))).toEqual([
      "{a1 a2} and {a3 a4} do not intersect (requirement 4.4)",
    ])
    // Two quorums of phase 2 that are disjoint matter to no variant but those whose epochs are shared.
    const small = planFrom("simple(4, 3, 2)")
    expect(reasonsOf(paxos, runOf(small))).toEqual([])
    expect(reasonsOf(paxos, runOf(small, { variant: "recovery" }))).toEqual([
      "{a1 a2} and {a3 a4} do not intersect (requirement 7.1)",
    ])
    const switches = { epochs: { kind: "voting" }, promise: "at-least" }
    expect(reasonsOf(paxos, runOf(majority, { switches }))).toEqual([
      expect.stringMatching(/^every proposer may use every epoch.* \(votes-without-voting\)$/),
    ])
  })
})

test("every protocol declares what makes it unsafe, and says so of quorums that do not meet", () => {
  const plan = planFrom("simple(4, 2, 2)")
  for (const protocol of protocols) expect(reasonsOf(protocol, runOf(plan)), protocol.id).toHaveLength(1)
  for (const protocol of logProtocols) {
    const setup = { ...logDefaults, plan } as unknown as LogSetup
    expect(unsafeReasons(logSafety(protocol, setup)), protocol.id).toHaveLength(1)
  }
})

describe("what is said of quorums that are not plainly safe", () => {
  const unsafe = planSafety(planFrom("simple(4, 2, 2)"), ["4.4"])
  const unknown = planSafety(planFrom("coverGrid(7, 7)"), ["4.4"])
  const vacuous = planSafety(planFrom("split(choose(1), a*b)"), ["4.4"])
  const safe = planSafety(planFrom("majority(3)"), ["4.4"])

  test("has the word for each verdict, and nothing for quorums that intersect", () => {
    expect(safetyWarnings(unsafe)).toEqual([
      "UNSAFE quorum system: {a1 a2} and {a3 a4} do not intersect (requirement 4.4); other runs may decide two values",
    ])
    expect(safetyWarnings(unknown)[0]).toMatch(
      /^safety unknown: the search .* \(requirement 4\.4\); other runs/,
    )
    expect(safetyWarnings(vacuous)).toEqual(["vacuously safe: one side has no quorum (requirement 4.4)"])
    expect([safe, safetyWarnings(safe)]).toEqual([{ verdict: "holds", because: [] }, []])
  })

  test("of several systems is the worst", () => {
    expect(worstSafety([safe, unknown, unsafe, vacuous])).toEqual(unsafe)
    expect(worstSafety([safe, unknown]).verdict).toBe("unknown")
    expect(worstSafety([safe, vacuous])).toEqual(vacuous)
    expect(worstSafety([])).toEqual(safe)
  })
})
