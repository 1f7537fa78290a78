import { type NodeSet, members, nodeSet } from "../../base/node-set.ts"
import type { QuorumSystem } from "../../quorum/system.ts"
import { type Formula, childWeight, formulaOf } from "../exact/formula.ts"

/**
 * Permutations of the nodes that keep the quorums of both phases, and what they make of the nodes.
 *
 * Averaging a strategy over them keeps its cost, so some optimal strategy uses all nodes of an orbit
 * equally, and a linear program needs one row for each orbit instead of one for each node.
 */
export interface Symmetry {
  /** The number of each node's orbit, from 0 in order of first appearance. */
  readonly orbitOf: readonly number[]
  readonly orbits: number
  /** Permutations that generate the group: `to[x]` is where node x goes. Empty where only the identity was found. */
  readonly generators: readonly Permutation[]
  /** The orbits, if any two nodes of each can be exchanged and nothing else moved. */
  readonly classes?: readonly (readonly number[])[]
}

/** Where each node goes. */
export type Permutation = readonly number[]

/** Searches that take more steps than this end with the permutations found until then, which is safe: orbits are finer. */
const maxSteps = 2e8

/** How many ways to single out further nodes are tried for a pair. */
const maxAttempts = 4

/**
 * The symmetry of a system among nodes with equal `kinds`. Nodes that stand beside each other in every gate
 * are interchangeable. Other permutations are guessed by colour refinement with individualisation (McKay
 * 1981, without backtracking), and each guess is verified on the formulas, gate by gate.
 *
 * May miss permutations, never invents one. Cost: some refinements of the formulas' size for each orbit.
 */
export function symmetryOf(system: QuorumSystem, kinds: readonly string[]): Symmetry {
  const graph = new FormulaGraph([formulaOf(system, 1), formulaOf(system, 2)], system.nodes.length)
  const orbits = new Orbits(system.nodes.length)
  const generators: Permutation[] = []
  const use = (permutation: Permutation): void => {
    generators.push(permutation)
    permutation.forEach((to, from) => orbits.join(from, to))
  }
  const twins = graph.twins(kinds)
  for (const twin of twins.classes)
    for (const permutation of cyclesOf(twin, system.nodes.length)) use(permutation)
  const start = graph.refined(kinds.map((kind, x) => hashOf(`${kind} ${twins.indexOf[x]!}`)))
  for (const cell of cellsOf(start, system.nodes.length)) {
    // Nodes of a cell need not be of one orbit: each is tried against one node of every orbit before it.
    const firsts: number[] = []
    for (const node of cell) {
      const isJoined = (): boolean => firsts.some((first) => orbits.find(first) === orbits.find(node))
      for (const first of firsts) {
        if (isJoined() || graph.steps > maxSteps) break
        const guess = graph.guess(start, first, node)
        if (guess !== undefined) use(guess)
      }
      if (!isJoined()) firsts.push(node)
    }
  }
  const numbered = orbits.numbered()
  const isWhole = numbered.orbits === twins.classes.length
  return { ...numbered, generators, ...(isWhole && { classes: twins.classes }) }
}

/** A rotation of some nodes, and the exchange of the first two: together all permutations of them. */
function cyclesOf(nodes: readonly number[], n: number): Permutation[] {
  if (nodes.length < 2) return []
  const identity = Array.from({ length: n }, (_, x) => x)
  const rotation = [...identity]
  nodes.forEach((x, i) => (rotation[x] = nodes[(i + 1) % nodes.length]!))
  const exchange = [...identity]
  exchange[nodes[0]!] = nodes[1]!
  exchange[nodes[1]!] = nodes[0]!
  return nodes.length === 2 ? [exchange] : [rotation, exchange]
}

/** The sets that permutations make of a set, itself first; undefined where they are more than `max`. */
export function imagesOf(
  set: NodeSet,
  generators: readonly Permutation[],
  max: number,
): NodeSet[] | undefined {
  const found = new Set([set])
  // A set that is iterated over also gives what is added meanwhile.
  for (const one of found) {
    for (const to of generators) found.add(imageOf(one, to))
    if (found.size > max) return undefined
  }
  return [...found]
}

