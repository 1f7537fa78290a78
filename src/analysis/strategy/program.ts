import type { Phase } from "../../quorum/system.ts"
import { type Formula, alwaysHolds } from "../exact/formula.ts"
import { type Fraction, type Fractions, isZero } from "../exact/fraction.ts"
import { type Column, LinearProgramBuilder } from "./linear-program.ts"
import type { NodeTable } from "../nodes.ts"
import { type WorkloadPoint, meanShare } from "./workload.ts"

/** What a strategy can be chosen for; also what can be limited. */
export type Measure = "load" | "network" | "latency"

/** Every measure. */
export const measures: readonly Measure[] = ["load", "network", "latency"]

/** What the best strategy is sought for, and within which limits. */
export interface Goal {
  readonly objective: Measure
  readonly limits: Readonly<Partial<Record<Measure, number>>>
}

/** How much each subtree is used, by the variables that say so; the shape of the formula. */
export interface Flow {
  readonly formula: Formula
  readonly variable: number
  readonly children: readonly Flow[]
}

/**
 * The linear program of an optimal strategy, to which quorums are added.
 *
 * Rows: the probabilities of each phase sum to 1; at every point of the workload no node's load exceeds
 * that point's maximum; the measures with a limit satisfy it. Quorums enter one by one (`addQuorum`), or
 * all at once as the flow through a formula in which no node repeats (`addFlow`). There is no upper
 * bound of 1 on the load: slow nodes load above it.
 */
export class StrategyProgram {
  readonly program: LinearProgramBuilder
  readonly goal: Goal
  /** The row that makes the probabilities of a phase sum to 1. */
  readonly unity: Readonly<Record<Phase, number>>
  /** The number of nodes. */
  readonly nodes: number
  /** How many of them a program tells apart: orbits, or nodes. */
  readonly places: number
  /** Every latency a quorum may have. */
  readonly latencies: readonly number[]
  private readonly fractions: Fractions
  /** The row of every measure that has a limit. */
  readonly limitRows = new Map<Measure, number>()
  private readonly charges = { 1: new Map<number, Column>(), 2: new Map<number, Column>() }
  private readonly maxima: number[]
  private readonly loadRows: readonly (readonly number[])[]
  private readonly shares: readonly Fraction[]
  private readonly weights: readonly Fraction[]
  private readonly capacity: Readonly<Record<Phase, readonly Fraction[]>>
  /** The place of each node's load row, and how many nodes share it. */
  private readonly rowOf: readonly number[]
  private readonly sharing: readonly number[]

  /**
   * With `orbitOf` the nodes of an orbit are used equally: they have one load row, of their mean. Nodes of an orbit must
   * be equal.
   */
  constructor(
    goal: Goal,
    workload: readonly WorkloadPoint[],
    table: Pick<NodeTable, "capacity" | "latency">,
    fractions: Fractions,
    orbitOf?: readonly number[],
  ) {
    this.goal = goal
    this.nodes = table.capacity[1].length
    this.rowOf = orbitOf ?? table.capacity[1].map((_, node) => node)
    const sharing: number[] = []
    for (const row of this.rowOf) sharing[row] = (sharing[row] ?? 0) + 1
    this.sharing = sharing
    this.places = sharing.length
    this.latencies = [...new Set([0, ...table.latency[1], ...table.latency[2]])]
    this.fractions = fractions
    this.program = new LinearProgramBuilder(fractions)
    const { program } = this
    const decimals = (values: readonly number[]): Fraction[] =>
      values.map((value) => fractions.decimal(value))
    this.shares = decimals(workload.map(({ phase1Fraction }) => phase1Fraction))
    const weights = decimals(workload.map(({ given }) => given))
    const total = weights.reduce((sum, weight) => sum.add(weight), fractions.zero)
    this.weights = weights.map((weight) => weight.div(total))
    this.capacity = { 1: decimals(table.capacity[1]), 2: decimals(table.capacity[2]) }
    this.unity = { 1: program.row("=", fractions.one), 2: program.row("=", fractions.one) }
    for (const measure of measures) {
      const limit = goal.limits[measure]
      if (limit !== undefined) this.limitRows.set(measure, program.row("<=", fractions.decimal(limit)))
    }
    const loadMatters = goal.objective === "load" || goal.limits.load !== undefined
    this.maxima = loadMatters ? workload.map(() => program.variable()) : []
    this.loadRows = this.maxima.map((maximum, point) => {
      this.charge(maximum, this.amountOf("load", this.weights[point]!))
      return this.sharing.map(() => {
        const row = program.row("<=", fractions.zero)
        program.add(maximum, row, fractions.one.neg())
        return row
      })
    })
  }

