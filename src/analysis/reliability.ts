import { decisionDiagram, denseDiagram } from "./decision-diagram.ts"
import { type Formula, type Gate, childWeight, isReadOnceFormula, weightOf } from "./formula.ts"

/**
 * The probabilities that a formula holds and that it fails. They sum to 1; both
 * are kept because the small one is then exact to full relative precision,
 * where 1 minus the other would be rounding noise.
 */
export interface Odds {
  readonly holds: number
  readonly fails: number
}

/** The odds of a formula when node x is live with the odds nodes[x], independently. */
export type Reliability = (nodes: readonly Odds[]) => Odds

/**
 * The exact reliability of a formula, or nothing where nodes repeat and the
 * decision diagram is too large.
 *
 * Read-once formulas: a Poisson–binomial recursion, one gate at a time, O(n·need)
 * per gate. Others: one pass over the diagram. Only sums of products of
 * probabilities are formed, so nothing cancels.
 */
export function reliabilityOf(formula: Formula): Reliability | undefined {
  if (isReadOnceFormula(formula)) return (nodes) => treeOdds(formula, nodes)
  return diagramReliability(formula)
}

/** The odds of a node that fails with probability p. */
export const oddsOfFailure = (p: number): Odds => ({ holds: 1 - p, fails: p })

function treeOdds(formula: Formula, nodes: readonly Odds[]): Odds {
  if (formula.kind === "leaf") return nodes[formula.position]!
  const total = weightOf(formula)
  const parts = formula.children.map((child) => treeOdds(child, nodes))
  const failing = total - formula.need + 1
  if (formula.need <= 0) return { holds: 1, fails: 0 }
  if (failing <= 0) return { holds: 0, fails: 1 }
  // Counting what fails is the same with the roles exchanged, and shorter above the middle.
  if (formula.need <= failing) return reach(formula, formula.need, parts)
  const { holds, fails } = reach(formula, failing, parts.map(exchanged))
  return { holds: fails, fails: holds }
}

const exchanged = ({ holds, fails }: Odds): Odds => ({ holds: fails, fails: holds })

/** The odds that the parts that hold weigh at least `goal`: the distribution of the weight, cut off there. */
function reach(gate: Gate, goal: number, parts: readonly Odds[]): Odds {
  const at = new Float64Array(goal + 1)
  at[0] = 1
  parts.forEach(({ holds, fails }, child) => {
    const weight = childWeight(gate, child)
    for (let w = goal; w >= 0; w--) {
      const here = at[w]!
      if (here === 0) continue
      const reached = Math.min(w + weight, goal)
      if (reached === w) continue
      at[reached]! += here * holds
      at[w] = here * fails
    }
  })
  let fails = 0
  for (let w = 0; w < goal; w++) fails += at[w]!
  return { holds: at[goal]!, fails }
}

function diagramReliability(formula: Formula): Reliability | undefined {
  const diagram = decisionDiagram(formula)
  if (diagram === undefined) return undefined
  const { size, root, position, low, high } = denseDiagram(diagram)
  const holds = new Float64Array(size)
  const fails = new Float64Array(size)
  holds[1] = 1
  fails[0] = 1
  return (nodes) => {
    for (let v = 2; v < size; v++) {
      const node = nodes[position[v]!]!
      const [left, taken] = [low[v]!, high[v]!]
      holds[v] = node.holds * holds[taken]! + node.fails * holds[left]!
      fails[v] = node.holds * fails[taken]! + node.fails * fails[left]!
    }
    return { holds: holds[root]!, fails: fails[root]! }
  }
}
