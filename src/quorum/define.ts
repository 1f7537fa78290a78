import { LimitError, UsageError } from "../base/errors.ts"
import { abbreviated } from "../base/text.ts"
import {
  type NodeId,
  type QuorumExpr,
  and,
  dual,
  isReadOnce,
  maxTerms,
  node,
  nodesOf,
  or,
  positionsOf,
  refuseTooMany,
  simplify,
} from "./expression.ts"
import { largestQuorum, minimalQuorumsOf, termBound } from "./minimal.ts"
import { type Denotation, type Parameter, formulaValue } from "./parameter.ts"
import { type QuorumSystem, type SystemParts, namesOf, quorumSystem } from "./system.ts"

/**
 * A family of quorum systems: one file in `quorums/`, one line in its index.
 *
 * `examples` must satisfy "phase 1 meets phase 2" (Howard 2019, requirement
 * 4.4), or the requirement the family states, and `counterexamples`, near misses of the same shape, must not; the
 * conformance suite holds every family to both. `build` never refuses an unsafe
 * system: experiments need controls, and `check` is what tells.
 */
export interface QuorumFamily<Arguments extends readonly unknown[] = readonly never[]> {
  readonly id: string
  /** One sentence: what a quorum of each phase is. */
  readonly summary: string
  /** Where in the literature it comes from. */
  readonly reference: string
  readonly parameters: ParametersOf<Arguments>
  readonly examples: readonly string[]
  readonly counterexamples: readonly string[]
  /** The number of the requirement its systems are designed to satisfy; 4.4 by default. */
  readonly requirement?: string
  /** The formulas of given arguments, already read; throws UsageError where they do not go together. */
  readonly parts: (...args: Arguments) => SystemParts
}

/**
 * One parameter for each argument of `parts`, of its type: a family cannot list fewer than its formulas
 * take.
 */
export type ParametersOf<Arguments extends readonly unknown[]> = {
  readonly [K in keyof Arguments]-?: Parameter<Arguments[K]>
}

/** A family that can be called with its arguments: `grid(2, 3)`. */
export type QuorumFamilyFunction<Arguments extends readonly unknown[]> = QuorumFamily<Arguments> &
  ((...args: Arguments) => QuorumSystem)

/** Any family, its arguments unknown: what the catalogue holds and the notation calls. */
export type AnyFamily = Omit<QuorumFamily, "parts" | "parameters"> & {
  readonly parameters: readonly Parameter<unknown>[]
  readonly parts: (...args: never[]) => SystemParts
}

/** The families the notation knows, by id. */
export type Catalogue = ReadonlyMap<string, AnyFamily>

/**
 * Makes a family callable and keeps its description on it, so that code writes `grid(2, 3)` and the
 * notation finds the same family by its id. The system's name is the call in the notation, so that
 * printed names can be pasted back.
 */
export function defineQuorumSystem<Arguments extends readonly unknown[]>(
  family: QuorumFamily<Arguments>,
): QuorumFamilyFunction<Arguments> {
  const build = (...args: Arguments): QuorumSystem => {
    const given = args.flatMap((value, i) =>
      value === undefined ? [] : [parameterAt(family, i)!.show(value)],
    )
    return quorumSystem(partsOf(family, args), `${family.id}(${given.join(", ")})`)
  }
  return Object.assign(build, family)
}

/** The formulas of a family for these arguments, and what they are made to satisfy. */
export function partsOf<Arguments extends readonly unknown[]>(
  { parts, requirement }: Pick<QuorumFamily<Arguments>, "parts" | "requirement">,
  args: Arguments,
): SystemParts {
  return { ...parts(...args), ...(requirement !== undefined && { requirement }) }
}

/** "grid(rows, columns)"; an optional parameter as "k?", one that takes all the rest as "inner…". */
export function signature(family: Pick<AnyFamily, "id" | "parameters">): string {
  const names = family.parameters.map(
    ({ name, optional, rest }) => name + (optional === true ? "?" : rest === true ? "…" : ""),
  )
  return `${family.id}(${names.join(", ")})`
}

/** The parameter that reads the argument at a place, or nothing beyond the last. */
export function parameterAt(
  { parameters }: { readonly parameters: readonly unknown[] },
  place: number,
): Parameter<unknown> | undefined {
  const all = parameters as readonly Parameter<unknown>[]
  const last = all.at(-1)
  return all[place] ?? (last?.rest === true ? last : undefined)
}

