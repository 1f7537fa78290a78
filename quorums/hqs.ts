import { UsageError } from "../src/base/errors.ts"
import { acceptors, defineQuorumSystem } from "../src/quorum/define.ts"
import { type QuorumExpr, threshold } from "../src/quorum/expression.ts"
import { type Argument, type Parameter, isList, isSize, rest } from "../src/quorum/parameter.ts"

/** One level of the hierarchy: how many children, and how many of them each phase needs. */
interface Level {
  readonly text: string
  readonly children: number
  readonly q1: number
  readonly q2: number
}

/**
 * Hierarchical quorum consensus: acceptors are the leaves of a tree in which all vertices of a level
 * have the same number of children, and a vertex has a quorum when enough children have one. `hqs(3, 3)`
 * needs a majority at each level; `hqs([3, 1, 3], 3)` for 1 of 3 in phase 1 and 3 of 3 in phase 2 at the
 * top, a majority below. Safe when q1 + q2 exceeds the children at every level.
 */
export default defineQuorumSystem({
  id: "hqs",
  summary:
    "Leaves of a tree with a given number of children per level: a majority of them, or q1 and q2 of [children, q1, q2].",
  reference: "Kumar 1991, Hierarchical quorum consensus",
  parameters: [rest(level())],
  examples: ["hqs(3)", "hqs(3, 3)", "hqs(2, 3)", "hqs([3, 1, 3], 3)", "hqs([2, 2, 1], [4, 2, 3])"],
  counterexamples: ["hqs([4, 2, 2], 2)", "hqs(2, [3, 1, 2])"],
  parts: (...levels: Level[]) => {
    const leaves = acceptors(levels.reduce((product, { children }) => product * children, 1))
    return {
      phase1: quorumOf(leaves, levels, ({ q1 }) => q1),
      phase2: quorumOf(leaves, levels, ({ q2 }) => q2),
    }
  },
})

function quorumOf(
  leaves: readonly QuorumExpr[],
  [top, ...below]: readonly Level[],
  needed: (level: Level) => number,
): QuorumExpr {
  if (top === undefined) return leaves[0]!
  const share = leaves.length / top.children
  const children = Array.from({ length: top.children }, (_, i) =>
    quorumOf(leaves.slice(i * share, (i + 1) * share), below, needed),
  )
  return threshold(needed(top), children)
}

function level(): Parameter<Level> {
  return {
    name: "levels",
    what: "a number of children, such as 3, or [children, q1, q2], such as [3, 1, 3]",
    read: readLevel,
    show: ({ text }) => text,
  }
}

function readLevel(argument: Argument): Level | undefined {
  if (isSize(argument)) {
    const majority = Math.floor(argument / 2) + 1
    return { text: String(argument), children: argument, q1: majority, q2: majority }
  }
  if (!isList(argument) || argument.length !== 3 || !argument.every(isSize)) return undefined
  const [children, q1, q2] = argument as readonly [number, number, number]
  if (q1 > children || q2 > children) {
    throw new UsageError(
      `hqs: the level [${children}, ${q1}, ${q2}] asks for ${Math.max(q1, q2)} of ${children} children; q1 and q2 are at most ${children}.`,
    )
  }
  return { text: `[${children}, ${q1}, ${q2}]`, children, q1, q2 }
}
