import { UsageError } from "../base/errors.ts"
import type { NodeId, QuorumExpr } from "../quorum/expression.ts"
import { type QuorumSystem, quorumSystem } from "../quorum/system.ts"
import { Candidates, pointOf } from "./strategy/candidate.ts"
import { readOnceExpressions } from "./exact/read-once.ts"
import { type NodeOptions, type NodeProperties, checked, latencyRule, probabilityRule } from "./nodes.ts"
import { loadTools } from "./strategy/optimum.ts"
import { ParetoFront } from "../base/pareto.ts"
import { type Measure, measures } from "./strategy/program.ts"
import { type Phase1Fraction, workloadOf } from "./strategy/workload.ts"

/** The nodes to build systems from, and what a system must keep. */
export interface SearchRequest extends NodeOptions {
  /** The nodes there are. A system may leave some out. */
  readonly nodes: Readonly<Record<NodeId, NodeProperties>>
  readonly phase1Fraction?: Phase1Fraction
  /** What each system's strategy is optimised for, and the best system chosen by; default load. */
  readonly objective?: Measure
  readonly limits?: Readonly<Partial<Record<Measure, number>>>
  /** The failures both phases must survive; default 0. */
  readonly resilience?: number
  /** The largest acceptable probability that a phase has no live quorum; default 1. */
  readonly mostFailureProbability?: number
  /** Asked all the time; once it says true, the search ends with what it has. Default never. */
  readonly expired?: () => boolean
}

/**
 * A system and what it is worth: each measure at the best the system can do in
 * it, the objective within the limits. No one strategy need reach them all at
 * once; `optimalStrategy` trades them.
 */
export interface FoundSystem {
  /** The phase-1 formula; phase 2 is its dual. */
  readonly system: QuorumSystem
  readonly load: number
  readonly networkLoad: number
  readonly latency: number
  /** The failures both phases survive. */
  readonly resilience: number
  /** The probability that one phase or the other has no live quorum. */
  readonly failureProbability: number
  /** The optimum of the objective as a fraction, where it was proved. */
  readonly exact?: string
}

/** What a search found, and whether it was all there is. */
export interface SearchResult {
  /** Whether every system was considered: then `best` is optimal and the front whole. */
  readonly complete: boolean
  /** The systems considered, most of them dismissed by a bound. */
  readonly considered: number
  /** The linear programs solved on the way. */
  readonly optimised: number
  /** The best by the objective; of equals the one considered first. Absent where none keeps the limits. */
  readonly best?: FoundSystem
  /** The systems that no other beats in load, latency, network load, resilience and failure probability together. */
  readonly front: readonly FoundSystem[]
}

/**
 * The best systems over given nodes: every formula of counting gates that names
 * a node at most once (the rest of the plane is rarely better, and much
 * larger), up to the exchange of equal nodes, with phase 2 its dual, which
 * makes phase 2 as easy as phase 1 allows.
 *
 * Branch and bound without branches: resilience and failure probability are
 * computed first, by recursion; the objective is bounded from below by the
 * node prices of programs solved before, and only what could still be best or
 * on the front is optimised. All nodes different, five take about a second, six
 * some ten.
 */
export async function search(request: SearchRequest): Promise<SearchResult> {
  refuseOdd(request)
  const { objective = "load", limits = {}, resilience = 0, mostFailureProbability = 1 } = request
  const expired = request.expired ?? (() => false)
  const candidates = new Candidates(
    {
      names: Object.keys(request.nodes),
      options: request,
      workload: workloadOf(request.phase1Fraction ?? 0.5),
      goal: { objective, limits },
      resilience,
      mostFailureProbability,
    },
    await loadTools(),
  )
  const front = new ParetoFront<FoundSystem>()
  let considered = 0
  for (const expr of readOnceExpressions(kindsOf(request), expired)) {
    if (expired()) break
    considered++
    const found = candidates.examine(systemOf(expr), (point) => front.covers(point))
    if (found !== undefined) front.add(pointOf(found), found)
  }
  const complete = !expired()
  const proved: FoundSystem[] = []
  for (const found of front.items) proved.push(await candidates.prove(found))
  const ranked = ranking(proved, objective)
  return {
    complete,
    considered,
    optimised: candidates.optimised,
    ...(ranked[0] && { best: ranked[0] }),
    front: ranked,
  }
}

function systemOf(phase1: QuorumExpr): QuorumSystem {
  return quorumSystem({ phase1 })
}

function ranking(found: readonly FoundSystem[], objective: Measure): FoundSystem[] {
  const value = ({ load, networkLoad, latency }: FoundSystem): number =>
    objective === "load" ? load : objective === "network" ? networkLoad : latency
  const order = found.map((one, i) => ({ one, i, point: [value(one), ...pointOf(one)] }))
  return order.sort((a, b) => comparePoints(a.point, b.point) || a.i - b.i).map(({ one }) => one)
}

function comparePoints(a: readonly number[], b: readonly number[]): number {
  const i = a.findIndex((value, at) => Math.abs(value - b[at]!) > 1e-9)
  return i < 0 ? 0 : a[i]! - b[i]!
}

/** Nodes with the same properties are interchangeable. Groups and names are in the order given. */
function kindsOf({ nodes }: SearchRequest): string[][] {
  const kinds = new Map<string, string[]>()
  for (const [name, of] of Object.entries(nodes)) {
    const key = JSON.stringify([of.capacity, of.latency, of.failureProbability, of.zone])
    kinds.set(key, [...(kinds.get(key) ?? []), name])
  }
  return [...kinds.values()]
}

function refuseOdd({ nodes, limits = {}, resilience = 0, mostFailureProbability = 1 }: SearchRequest): void {
  if (Object.keys(nodes).length === 0) {
    throw new UsageError("A search needs nodes to build systems from; none are given.")
  }
  for (const measure of measures) {
    if (limits[measure] !== undefined) checked({ ...latencyRule, what: "limit" }, measure, limits[measure])
  }
  if (!Number.isSafeInteger(resilience) || resilience < 0) {
    throw new UsageError(
      `The resilience asked for is ${resilience}; it must be a whole number of at least 0.`,
    )
  }
  checked({ ...probabilityRule, what: "largest failure probability" }, "the system", mostFailureProbability)
}