/** What a permutation makes of a set. */
export function imageOf(set: NodeSet, to: Permutation): NodeSet {
  return nodeSet(members(set).map((x) => to[x]!))
}

/** Disjoint sets of nodes that are joined step by step (union–find). */
class Orbits {
  private readonly parent: number[]

  constructor(n: number) {
    this.parent = Array.from({ length: n }, (_, x) => x)
  }

  find(x: number): number {
    let root = x
    while (this.parent[root] !== root) root = this.parent[root]!
    for (let at = x; at !== root;) [at, this.parent[at]] = [this.parent[at]!, root]
    return root
  }

  join(x: number, y: number): void {
    const [a, b] = [this.find(x), this.find(y)]
    this.parent[Math.max(a, b)] = Math.min(a, b)
  }

  numbered(): Pick<Symmetry, "orbitOf" | "orbits"> {
    const numbers = new Map<number, number>()
    const orbitOf = this.parent.map((_, x) => {
      const root = this.find(x)
      const number = numbers.get(root) ?? numbers.size
      numbers.set(root, number)
      return number
    })
    return { orbitOf, orbits: numbers.size }
  }
}

/** The gates of some formulas and the nodes they share, as a graph for colour refinement. Nodes come first. */
class FormulaGraph {
  /** How many edges have been looked at. */
  steps = 0
  private readonly n: number
  private readonly formulas: readonly Formula[]
  /** Of each vertex its own hash: nodes 0, gates by what they need. */
  private readonly own: number[]
  /** Edges from a gate to a child, with the child's weight. */
  private readonly from: number[] = []
  private readonly to: number[] = []
  private readonly weight: number[] = []

  constructor(formulas: readonly Formula[], n: number) {
    this.n = n
    this.formulas = formulas
    this.own = Array<number>(n).fill(0)
    // A vertex for each formula tells a formula that is a single node from nodes that no formula names.
    formulas.forEach((formula, i) => {
      const vertex = this.add(hashOf(`phase ${i + 1}`))
      this.connect(vertex, this.enter(formula), 0)
    })
  }

  private enter(formula: Formula): number {
    if (formula.kind === "leaf") return formula.position
    const vertex = this.add(hashOf(`gate ${formula.need}`))
    formula.children.forEach((child, i) =>
      this.connect(vertex, this.enter(child), hashOf(String(childWeight(formula, i)))),
    )
    return vertex
  }

  private add(own: number): number {
    return this.own.push(own) - 1
  }

  private connect(from: number, to: number, weight: number): void {
    this.from.push(from)
    this.to.push(to)
    this.weight.push(weight)
  }

  /** Classes of nodes that are children of the same gates with the same weights, and each node's place in its class. */
  twins(kinds: readonly string[]): { classes: number[][]; indexOf: number[] } {
    const places = kinds.map((kind) => [kind])
    this.to.forEach((to, edge) => {
      if (to < this.n) places[to]!.push(`${this.from[edge]!}:${this.weight[edge]!}`)
    })
    const classes = new Map<string, number[]>()
    const indexOf = places.map((place, x) => {
      const key = place.join(" ")
      const others = classes.get(key) ?? []
      classes.set(key, others)
      return others.push(x) - 1
    })
    return { classes: [...classes.values()], indexOf }
  }

  /** Colours of all vertices, refined from those of the nodes until they tell no more nodes apart. */
  refined(nodes: readonly number[]): number[] {
    let colours = this.own.map((own, v) => (v < this.n ? nodes[v]! : own))
    for (let known = 0, stable = 0; stable < 2;) {
      const sums = colours.map((colour) => mix(colour, 1))
      for (let edge = 0; edge < this.to.length; edge++) {
        const [from, to, weight] = [this.from[edge]!, this.to[edge]!, this.weight[edge]!]
        sums[from] = (sums[from]! + mix(mix(colours[to]!, 2), weight)) | 0
        sums[to] = (sums[to]! + mix(mix(colours[from]!, 3), weight)) | 0
      }
      this.steps += this.to.length
      colours = sums
      const now = new Set(colours).size
      if (now > known) stable = 0
      else stable++
      known = now
    }
    return colours
  }

