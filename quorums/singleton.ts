import { acceptorNames, defineQuorumSystem, symmetric } from "../src/quorum/define.ts"
import { node } from "../src/quorum/expression.ts"
import { optional, size } from "../src/quorum/parameter.ts"

/**
 * One acceptor decides alone: the single-acceptor algorithm. Any others are
 * bystanders. It is the most available system when acceptors are down more
 * often than up, and the least when they are not.
 */
export default defineQuorumSystem({
  id: "singleton",
  summary: "The first acceptor alone, in both phases; the others of n, if any, are never asked.",
  reference: "Howard 2019, Algorithms 1-2; Peleg and Wool 1995, The availability of quorum systems",
  parameters: [optional(size("n"))],
  examples: ["singleton()", "singleton(1)", "singleton(3)"],
  counterexamples: ["split(a1, a2)"],
  parts: (n = 1) => symmetric(node("a1"), acceptorNames(n)),
})
