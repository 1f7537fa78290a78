import { bothPhases, defineQuorumSystem } from "../src/quorum/define.ts"
import { type Denotation, expression } from "../src/quorum/parameter.ts"

/**
 * Any two formulas, one for each phase. Of a whole system, the first place
 * takes its phase-1 formula and the second its phase-2 formula.
 */
export default defineQuorumSystem({
  id: "split",
  summary: "One expression for phase 1 and another for phase 2.",
  reference: "Howard, Malkhi and Spiegelman 2016, §3 (only quorums of different phases must meet)",
  parameters: [expression("phase1"), expression("phase2")],
  examples: [
    "split(a, a)",
    "split(a*b + c*d, (a + b)*(c + d))",
    "split(a*b*c, a + b + c)",
    "split(majority(5), simple(5, 1, 3))",
  ],
  counterexamples: ["split(a, b)", "split(a + b, a + b)", "split(a*b + c*d, a*b + c*d)"],
  parts: (phase1: Denotation, phase2: Denotation) => ({
    phase1: phase1.kind === "formula" ? phase1.expr : phase1.parts.phase1,
    phase2: phase2.kind === "formula" ? phase2.expr : bothPhases(phase2.parts).phase2,
  }),
})
