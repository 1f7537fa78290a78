import { describe, expect, test } from "vitest"
import { planOf, runSeeds, violatedProperties } from "../../../test/support/judged-run.ts"
import { piecewisePlan } from "../../quorum/plan.ts"
import { quorumSystemFrom } from "../../../quorums/from-text.ts"
import { everyPropertyFor } from "./selections.ts"

/** All 10,000 with SLOW=1; some of them otherwise. */
const runs = process.env["SLOW"] === "1" ? 10_000 : 250

/** All aboard with three acceptors (table 4.1, k = 3): safe by Revision B only, phase 1 skipped in epoch 0. */
const allAboard = piecewisePlan([
  { from: 0, system: quorumSystemFrom("explicit([[]], [[1, 2, 3]])") },
  { from: 1, system: quorumSystemFrom("explicit([[1], [2], [3]], [[1, 2, 3]])") },
  { from: 4, system: quorumSystemFrom("explicit([[1, 2], [1, 3], [2, 3]], [[1, 2], [1, 3], [2, 3]])") },
])

const safePlans = [
  ...["majority(3)", "majority(4)", "majority(5)", "simple(5, 4, 2)", "grid(2, 2)", "grid(2, 3)"].map(planOf),
  planOf("weighted([2, 1, 1, 1], 3, 3)"),
  planOf("explicit([[1, 2], [3, 4]], [[1, 3], [2, 4]])"),
  allAboard,
]

describe("random runs of safe systems violate nothing", () => {
  test.each(safePlans)("$name", (plan) => {
    for (const seed of runSeeds(4, runs / safePlans.length)) {
      expect(violatedProperties(plan, seed, everyPropertyFor), `seed ${seed}`).toEqual([])
    }
  })
})
