import type { NodeSet } from "../base/node-set.ts"
import { UsageError } from "../base/errors.ts"
import type { Random } from "../base/random.ts"
import type { Strategy, WeightedQuorum } from "../analysis/index.ts"
import type { QuorumPlan } from "../quorum/plan.ts"

/**
 * The strategy of least load for the system of a plan that has one, where a
 * share of the phases are phase 1: a half for a single decision, none for a
 * leader that has been elected. Cost: a linear program.
 */
export async function leastLoadStrategy(plan: QuorumPlan, phase1Share: number): Promise<Strategy> {
  const { nodeTable, optimalStrategy, workloadOf } = await import("../analysis/index.ts")
  if (plan.ranges.length > 1) {
    throw new UsageError(
      `${plan.name} has a system for each range of epochs; a strategy is for one system. Ask for the closest quorum, or a random one.`,
    )
  }
  const system = plan.systemAt(0)
  const { strategy } = await optimalStrategy({
    system,
    workload: workloadOf(phase1Share),
    table: nodeTable(system),
    objective: "load",
    limits: {},
    failures: 0,
  })
  return strategy
}

/**
 * A list of quorums in which each has its share, to the nearest one in `count`,
 * in an order drawn by lot: taking them in turn keeps to the strategy more
 * closely than drawing each time would.
 */
export function inProportion(quorums: readonly WeightedQuorum[], count: number, random: Random): NodeSet[] {
  const shares = quorums.map(({ quorum, probability }) => ({
    quorum,
    whole: Math.floor(probability * count),
    rest: (probability * count) % 1,
  }))
  let missing = count - shares.reduce((sum, { whole }) => sum + whole, 0)
  // Largest remainders first; a stable sort, so that equals keep their order.
  const byRest = [...shares].sort((a, b) => b.rest - a.rest)
  const list = byRest.flatMap(({ quorum, whole }) =>
    new Array<NodeSet>(whole + (missing-- > 0 ? 1 : 0)).fill(quorum),
  )
  return shuffled(list, random)
}

/** Fisher and Yates. */
function shuffled<T>(list: readonly T[], random: Random): T[] {
  const out = [...list]
  for (let i = out.length - 1; i > 0; i--) {
    const j = random.below(i + 1)
    ;[out[i], out[j]] = [out[j]!, out[i]!]
  }
  return out
}
