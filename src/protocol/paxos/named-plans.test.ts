import { describe, expect, test } from "vitest"
import { LimitError } from "../../base/errors.ts"
import { quorumPlanFrom } from "../../../quorums/from-text.ts"
import type { QuorumPlan } from "../../quorum/plan.ts"
import { phases } from "../../quorum/system.ts"
import { planFamilies, readPlanCall } from "./plans.ts"
import { variants } from "./variants.ts"

const read = (text: string): QuorumPlan => readPlanCall(text) ?? quorumPlanFrom(text)

/** The minimal quorums of each range and phase. */
const quorumsOf = ({ ranges }: QuorumPlan) =>
  ranges.map(({ from, fast, system }) => [
    from,
    fast,
    ...phases.map((phase) => [...system.minimalQuorums(phase)]),
  ])

describe("the name of a plan rebuilds it", () => {
  test.each(variants.map((variant) => [variant.id, variant] as const))("%s", (_, variant) => {
    for (const n of [2, 3, 4, 5]) {
      const plan = variant.plan(n)
      const again = read(plan.name)
      expect(again.name).toBe(plan.name)
      expect(again.nodes).toEqual(plan.nodes)
      expect(quorumsOf(again)).toEqual(quorumsOf(plan))
    }
  })
  test.each(planFamilies.map(({ example }) => example))("%s", (example) => {
    expect(read(example).name).toBe(example)
  })
})

test("plans of too many epochs are refused before they are built", () => {
  for (const text of [
    "colocatedMajorities(3, 1000000000)",
    "colocatedMajorities(5, 1000)",
    "allAboard(10001, 3)",
  ])
    expect(() => readPlanCall(text)).toThrow(LimitError)
  expect(readPlanCall("colocatedMajorities(5, 100)")!.ranges).toHaveLength(102)
})

test("what does not fit is refused with an example", () => {
  for (const text of ["allAboard(3)", "allAboard(3, x)", "allAboard(0, 3)", "fixedQuorums(2, [[3]])"]) {
    expect(() => readPlanCall(text)).toThrow(/does not match .* For example /)
  }
  expect(readPlanCall("majority(3)")).toBeUndefined()
})