  /** A permutation that keeps the formulas and takes one node to another; undefined where none was guessed. */
  guess(start: readonly number[], source: number, target: number): Permutation | undefined {
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const guess = this.mapping(start, source, target, attempt)
      if (guess !== undefined && this.keeps(guess)) return guess
    }
    return undefined
  }

  /**
   * A permutation that may keep the formulas and takes one node to another: both are singled out in turn, and
   * then more of them, until every node has a colour of its own. Undefined where the colours come apart.
   */
  private mapping(
    start: readonly number[],
    source: number,
    target: number,
    attempt: number,
  ): Permutation | undefined {
    let [here, there] = [this.singled(start, source, 1), this.singled(start, target, 1)]
    for (let step = 2; ; step++) {
      const [cells, others] = [byColour(here, this.n), byColour(there, this.n)]
      let smallest: number | undefined
      for (const [colour, cell] of cells) {
        if (others.get(colour)?.length !== cell.length) return undefined
        if (cell.length > 1 && (smallest === undefined || colour < smallest)) smallest = colour
      }
      if (smallest === undefined) {
        const to = Array<number>(this.n)
        for (const [colour, [x]] of cells) to[x!] = others.get(colour)![0]!
        return to
      }
      if (this.steps > maxSteps) return undefined
      // Any of them will do where the structure is homogeneous; far ones give long cycles, which join many.
      const cell = others.get(smallest)!
      here = this.singled(here, cells.get(smallest)![0]!, step)
      there = this.singled(there, cell[(7 * step + attempt) % cell.length]!, step)
    }
  }

  private singled(colours: readonly number[], node: number, step: number): number[] {
    return this.refined(
      colours.slice(0, this.n).map((colour, x) => (x === node ? mix(colour, step) : colour)),
    )
  }

  /** Whether a permutation keeps every formula, as it is written, up to the order of children. */
  private keeps(to: Permutation): boolean {
    const ids = new Map<string, number>()
    const identity = to.map((_, x) => x)
    this.steps += 4 * this.to.length
    return this.formulas.every((formula) => idOf(formula, identity, ids) === idOf(formula, to, ids))
  }
}

/** A number for each formula that is different up to the order of children, nodes renamed. */
function idOf(formula: Formula, to: Permutation, ids: Map<string, number>): number {
  const key =
    formula.kind === "leaf"
      ? `x${to[formula.position]!}`
      : `${formula.need}|${formula.children
          .map((child, i) => `${childWeight(formula, i)}:${idOf(child, to, ids)}`)
          .sort()
          .join(" ")}`
  const id = ids.get(key) ?? ids.size
  ids.set(key, id)
  return id
}

/** The nodes by their colours. */
function byColour(colours: readonly number[], n: number): Map<number, number[]> {
  const cells = new Map<number, number[]>()
  for (let x = 0; x < n; x++) {
    const cell = cells.get(colours[x]!)
    if (cell === undefined) cells.set(colours[x]!, [x])
    else cell.push(x)
  }
  return cells
}

const cellsOf = (colours: readonly number[], n: number): number[][] => [...byColour(colours, n).values()]

/** A hash of two numbers of 32 bits. Collisions make a guess worse, and guesses are verified. */
function mix(a: number, b: number): number {
  let h = Math.imul(a ^ Math.imul(b + 0x9e3779b9, 0x85ebca6b), 0xc2b2ae35)
  h ^= h >>> 15
  h = Math.imul(h, 0x27d4eb2f)
  return h ^ (h >>> 13)
}

function hashOf(text: string): number {
  let hash = 0
  for (let i = 0; i < text.length; i++) hash = mix(hash, text.charCodeAt(i))
  return hash
}
