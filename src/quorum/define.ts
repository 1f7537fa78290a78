import { UsageError } from "../base/errors.ts"
import {
  type NodeId,
  type QuorumExpr,
  and,
  dual,
  formatExpr,
  node,
  nodesOf,
  or,
  positionsOf,
  simplify,
} from "./expression.ts"
import { minimalQuorumsOf, termBound } from "./minimal.ts"
import type { Denotation, Parameter } from "./parameter.ts"
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
  /** The number of the requirement its systems are made to satisfy; 4.4 unless said. */
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
 * notation finds the same family by its id. The system's name is the call, as the notation reads it:
 * whatever is printed can be pasted back.
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

/** More acceptors than this in one system is taken for a slip of the keyboard. */
const maxAcceptors = 10_000

/** a1 … an: what acceptors are called where only their number is given. */
export function acceptorNames(n: number): NodeId[] {
  refuseTooMany(n)
  return Array.from({ length: n }, (_, i) => `a${i + 1}`)
}

/** Throws UsageError before a slip such as `majority(1e9)` fills the memory. */
export function refuseTooMany(n: number): void {
  if (n <= maxAcceptors) return
  throw new UsageError(`the system would have ${n} acceptors; at most ${maxAcceptors} are supported.`)
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
  return inEachPhase(value, `dual(${value.text})`, dual)
}

/**
 * `minimal(e)` of the notation: the same formula as the sum of its minimal
 * quorums; of a system, in each phase. Shows what an expression comes to, and
 * rids it of whatever never matters.
 */
export function minimalOf(value: Denotation): Denotation {
  return inEachPhase(value, `minimal(${value.text})`, (expr) => sumOfMinimalQuorums(expr, value.text))
}

/** Quorums beyond this many are not written out. */
const maxQuorums = 100_000n

function sumOfMinimalQuorums(expr: QuorumExpr, text: string): QuorumExpr {
  // Asked of the bound, before any quorum is made.
  if (termBound(expr) > maxQuorums) {
    throw new UsageError(
      `minimal(${text}): up to ${termBound(expr)} quorums would have to be written out; at most ${maxQuorums} are.`,
    )
  }
  const nodes = nodesOf(expr)
  const quorums = [...minimalQuorumsOf(expr, positionsOf(nodes))]
  return simplify(or(...quorums.map((quorum) => and(...namesOf({ nodes }, quorum).map(node)))))
}

function inEachPhase(value: Denotation, text: string, change: (expr: QuorumExpr) => QuorumExpr): Denotation {
  if (value.kind === "formula") {
    const expr = change(value.expr)
    return { kind: "formula", expr, text: formatExpr(expr) }
  }
  const { phase1, phase2 } = bothPhases(value.parts)
  return { kind: "system", parts: { ...value.parts, phase1: change(phase1), phase2: change(phase2) }, text }
}
