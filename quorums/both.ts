import { defineQuorumSystem, symmetric } from "../src/quorum/define.ts"
import { type Denotation, expression } from "../src/quorum/parameter.ts"

/**
 * The same quorums in both phases, as Raft, Corosync or Stellar mean a formula:
 * a formula alone is phase 1, and phase 2 then its dual. Of a whole system,
 * its phase-1 formula.
 */
export default defineQuorumSystem({
  id: "both",
  summary: "The quorums of one expression, in both phases.",
  reference: "Howard 2019, §3.11 (classic Paxos with general quorums)",
  parameters: [expression("quorums")],
  examples: ["both(a)", "both(a*b + b*c)", "both(choose(3, a, b, c, d))", "both(choose(3, a, b, c, d + e))"],
  counterexamples: ["both(a + b)", "both(a*b + c*d)", "both(choose(2, a, b, c, d))"],
  parts: (quorums: Denotation) => symmetric(quorums.kind === "formula" ? quorums.expr : quorums.parts.phase1),
})