  /** A variable for the probability of one quorum, which takes `latency` to complete. */
  addQuorum(phase: Phase, nodes: readonly number[], latency: number): number {
    const variable = this.program.variable()
    this.program.add(variable, this.unity[phase], this.fractions.one)
    for (const node of nodes) this.useNode(variable, phase, node)
    this.takeTime(variable, phase, latency)
    return variable
  }

  /**
   * Variables for the use of every subtree by the quorums that complete within
   * `latency` and use only nodes that `allows` admits: Σ children = k · share,
   * no child above its gate. Any solution decomposes into quorums (`decompose.ts`).
   */
  addFlow(phase: Phase, formula: Formula, latency: number, allows: (node: number) => boolean): Flow {
    const root = this.program.variable()
    this.program.add(root, this.unity[phase], this.fractions.one)
    this.takeTime(root, phase, latency)
    return this.flowInto(phase, formula, root, allows)
  }

  /** What using a node in a phase costs and takes up: the column of a variable that does nothing else. */
  nodeCharge(phase: Phase, node: number): Column {
    const charge = this.charges[phase].get(node) ?? this.newNodeCharge(phase, node)
    this.charges[phase].set(node, charge)
    return charge
  }

  /** The same for taking a time. */
  timeCharge(phase: Phase, latency: number): Column {
    return this.amountOf("latency", this.meanShare(phase).mul(this.fractions.decimal(latency)))
  }

  private useNode(variable: number, phase: Phase, node: number): void {
    this.charge(variable, this.nodeCharge(phase, node))
  }

  private takeTime(variable: number, phase: Phase, latency: number): void {
    this.charge(variable, this.timeCharge(phase, latency))
  }

  private charge(variable: number, { cost, entries }: Column): void {
    this.program.addCost(variable, cost)
    for (const [row, amount] of entries) this.program.add(variable, row, amount)
  }

  private newNodeCharge(phase: Phase, node: number): Column {
    const { cost, entries } = this.amountOf("network", this.meanShare(phase))
    const all = new Map(entries)
    this.loadRows.forEach((rows, point) => {
      const share = this.shareAt(point, phase)
      const capacity = this.capacity[phase][node]!
      // A node without capacity is never put in (`usableNodes`); its price does not matter.
      if (isZero(share) || isZero(capacity)) return
      const place = this.rowOf[node]!
      const mean = share.div(this.fractions.of(this.sharing[place]!))
      all.set(rows[place]!, mean.div(capacity))
    })
    return { cost, entries: all }
  }

  /** A measure enters the objective, if it is sought, and its limit, if it has one. */
  private amountOf(measure: Measure, amount: Fraction): Column {
    const row = this.limitRows.get(measure)
    const isCost = this.goal.objective === measure
    return {
      cost: isCost ? amount : this.fractions.zero,
      entries: new Map(row === undefined || isZero(amount) ? [] : [[row, amount]]),
    }
  }

  private flowInto(
    phase: Phase,
    formula: Formula,
    variable: number,
    allows: (node: number) => boolean,
  ): Flow {
    const { program, fractions } = this
    if (formula.kind === "leaf") {
      if (allows(formula.position)) this.useNode(variable, phase, formula.position)
      else program.add(variable, program.row("<=", fractions.zero), fractions.one)
      return { formula, variable, children: [] }
    }
    if (alwaysHolds(formula)) return { formula, variable, children: [] }
    const { need, children } = formula
    // Every child of an "and" is used whenever the gate is: no variables of their own.
    const shares =
      need === children.length ? children.map(() => variable) : this.split(variable, need, children.length)
    return {
      formula,
      variable,
      children: children.map((child, i) => this.flowInto(phase, child, shares[i]!, allows)),
    }
  }

  private split(gate: number, need: number, children: number): number[] {
    const { program, fractions } = this
    const sum = program.row("=", fractions.zero)
    program.add(gate, sum, fractions.of(-need))
    return Array.from({ length: children }, () => {
      const child = program.variable()
      program.add(child, sum, fractions.one)
      if (need > 1) {
        const cap = program.row("<=", fractions.zero)
        program.add(child, cap, fractions.one)
        program.add(gate, cap, fractions.one.neg())
      }
      return child
    })
  }

  private shareAt(point: number, phase: Phase): Fraction {
    const share = this.shares[point]!
    return phase === 1 ? share : this.fractions.one.sub(share)
  }

  private meanShare(phase: Phase): Fraction {
    return this.weights.reduce(
      (sum, weight, point) => sum.add(weight.mul(this.shareAt(point, phase))),
      this.fractions.zero,
    )
  }
}

/** Whether a node can be used in a phase: a node without capacity only where the phase has no work. */
export function usableNodes(
  workload: readonly WorkloadPoint[],
  table: Pick<NodeTable, "capacity">,
  phase: Phase,
): (node: number) => boolean {
  const works = meanShare(workload, phase) > 0
  return (node) => !works || table.capacity[phase][node]! > 0
}
