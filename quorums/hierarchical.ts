import { acceptors, defineQuorumSystem, symmetric } from "../src/quorum/define.ts"
import { type QuorumExpr, threshold } from "../src/quorum/expression.ts"
import { type Argument, type Parameter, isList, isSize } from "../src/quorum/parameter.ts"

/** A group of acceptors, by their number, or of other groups. */
type Shape = number | readonly Shape[]

/**
 * Majorities of majorities of any shape: `hierarchical([3, 3, 5])` is a majority of three groups, each
 * represented by a majority of its 3, 3 or 5 acceptors. Lists nest: `hierarchical([[3, 3, 3], 5])`. For
 * regular trees see `hqs`.
 */
export default defineQuorumSystem({
  id: "hierarchical",
  summary:
    "A majority of the groups, each by a majority of its members, which may be groups again; in both phases.",
  reference: "Kumar 1991, Hierarchical quorum consensus; Gifford 1979",
  parameters: [shape("shape")],
  examples: [
    "hierarchical(3)",
    "hierarchical([3, 3, 3])",
    "hierarchical([1, 2, 3])",
    "hierarchical([[1, 2], 3, [1, 1, 1]])",
  ],
  counterexamples: ["split(choose(2, a1, a2, a3) + choose(2, a4, a5, a6), choose(2, a1, a2, a3))"],
  parts: (groups: Shape) => {
    const leaves = acceptors(leafCount(groups))
    return symmetric(majorityOf(groups, leaves.values()))
  },
})

function majorityOf(groups: Shape, leaves: Iterator<QuorumExpr>): QuorumExpr {
  const children =
    typeof groups === "number"
      ? Array.from({ length: groups }, () => leaves.next().value as QuorumExpr)
      : groups.map((group) => majorityOf(group, leaves))
  return threshold(Math.floor(children.length / 2) + 1, children)
}

function leafCount(groups: Shape): number {
  return typeof groups === "number"
    ? groups
    : groups.reduce<number>((sum, group) => sum + leafCount(group), 0)
}

function shape(name: string): Parameter<Shape> {
  return {
    name,
    what: "a number of acceptors or a list of groups, such as [3, 3, 5] or [[3, 3, 3], 5]",
    read: readShape,
    show: showShape,
  }
}

function readShape(argument: Argument): Shape | undefined {
  if (isSize(argument)) return argument
  if (!isList(argument) || argument.length === 0) return undefined
  const groups = argument.map(readShape)
  return groups.every((group) => group !== undefined) ? groups : undefined
}

function showShape(groups: Shape): string {
  return typeof groups === "number" ? String(groups) : `[${groups.map(showShape).join(", ")}]`
}
