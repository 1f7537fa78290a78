import { type NodeSet, difference, members, nodeSet } from "../base/node-set.ts"
import { UsageError } from "../base/errors.ts"
import { dualFormula, formulaOf, positionsIn, tierOf } from "./formula.ts"
import { anyPricerOf } from "./integer-pricer.ts"
import {
  type GeneratedQuorum,
  type QuorumSource,
  type SourceRequest,
  type TimedPricer,
  byClasses,
  generatedSource,
  latencyClasses,
  latencyOf,
  listSource,
} from "./quorum-source.ts"
import { resilience } from "./resilience.ts"
import { resilientIntegerPricer, resilientPricer } from "./resilient-pricer.ts"
import { loadSolver } from "./solver.ts"

/** Up to so many nodes all sets are tried. */
const mostTried = 10

/**
 * The sets of a phase that still hold a quorum after any `failures` of their
 * members fail: all of them for a few nodes, else generated, exactly for trees
 * and by integer programs for other formulas and where latency matters.
 */
export async function resilientSource(request: SourceRequest, failures: number): Promise<QuorumSource> {
  const { system, phase, timed } = request
  const most = await resilience(system, phase)
  if (failures > most) {
    throw new UsageError(
      `No strategy of ${system.name} survives any ${failures} failures in phase ${phase}: ` +
        `even all nodes together survive at most ${most}. Ask for at most that many.`,
    )
  }
  const formula = formulaOf(system, phase)
  const used = positionsIn(formula).filter(request.allows)
  if (used.length <= mostTried) return listSource(request, formula, resilientSets(request, used, failures))
  if (tierOf(formula) === "tree" && !timed) {
    return generatedSource(request, byClasses(request, formula, resilientPricer(formula, failures)), true)
  }
  return generatedSource(request, await integerSource(request, failures), false)
}

/** The sets that survive; the minimal ones where time is no matter, since more nodes then only cost more. */
function resilientSets(
  { system, phase, timed }: SourceRequest,
  used: readonly number[],
  failures: number,
): NodeSet[] {
  const survives = (set: NodeSet, left: number, below: number): boolean =>
    system.isQuorum(phase, set) &&
    (left === 0 ||
      members(set).every(
        (node) => node >= below || survives(difference(set, nodeSet([node])), left - 1, node),
      ))
  const sets = Array.from({ length: 2 ** used.length }, (_, bits) =>
    nodeSet(used.filter((_, i) => (bits >> i) & 1)),
  )
  const resilient = sets.filter((set) => survives(set, failures, Infinity))
  if (timed) return resilient
  const all = new Set(resilient)
  // Monotone: a set is minimal when leaving out any one node is too many.
  return resilient.filter((set) => members(set).every((node) => !all.has(difference(set, nodeSet([node])))))
}

async function integerSource(request: SourceRequest, failures: number): Promise<TimedPricer> {
  const { system, phase, allows, latency, timed } = request
  const formula = formulaOf(system, phase)
  const meeting = await anyPricerOf(dualFormula(formula))
  const pricer = resilientIntegerPricer(formula, failures, meeting, await loadSolver())
  const classes = latencyClasses(request, formula)
  return (prices, timePrice) => {
    const usable = prices.map((price, node) => (allows(node) ? price : Infinity))
    let best: GeneratedQuorum | undefined
    for (const t of classes) {
      const choice = pricer(usable, (node) => !timed || latency[node]! <= t)
      if (choice === undefined) continue
      const cost = choice.cost + timePrice(t)
      if (best !== undefined && cost >= best.cost) continue
      best = { cost, nodes: choice.nodes, latency: latencyOf(request, formula, choice.nodes) }
    }
    return best
  }
}