/** The families by id; two of one id are a UsageError, as one of them could never be called. */
export function catalogueOf(families: readonly AnyFamily[]): Catalogue {
  const byId = new Map(families.map((family) => [family.id, family]))
  if (byId.size < families.length)
    throw new UsageError("two quorum system families have the same id; ids must be unique.")
  return byId
}

/** a1 … an: what acceptors are called where only their number is given. */
export function acceptorNames(n: number): NodeId[] {
  refuseTooMany(n)
  return Array.from({ length: n }, (_, i) => `a${i + 1}`)
}

/** The acceptors of `acceptorNames`, each as a formula. */
export function acceptors(n: number): QuorumExpr[] {
  return acceptorNames(n).map(node)
}

/** One formula for both phases: the classic, symmetric quorum system. */
export function symmetric(expr: QuorumExpr, nodes?: readonly NodeId[]): SystemParts {
  return { phase1: expr, phase2: expr, ...(nodes && { nodes }) }
}

/** Both formulas of a system's parts, the second defaulting to the dual of the first. */
export function bothPhases(parts: SystemParts): { phase1: QuorumExpr; phase2: QuorumExpr } {
  return { phase1: parts.phase1, phase2: parts.phase2 ?? dual(parts.phase1) }
}

/** `dual(e)` of the notation: the sets that meet every quorum of a formula; of a system, in each phase. */
export function dualOf(value: Denotation): Denotation {
  return inEachPhase(value, "dual", dual)
}

/**
 * `minimal(e)` of the notation: the same formula as the sum of its minimal quorums; of a system, in each
 * phase. Shows the quorums of an expression, without redundant parts.
 */
export function minimalOf(value: Denotation): Denotation {
  return inEachPhase(value, "minimal", (expr) => sumOfMinimalQuorums(expr, value))
}

function sumOfMinimalQuorums(expr: QuorumExpr, given: Denotation): QuorumExpr {
  const nodes = nodesOf(expr)
  refuseManyQuorums(expr, given)
  const quorums = [...minimalQuorumsOf(expr, positionsOf(nodes))]
  return simplify(or(...quorums.map((quorum) => and(...namesOf({ nodes }, quorum).map(node)))))
}

/**
 * An upper bound on the cost of `minimal(e)`, in nodes and gates built; checked before any quorum is
 * made.
 */
export function minimalCost(value: Denotation): number {
  const { phase1, phase2 = phase1 } = value.kind === "formula" ? { phase1: value.expr } : value.parts
  return listingCost(phase1) + (phase2 === phase1 ? 0 : listingCost(phase2))
}

function listingCost(expr: QuorumExpr): number {
  const nodes = nodesOf(expr).length
  const quorums = Number(termBound(expr))
  const written = listedAt * quorums * (largestQuorum(expr, nodes) + 1)
  // Where a node occurs twice, one product may contain another, and all are compared.
  if (isReadOnce(simplify(expr))) return written
  const words = nodes <= 53 ? 1 : 10 + Math.ceil(nodes / 53)
  return written + (quorums * quorums * words) / comparisonsPerTerm
}

/** The time for a node of a listed quorum, in nodes of a formula. */
const listedAt = 8

/** Sets of up to 53 nodes compared in the time that a node of a formula takes. */
const comparisonsPerTerm = 100

function refuseManyQuorums(expr: QuorumExpr, given: Denotation): void {
  if (listingCost(expr) <= maxTerms) return
  const bound = termBound(expr)
  const quorums = bound < 2n ** 64n ? `up to ${bound}` : "2^64 or more"
  throw new LimitError(
    `minimal(${abbreviated(given.text)}): ${quorums} quorums would have to be written out, ` +
      `of up to ${largestQuorum(expr, nodesOf(expr).length)} nodes; at most ${maxTerms / listedAt} nodes in all are, and fewer where quorums must be compared. ` +
      `Try fewer nodes; check and analyze need no list of quorums.`,
  )
}

function inEachPhase(value: Denotation, name: string, change: (expr: QuorumExpr) => QuorumExpr): Denotation {
  if (value.kind === "formula") {
    return formulaValue(change(value.expr))
  }
  const { phase1, phase2 } = bothPhases(value.parts)
  return {
    kind: "system",
    parts: { ...value.parts, phase1: change(phase1), phase2: change(phase2) },
    text: `${name}(${value.text})`,
  }
}
