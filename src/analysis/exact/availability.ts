import type { Random } from "../../base/random.ts"
import { proportionInterval } from "../../base/statistics/estimates.ts"
import type { Phase } from "../../quorum/system.ts"
import type { FaultDomain, NodeTable } from "../nodes.ts"
import { decisionDiagram, denseDiagram } from "./decision-diagram.ts"
import { bySums, maxDense } from "./sums.ts"
import {
  type Analysed,
  type Formula,
  type Gate,
  alwaysHolds,
  childWeight,
  formulaOf,
  holdsOn,
  isReadOnceFormula,
  neverHolds,
  positionsIn,
  weightOf,
} from "./formula.ts"

/**
 * The probability that no quorum is live: exact, estimated, or unknown.
 *
 * `exact` is exact up to rounding (about 1e-12 relative). An `estimate` is a Monte Carlo frequency with
 * its 95% interval (Wilson 1927). `unknown` gives the reason why neither was possible.
 */
export type FailureProbability =
  | { readonly kind: "exact"; readonly value: number }
  | {
      readonly kind: "estimate"
      readonly value: number
      readonly low: number
      readonly high: number
      readonly samples: number
    }
  | { readonly kind: "unknown"; readonly because: string }

/**
 * The Monte Carlo fallback where the exact engines reach their limits: the number of samples and their
 * random stream.
 */
export interface Sampling {
  readonly random: Random
  /** Default 100,000, a half-width of about 0.003 around one half; fewer beyond 50 nodes, so as to take a second. */
  readonly samples?: number
}

/** What decides which nodes are live: their own failures, and fault domains that take all their nodes with them. */
export type Failures = Pick<NodeTable, "failureProbability" | "domains">

/**
 * F_p of a phase: the probability that the live nodes contain no quorum of it,
 * when node x is down with its own probability and every fault domain takes all
 * its nodes down with its probability, all independently (Naor and Wool 1998,
 * §2; Peleg and Wool 1995).
 *
 * A domain becomes an additional node, which all its members need. Where it coincides with a part of a
 * read-once formula it stays read-once; up to 12 domains that cut across parts are conditioned on, each
 * combination of failures in turn; otherwise a decision diagram is used, and beyond its limit
 * `sampling`.
 */
export function failureProbability(
  system: Analysed,
  phase: Phase,
  failures: Failures,
  sampling?: Sampling,
): FailureProbability {
  return failureProbabilityOf(formulaOf(system, phase), failures, sampling)
}

/** The same of a formula. */
export function failureProbabilityOf(
  formula: Formula,
  failures: Failures,
  sampling?: Sampling,
): FailureProbability {
  const odds = exactOdds(formula, failures)
  if (odds !== undefined) return { kind: "exact", value: odds.fails }
  if (sampling !== undefined) return estimate(formula, failures, sampling)
  return {
    kind: "unknown",
    because:
      "nodes occur several times in the formula and its decision diagram is too large; ask for an estimate by giving a seed",
  }
}

/** Domains conditioned on cost a factor of two each. */
const maxConditioned = 12

/**
 * The odds without sampling, or nothing: by recursion, conditioning on the domains that cut across parts
 * where they are few, else by decision diagram.
 */
function exactOdds(formula: Formula, failures: Failures): Odds | undefined {
  const nodes = failures.failureProbability.map(oddsOfFailure)
  const domains = failures.domains.filter(({ failureProbability: p }) => p > 0)
  const first = nodes.length
  const guarded = guardedBy(formula, domains, first)
  const all = [...nodes, ...domains.map(({ failureProbability: p }) => oddsOfFailure(p))]
  if (isReadOnceFormula(formula)) {
    const repeated = repeatedFrom(guarded, first)
    if (repeated.length <= maxConditioned) return conditioned(guarded, repeated, all)
  }
  return reliabilityOf(guarded)?.(all)
}

/**
 * The formula with every domain as one more node, at position `first` and on: joined to the largest part
 * that covers exactly the domain, where there is one, and to each of its nodes otherwise.
 */
function guardedBy(formula: Formula, domains: readonly FaultDomain[], first: number): Formula {
  return domains.reduce<Formula>(
    (inner, { positions }, i) =>
      guard(inner, new Set(positions), { kind: "leaf", position: first + i }, first),
    formula,
  )
}

