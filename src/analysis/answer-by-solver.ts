import { type Answers, type Question, formulaOf } from "../quorum/meet/question.ts"
import { type Verdict, holds, unknown, violated } from "../base/verdict.ts"
import { type NodeSet, difference, fullSet, intersection, nodeSet, size } from "../base/node-set.ts"
import { counterexample } from "./exact/implication.ts"
import { type QuorumExpr, compile, dual, positionsOf, totalWeight } from "../quorum/expression.ts"
import type { Highs } from "highs"
import { requireQuorum } from "./strategy/decompose.ts"
import { formulaFrom } from "./exact/formula.ts"
import { InvariantError } from "../base/errors.ts"
import { shrinkToMinimal } from "../quorum/minimal.ts"
import { ProgramBuilder, type Term, loadSolver, modelData } from "./strategy/solver.ts"

/** Branch-and-bound nodes after which the integer program is given up: seconds, or half a minute at hundreds of nodes. */
const defaultMostNodes = 500

/**
 * Decides by a solver what `answers` leaves unknown: by an integer program, and for two formulas also by
 * decision diagrams.
 *
 * The quorums of a witness are checked exactly. Their absence is confirmed exactly where diagrams are
 * small enough; elsewhere it relies on a solver that computes in doubles, and the reason states that.
 */
export async function answerBySolver(
  questions: readonly Question[],
  answers: Answers,
  maxNodes = defaultMostNodes,
): Promise<Answers> {
  const found = new Map<Question, Verdict<readonly NodeSet[]>>()
  for (const question of questions) {
    const quick = answers(question)
    found.set(question, quick.verdict === "unknown" ? await solveQuestion(question, maxNodes) : quick)
  }
  return (question) => found.get(question) ?? answers(question)
}

/** The solver has a feasibility tolerance of 1e-6, within which one vote among more than this many could be lost. */
const largestForSolver = 1_000_000

/** The largest total of votes of a gate of the formula. */
function mostVotes(expr: QuorumExpr): number {
  if (expr.kind === "node") return 0
  const own = expr.kind === "weighted" ? totalWeight(expr.weights) : 0
  return expr.children.reduce((max, child) => Math.max(max, mostVotes(child)), own)
}

async function solveQuestion(question: Question, maxNodes: number): Promise<Verdict<readonly NodeSet[]>> {
  if (question.sides.some((side) => mostVotes(formulaOf(side)) > largestForSolver)) {
    return (
      byDiagrams(question) ??
      unknown(
        `the search stopped without an answer, and votes above ${largestForSolver} are too large for integer programming in floating point; divide them by a common factor`,
      )
    )
  }
  const solved = disjointBySolver(await loadSolver(), question, maxNodes)
  if (typeof solved !== "string") return witness(question, solved, "found by integer programming")
  const exact = byDiagrams(question)
  if (exact !== undefined) return exact
  if (solved === "none") {
    return holds("by integer programming in floating point (HiGHS); not confirmed exactly")
  }
  return unknown(
    `integer programming stopped after ${maxNodes} branches without an answer, as had the search`,
  )
}

/** Two formulas have disjoint quorums unless the one implies the dual of the other. */
function byDiagrams({ sides, atLeast }: Question): Verdict<readonly NodeSet[]> | undefined {
  const [first, second, third] = sides
  if (first === undefined || second === undefined || third !== undefined || atLeast > 1) return undefined
  const { nodes } = first.system
  const apart = counterexample(formulaOf(first), dual(formulaOf(second)), nodes)
  if (apart === undefined) return undefined
  if (apart === "none") return holds("confirmed exactly by decision diagrams")
  const sets = [apart, difference(fullSet(nodes.length), apart)]
  return witness({ sides, atLeast }, sets, "found by decision diagrams")
}

/**
 * Quorums, one of each side, with fewer than `atLeast` nodes in common; "none",
 * or "open" when the branches are used up. A 0/1 variable for each side and
 * node; a node of all sides is one of the few they may share.
 */
function disjointBySolver(
  highs: Highs,
  { sides, atLeast }: Question,
  maxNodes: number,
): NodeSet[] | "none" | "open" {
  const { nodes } = sides[0]!.system
  const positions = positionsOf(nodes)
  const builder = new ProgramBuilder()
  const used = sides.map((side) => {
    const variables = nodes.map(() => builder.variable(0, 1, true))
    requireQuorum(builder, formulaFrom(formulaOf(side), positions), variables)
    return variables
  })
  const common = nodes.map(() => builder.variable(0, atLeast === 1 ? 0 : 1))
  nodes.forEach((_, node) => {
    const terms: Term[] = used.map((variables) => [variables[node]!, 1])
    builder.row(-Infinity, sides.length - 1, [...terms, [common[node]!, -1]])
  })
  builder.row(
    -Infinity,
    atLeast - 1,
    common.map((variable): Term => [variable, 1]),
  )
  const values = solve(highs, builder, maxNodes)
  if (typeof values === "string") return values
  return used.map((variables) =>
    nodeSet(variables.flatMap((variable, node) => (values[variable]! > 0.5 ? [node] : []))),
  )
}

function solve(highs: Highs, builder: ProgramBuilder, maxNodes: number): number[] | "none" | "open" {
  return highs.withModel(modelData(highs, builder.program()), (model) => {
    model.options.set({ output_flag: false, random_seed: 0, mip_max_nodes: maxNodes })
    model.run()
    const status = model.getModelStatus()
    const { optimal, infeasible, solutionLimit, iterationLimit } = highs.constants.modelStatus
    if (status === optimal) return [...model.getSolution().colValue]
    if (status === infeasible) return "none"
    if (status === solutionLimit || status === iterationLimit) return "open"
    throw new InvariantError(`HiGHS ended an integer program with status ${status}.`)
  })
}

function witness(
  { sides, atLeast }: Question,
  sets: readonly NodeSet[],
  because: string,
): Verdict<readonly NodeSet[]> {
  const positions = positionsOf(sides[0]!.system.nodes)
  const quorums = sides.map((side, i) => {
    const isQuorum = compile(formulaOf(side), positions)
    if (!isQuorum(sets[i]!)) throw new InvariantError("the solver chose a set of nodes that is not a quorum.")
    return shrinkToMinimal(isQuorum, sets[i]!)
  })
  if (size(quorums.reduce(intersection)) >= atLeast) {
    throw new InvariantError(`the solver chose quorums with ${atLeast} nodes or more in common.`)
  }
  return violated(quorums, because)
}
