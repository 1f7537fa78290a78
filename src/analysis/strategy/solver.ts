import type { Highs, ModelData } from "highs"
import { InvariantError } from "../../base/errors.ts"
import { type NodeSet, difference, fullSet, intersection, nodeSet, size } from "../../base/node-set.ts"
import { type Verdict, holds, unknown, violated } from "../../base/verdict.ts"
import { compile, dual, positionsOf } from "../../quorum/expression.ts"
import { type Answers, type Question, formulaOf } from "../../quorum/meet/question.ts"
import { shrinkToMinimal } from "../../quorum/minimal.ts"
import { formulaFrom } from "../exact/formula.ts"
import { counterexample } from "../exact/implication.ts"
import { requireQuorum } from "./decompose.ts"

/**
 * Minimise costs · x over x ≥ 0 with lower ≤ row · x ≤ upper, some of the
 * variables whole numbers: what is handed to HiGHS, in doubles.
 */
export interface Program {
  readonly costs: readonly number[]
  /** Upper bounds of the variables; Infinity for none. Lower bounds are 0. */
  readonly uppers: readonly number[]
  readonly wholeNumbers: readonly boolean[]
  readonly rows: readonly Row[]
}

/** A sum of terms and the bounds it must keep; infinite for none. */
export interface Row {
  readonly lower: number
  readonly upper: number
  readonly terms: readonly Term[]
}

/** A coefficient of a variable, by the variable's index. */
export type Term = readonly [variable: number, coefficient: number]

let loading: Promise<Highs> | undefined

/** HiGHS (Huangfu and Hall 2018), loaded at the first call: 30 ms, and 3.5 MB that most commands never need. */
export function loadSolver(): Promise<Highs> {
  loading ??= start()
  return loading
}

async function start(): Promise<Highs> {
  // The package declares CommonJS types for its ESM entry: the default export is the loader itself.
  const { default: load } = (await import("highs")) as unknown as { default: () => Promise<Highs> }
  return load()
}

/** The program in the arrays HiGHS reads. */
export function modelData(highs: Highs, { costs, uppers, wholeNumbers, rows }: Program): ModelData {
  const bound = (value: number): number =>
    Number.isFinite(value) ? value : Math.sign(value) * highs.infinity
  const starts = [0]
  for (const { terms } of rows) starts.push(starts.at(-1)! + terms.length)
  return {
    numCols: costs.length,
    numRows: rows.length,
    colCost: [...costs],
    colLower: costs.map(() => 0),
    colUpper: uppers.map(bound),
    rowLower: rows.map(({ lower }) => bound(lower)),
    rowUpper: rows.map(({ upper }) => bound(upper)),
    matrix: {
      format: "csr",
      numRows: rows.length,
      numCols: costs.length,
      starts,
      indices: rows.flatMap(({ terms }) => terms.map(([variable]) => variable)),
      values: rows.flatMap(({ terms }) => terms.map(([, coefficient]) => coefficient)),
    },
    ...(wholeNumbers.some(Boolean) && { integrality: wholeNumbers.map((whole) => (whole ? 1 : 0)) }),
  }
}

/** A best point of a program with whole-number variables, or nothing where no point satisfies it. */
export function solveIntegers(highs: Highs, program: Program): number[] | undefined {
  return highs.withModel(modelData(highs, program), (model) => {
    model.options.set({ output_flag: false, mip_rel_gap: 0, random_seed: 0 })
    model.run()
    const status = model.getModelStatus()
    if (status === highs.constants.modelStatus.optimal) return [...model.getSolution().colValue]
    if (status === highs.constants.modelStatus.infeasible) return undefined
    throw new InvariantError(`HiGHS ended an integer program with status ${status}.`)
  })
}

/** Collects variables and rows, and hands out their indices. */
export class ProgramBuilder {
  private readonly costs: number[] = []
  private readonly uppers: number[] = []
  private readonly wholeNumbers: boolean[] = []
  private readonly rows: Row[] = []

  variable(cost: number, upper = Infinity, whole = false): number {
    this.costs.push(cost)
    this.uppers.push(upper)
    this.wholeNumbers.push(whole)
    return this.costs.length - 1
  }

  row(lower: number, upper: number, terms: readonly Term[]): number {
    this.rows.push({ lower, upper, terms })
    return this.rows.length - 1
  }

  program(): Program {
    return { costs: this.costs, uppers: this.uppers, wholeNumbers: this.wholeNumbers, rows: this.rows }
  }
}

/** Branch-and-bound nodes after which the integer program is given up: seconds, or half a minute at hundreds of nodes. */
const defaultMostNodes = 500

/**
 * Answers that are thought over: what `answers` leaves unknown is put to an
 * integer program, and two formulas also to decision diagrams.
 *
 * The quorums of a witness are checked exactly. That there are none is, where
 * diagrams are small enough, confirmed exactly; elsewhere it rests on a solver
 * that computes in doubles, and the reason says so.
 */
export async function thoughtOver(
  questions: readonly Question[],
  answers: Answers,
  mostNodes = defaultMostNodes,
): Promise<Answers> {
  const found = new Map<Question, Verdict<readonly NodeSet[]>>()
  for (const question of questions) {
    const quick = answers(question)
    found.set(question, quick.verdict === "unknown" ? await think(question, mostNodes) : quick)
  }
  return (question) => found.get(question) ?? answers(question)
}

async function think(question: Question, mostNodes: number): Promise<Verdict<readonly NodeSet[]>> {
  const solved = solveQuestion(await loadSolver(), question, mostNodes)
  if (typeof solved !== "string") return witness(question, solved, "found by integer programming")
  const exact = byDiagrams(question)
  if (exact !== undefined) return exact
  if (solved === "none") {
    return holds("by integer programming in floating point (HiGHS); not confirmed exactly")
  }
  return unknown(
    `integer programming stopped after ${mostNodes} branches without an answer, as had the search`,
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
function solveQuestion(
  highs: Highs,
  { sides, atLeast }: Question,
  mostNodes: number,
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
  const values = solve(highs, builder, mostNodes)
  if (typeof values === "string") return values
  return used.map((variables) =>
    nodeSet(variables.flatMap((variable, node) => (values[variable]! > 0.5 ? [node] : []))),
  )
}

function solve(highs: Highs, builder: ProgramBuilder, mostNodes: number): number[] | "none" | "open" {
  return highs.withModel(modelData(highs, builder.program()), (model) => {
    model.options.set({ output_flag: false, random_seed: 0, mip_max_nodes: mostNodes })
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
    if (!isQuorum(sets[i]!)) throw new InvariantError("The solver chose a set of nodes that is not a quorum.")
    return shrinkToMinimal(isQuorum, sets[i]!)
  })
  if (size(quorums.reduce(intersection)) >= atLeast) {
    throw new InvariantError(`The solver chose quorums with ${atLeast} nodes or more in common.`)
  }
  return violated(quorums, because)
}