function guard(formula: Formula, inside: ReadonlySet<number>, domain: Formula, first: number): Formula {
  const named = positionsIn(formula).filter((position) => position < first)
  if (named.length > 0 && named.every((position) => inside.has(position))) {
    return { kind: "gate", need: 2, children: [domain, formula] }
  }
  if (formula.kind === "leaf" || !named.some((position) => inside.has(position))) return formula
  return { ...formula, children: formula.children.map((child) => guard(child, inside, domain, first)) }
}

/** The domain nodes that occur more than once. */
function repeatedFrom(formula: Formula, first: number): number[] {
  const seen = new Map<number, number>()
  const visit = (f: Formula): void => {
    if (f.kind === "gate") f.children.forEach(visit)
    else if (f.position >= first) seen.set(f.position, (seen.get(f.position) ?? 0) + 1)
  }
  visit(formula)
  return [...seen].flatMap(([position, times]) => (times > 1 ? [position] : []))
}

/** The sum over all ways the repeated domains can be up or down. Given one way, every node occurs once in effect. */
function conditioned(formula: Formula, repeated: readonly number[], odds: readonly Odds[]): Odds {
  const [position, ...others] = repeated
  if (position === undefined) return reliabilityOf(singleUse(formula, odds))!(odds)
  const given = (up: boolean): Odds =>
    conditioned(formula, others, odds.with(position, up ? { holds: 1, fails: 0 } : { holds: 0, fails: 1 }))
  const domain = odds[position]!
  const [up, down] = [given(true), given(false)]
  return {
    holds: domain.holds * up.holds + domain.fails * down.holds,
    fails: domain.holds * up.fails + domain.fails * down.fails,
  }
}

/** Puts constants where nodes are certain, so that a certain node may occur often in a read-once formula. */
function singleUse(formula: Formula, odds: readonly Odds[]): Formula {
  if (formula.kind === "leaf") {
    const { holds, fails } = odds[formula.position]!
    if (holds === 1) return { kind: "gate", need: 0, children: [] }
    return fails === 1 ? { kind: "gate", need: 1, children: [] } : formula
  }
  return { ...formula, children: formula.children.map((child) => singleUse(child, odds)) }
}

function defaultSamples({ failureProbability }: Failures): number {
  return Math.min(100_000, Math.ceil(5_000_000 / failureProbability.length))
}

function estimate(formula: Formula, failures: Failures, sampling: Sampling): FailureProbability {
  const { random, samples = defaultSamples(failures) } = sampling
  let failed = 0
  for (let sample = 0; sample < samples; sample++) {
    const live = failures.failureProbability.map((p) => random.unit() >= p)
    for (const { positions, failureProbability: p } of failures.domains) {
      if (random.unit() < p) for (const position of positions) live[position] = false
    }
    if (!holdsOn(formula, live)) failed++
  }
  const { low, high } = proportionInterval(failed, samples)
  return { kind: "estimate", value: failed / samples, low: low!, high: high!, samples }
}

/**
 * The probability that one phase or the other has no live quorum: what a
 * deployment that must also survive a leader change cares about.
 */
export function eitherPhaseFails(
  system: Analysed,
  failures: Failures,
  sampling?: Sampling,
): FailureProbability {
  return failureProbabilityOf(bothFormulas(formulaOf(system, 1), formulaOf(system, 2)), failures, sampling)
}

/** A formula that holds when both do; of two thresholds over the same children, the higher. */
export function bothFormulas(a: Formula, b: Formula): Formula {
  if (alwaysHolds(a) || neverHolds(b)) return b
  if (alwaysHolds(b) || neverHolds(a)) return a
  if (a.kind === "gate" && b.kind === "gate" && sameChildren(a, b)) return a.need >= b.need ? a : b
  return JSON.stringify(a) === JSON.stringify(b) ? a : { kind: "gate", need: 2, children: [a, b] }
}

function sameChildren(a: Formula & { kind: "gate" }, b: Formula & { kind: "gate" }): boolean {
  return (
    a.children.length === b.children.length &&
    JSON.stringify([a.children, a.weights]) === JSON.stringify([b.children, b.weights])
  )
}

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
  if (goal > maxDense) return reachSparse(gate, goal, parts)
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

/** The same for large weights. */
function reachSparse(gate: Gate, goal: number, parts: readonly Odds[]): Odds {
  const sums = bySums(
    gate,
    goal,
    1,
    (here, child) => ({ added: here * parts[child]!.holds, left: here * parts[child]!.fails }),
    (a, b) => a + b,
  )
  let fails = 0
  for (const [sum, probability] of sums) if (sum < goal) fails += probability
  return { holds: sums.get(goal) ?? 0, fails }
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
