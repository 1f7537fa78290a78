import type { Highs } from "highs"
import { InvariantError, UsageError } from "../../base/errors.ts"
import { type NodeSet, difference, members, nodeSet } from "../../base/node-set.ts"
import { type Formula, type Gate, dualFormula, formulaOf, positionsIn, tierOf } from "../exact/formula.ts"
import { resilience } from "../exact/resilience.ts"
import { requireQuorum } from "./decompose.ts"
import { type Choice, type Pricer, anyPricerOf } from "./pricer.ts"
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
import { ProgramBuilder, loadSolver, solveIntegers } from "./solver.ts"

/** With at most this many nodes all sets are enumerated. */
const maxTried = 10

/**
 * The sets of a phase that still hold a quorum after any `failures` of their
 * members fail: all of them for a few nodes, else generated, exactly for trees
 * and by integer programs for other formulas and where latency matters.
 */
export async function resilientSource(request: SourceRequest, failures: number): Promise<QuorumSource> {
  const { system, phase, timed } = request
  const max = await resilience(system, phase)
  if (failures > max) {
    throw new UsageError(
      `no strategy of ${system.name} survives any ${failures} failures in phase ${phase}: ` +
        `all nodes together survive at most ${max}. Try at most ${max} failures.`,
    )
  }
  const formula = formulaOf(system, phase)
  const used = positionsIn(formula).filter(request.allows)
  if (used.length <= maxTried) return listSource(request, formula, resilientSets(request, used, failures))
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

/**
 * The cheapest set of nodes that still holds a quorum after any `failures` of
 * its members fail, for a tree of counting gates.
 *
 * Level t of a subtree is its cheapest set that t failures are needed to break. At a k-of-m gate whose
 * children have levels t₁ ≥ t₂ ≥ …, an adversary breaks the weakest until fewer than k are left: t_k +
 * t_{k+1} + … failures. So k − 1 children only need to be at least as strong as any other, and the
 * others must sum to t. Cost: O(m·k·t³) at a gate.
 */
export function resilientPricer(formula: Formula, failures: number): Pricer {
  return (prices) => levels(formula, failures + 1, prices)[failures + 1]
}

/** level[t] for t = 0 … most; absent where no set of nodes survives t − 1 failures. */
type Levels = readonly (Choice | undefined)[]

const unused: Choice = { cost: 0, nodes: [] }

function levels(formula: Formula, max: number, prices: readonly number[]): Levels {
  if (formula.kind === "leaf") {
    const cost = prices[formula.position]!
    const whole: Choice | undefined = cost === Infinity ? undefined : { cost, nodes: [formula.position] }
    return Array.from({ length: max + 1 }, (_, t) => (t === 0 ? unused : t === 1 ? whole : undefined))
  }
  if (formula.need <= 0) return Array<Choice>(max + 1).fill(unused)
  const parts = formula.children.map((child) => levels(child, max, prices))
  const best: (Choice | undefined)[] = [unused, ...Array<undefined>(max).fill(undefined)]
  for (let strongest = 1; strongest <= max; strongest++) {
    gateLevels(formula, parts, strongest, max).forEach((choice, t) => {
      if (t > 0 && choice !== undefined && !(best[t] !== undefined && best[t].cost <= choice.cost))
        best[t] = choice
    })
  }
  return best
}

/** A choice for the processed children: its cost, and the step before it. */
interface Step {
  readonly cost: number
  readonly taken?: Choice
  readonly before?: Step
}

/**
 * The levels of a gate when need − 1 children have the level `strongest` and no other has more.
 * state[tops][sum]: the cheapest with `tops` children at the top and the others summing to `sum`, capped
 * at `most`.
 */
function gateLevels(
  gate: Gate,
  parts: readonly Levels[],
  strongest: number,
  max: number,
): (Choice | undefined)[] {
  const tops = gate.need - 1
  let state: (Step | undefined)[][] = Array.from({ length: tops + 1 }, () =>
    Array<Step | undefined>(max + 1).fill(undefined),
  )
  state[0]![0] = { cost: 0 }
  for (const part of parts) {
    const next = state.map((row) => [...row])
    state.forEach((row, top) =>
      row.forEach((step, sum) => {
        if (step === undefined) return
        if (top < tops) improve(next[top + 1]!, sum, step, part[strongest])
        for (let t = 1; t <= strongest; t++) improve(next[top]!, Math.min(sum + t, max), step, part[t])
      }),
    )
    state = next
  }
  return state[tops]!.map((_, t) => cheapestOf(state[tops]!.slice(t)))
}

function improve(row: (Step | undefined)[], sum: number, before: Step, taken: Choice | undefined): void {
  if (taken === undefined) return
  const cost = before.cost + taken.cost
  if (row[sum] === undefined || cost < row[sum].cost) row[sum] = { cost, taken, before }
}

function cheapestOf(steps: readonly (Step | undefined)[]): Choice | undefined {
  let best: Step | undefined
  for (const step of steps)
    if (step !== undefined && (best === undefined || step.cost < best.cost)) best = step
  if (best === undefined) return undefined
  const nodes: number[] = []
  for (let step: Step | undefined = best; step !== undefined; step = step.before) {
    if (step.taken !== undefined) nodes.push(...step.taken.nodes)
  }
  return { cost: best.cost, nodes }
}

/**
 * The same for any formula, by integer programs, and with a quorum among the
 * nodes of `inTime`.
 *
 * A set survives any f failures exactly when it has more than f nodes of every
 * set that meets all quorums. Such sets are too many to write down, so each is
 * added when a solution violates it: it is a cheapest quorum of the dual, whose
 * nodes cost something only inside the solution.
 */
export function resilientIntegerPricer(
  formula: Formula,
  failures: number,
  cheapestMeeting: Pricer,
  highs: Highs,
): (prices: readonly number[], inTime: (node: number) => boolean) => Choice | undefined {
  const positions = positionsIn(formula)
  const met: (readonly number[])[] = []
  return (prices, inTime) => {
    const possible = positions.filter((position) => prices[position]! < Infinity)
    for (;;) {
      const chosen = cheapestThrough(formula, possible, prices, inTime, met, failures, highs)
      if (chosen === undefined) return undefined
      const isIn = new Set(chosen)
      // Outside the solution a node costs next to nothing: the smallest of the sets that violate.
      const inside = prices.map((_, node) => (isIn.has(node) ? 1 : 1e-4))
      const meeting = cheapestMeeting(inside)?.nodes ?? []
      if (meeting.filter((node) => isIn.has(node)).length > failures) {
        return { cost: chosen.reduce((sum, node) => sum + prices[node]!, 0), nodes: chosen }
      }
      if (
        met.some((known) => known.length === meeting.length && known.every((node, i) => node === meeting[i]))
      ) {
        throw new InvariantError("an integer program did not keep a row it was given.")
      }
      met.push(meeting)
    }
  }
}

function cheapestThrough(
  formula: Formula,
  possible: readonly number[],
  prices: readonly number[],
  inTime: (node: number) => boolean,
  met: readonly (readonly number[])[],
  failures: number,
  highs: Highs,
): number[] | undefined {
  const builder = new ProgramBuilder()
  const used: (number | undefined)[] = []
  for (const node of possible) used[node] = builder.variable(prices[node]!, 1, true)
  requireQuorum(
    builder,
    formula,
    used.map((variable, node) => (inTime(node) ? variable : undefined)),
  )
  for (const nodes of met) {
    const inProgram = nodes.flatMap((node) => used[node] ?? [])
    if (inProgram.length <= failures) return undefined
    builder.row(
      failures + 1,
      Infinity,
      inProgram.map((variable) => [variable, 1] as const),
    )
  }
  const values = solveIntegers(highs, builder.program())
  return values && possible.filter((node) => values[used[node]!]! > 0.5)
}
