import { LimitError } from "../src/base/errors.ts"
import { acceptorNames, defineQuorumSystem, symmetric } from "../src/quorum/define.ts"
import { type QuorumExpr, and, node, or } from "../src/quorum/expression.ts"
import { size } from "../src/quorum/parameter.ts"

/**
 * The Paths system: acceptors are the edges of a grid of d + 1 rows and d
 * columns of vertices with a bank of vertices on either side, and with each edge
 * the edge of the dual grid that crosses it. A quorum is a path from the left
 * bank to the right and a path of the dual grid from top to bottom; the one of
 * any quorum crosses the other of any other. Load O(1/√n) and, for p < ½,
 * nearly perfect availability (both as percolation has it).
 */
export default defineQuorumSystem({
  id: "paths",
  summary:
    "The 2d^2 + 2d + 1 edges of a grid: a path from left to right and a dual path from top to bottom, in both phases.",
  reference: "Naor and Wool 1998, The load, capacity, and availability of quorum systems (the Paths system)",
  parameters: [size("d")],
  examples: ["paths(1)", "paths(2)"],
  counterexamples: ["split(a1*a2 + a3*a4 + a1*a5*a4 + a3*a5*a2, a1*a2 + a3*a4 + a1*a5*a4 + a3*a5*a2)"],
  parts: (d: number) => {
    if (d > maxColumns) {
      throw new LimitError(
        `paths(${d}) has too many crossing paths to write out; d is at most ${maxColumns}, that is ${edgeCount(maxColumns)} acceptors.`,
      )
    }
    const names = acceptorNames(edgeCount(d))
    const across = crossings(leftToRight(d))
    const down = crossings(topToBottom(d))
    const anyOf = (paths: readonly (readonly number[])[]): QuorumExpr =>
      or(...paths.map((path) => and(...path.map((edge) => node(names[edge]!)))))
    return symmetric(and(anyOf(across), anyOf(down)), names)
  },
})

/** The formula lists the crossing paths: 16,347 from left to right for d = 4, nearly two million for 5. */
const maxColumns = 4

const edgeCount = (d: number): number => (d + 1) * (d + 1) + d * d

/** A way from one vertex to the next, and the acceptor it uses. */
interface Passage {
  readonly to: number
  readonly edge: number
}

/** A graph to be crossed from its `start` to its `end`. */
interface Ground {
  readonly start: number
  readonly end: number
  readonly passages: ReadonlyMap<number, readonly Passage[]>
}

/**
 * Horizontal edges are numbered first: (row r, gap g) is r·(d + 1) + g, for d + 1
 * rows and d + 1 gaps. The vertical edge of column c between rows r and r + 1 is
 * (d + 1)² + r·d + c.
 */
const horizontal = (d: number, row: number, gap: number): number => row * (d + 1) + gap
const vertical = (d: number, row: number, column: number): number => (d + 1) * (d + 1) + row * d + column

/** The grid: vertex (row, column) in d + 1 rows and d columns, the banks before the first column and after the last. */
function leftToRight(d: number): Ground {
  const vertex = (row: number, column: number): number =>
    column < 0 ? 0 : column >= d ? 1 : 2 + row * d + column
  const links: [number, number, number][] = []
  for (let row = 0; row <= d; row++) {
    for (let gap = 0; gap <= d; gap++)
      links.push([vertex(row, gap - 1), vertex(row, gap), horizontal(d, row, gap)])
    for (let column = 0; column < d && row < d; column++)
      links.push([vertex(row, column), vertex(row + 1, column), vertical(d, row, column)])
  }
  return ground(links)
}

/** The dual: a vertex in each of the d × (d + 1) faces; crossing an edge of the grid leads from face to face. */
function topToBottom(d: number): Ground {
  const face = (row: number, gap: number): number => (row < 0 ? 0 : row >= d ? 1 : 2 + row * (d + 1) + gap)
  const links: [number, number, number][] = []
  for (let gap = 0; gap <= d; gap++) {
    for (let row = 0; row <= d; row++)
      links.push([face(row - 1, gap), face(row, gap), horizontal(d, row, gap)])
    for (let row = 0; row < d && gap < d; row++)
      links.push([face(row, gap), face(row, gap + 1), vertical(d, row, gap)])
  }
  return ground(links)
}

function ground(links: readonly (readonly [number, number, number])[]): Ground {
  const passages = new Map<number, Passage[]>()
  for (const [a, b, edge] of links) {
    passages.set(a, [...(passages.get(a) ?? []), { to: b, edge }])
    passages.set(b, [...(passages.get(b) ?? []), { to: a, edge }])
  }
  return { start: 0, end: 1, passages }
}

/** Every path from start to end that visits no vertex twice, as the sorted numbers of its edges. */
function crossings({ start, end, passages }: Ground): number[][] {
  const found: number[][] = []
  const visited = new Set([start])
  const walk = (at: number, path: readonly number[]): void => {
    if (at === end) {
      found.push([...path].sort((a, b) => a - b))
      return
    }
    for (const { to, edge } of passages.get(at)!) {
      if (visited.has(to)) continue
      visited.add(to)
      walk(to, [...path, edge])
      visited.delete(to)
    }
  }
  walk(start, [])
  return found
}
