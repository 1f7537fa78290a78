import { UsageError } from "../src/base/errors.ts"
import { abbreviated } from "../src/base/text.ts"
import { bothPhases, defineQuorumSystem } from "../src/quorum/define.ts"
import {
  type NodeId,
  type QuorumExpr,
  countTerms,
  node,
  nodesOf,
  refuseTooLarge,
  refuseTooMany,
  substitute,
} from "../src/quorum/expression.ts"
import { type Denotation, expression, rest } from "../src/quorum/parameter.ts"
import type { SystemParts } from "../src/quorum/system.ts"

/**
 * A system whose nodes are systems: each node of the outer one, in order, is
 * replaced by the inner one in its place, phase by phase. One inner system alone
 * replaces every node. Safe when all the parts are.
 *
 * The nodes of an inner system get the name of the node it replaces before
 * theirs: in `compose(majority(3), grid(2, 2))` they are a1_a1, a1_a2, … An inner
 * formula keeps its names, so that `compose(majority(3), tokyo, paris, oslo)` is
 * a majority of named nodes, and a node may even serve twice.
 */
export default defineQuorumSystem({
  id: "compose",
  summary:
    "The outer system with every node replaced, in order, by an inner system; one alone replaces them all.",
  reference: "Neilsen and Mizuno 1992, Coterie join algorithm; Naor and Wool 1998, §2 (composition)",
  parameters: [expression("outer"), rest(expression("inner"))],
  examples: [
    "compose(majority(3), majority(3))",
    "compose(majority(3), grid(2, 2), majority(3), x)",
    "compose(grid(2, 2), tokyo, paris, oslo, lima)",
    "compose(a*b, simple(3, 1, 3))",
    "compose(simple(3, 3, 1), x + y, y + z, z)",
    "compose(majority(2), compose(majority(2), majority(2)))",
  ],
  counterexamples: [
    "compose(simple(4, 2, 2), a, b, c, d)",
    "compose(majority(3), simple(2, 1, 1))",
    "compose(majority(3), x, y, split(p, q))",
  ],
  parts: (outer: Denotation, ...inner: Denotation[]): SystemParts => {
    const { phase1, phase2, nodes } = partsOf(outer)
    refuseLargeComposition(nodes.length, inner)
    const byNode = new Map(replacements(nodes, inner).map((part) => [part.replaces, part]))
    refuseMeetingNames([...byNode.values()])
    // One inner formula for all has one list of nodes, which is not traversed for every node of the
    // outer one.
    const lists = new Set([...byNode.values()].map((part) => part.nodes))
    const names = [...new Set([...lists].flatMap((list) => list))]
    refuseTooMany(names.length)
    return {
      nodes: names,
      phase1: substitute(phase1, (name) => byNode.get(name)!.phase1),
      phase2: substitute(phase2, (name) => byNode.get(name)!.phase2),
    }
  },
})

interface Parts {
  readonly phase1: QuorumExpr
  readonly phase2: QuorumExpr
  readonly nodes: readonly NodeId[]
}

/** What stands in the place of an outer node; `renamed` when its nodes carry that node's name. */
interface Replacement extends Parts {
  readonly replaces: NodeId
  readonly renamed: boolean
}

function partsOf(value: Denotation): Parts {
  const parts: SystemParts = value.kind === "formula" ? { phase1: value.expr } : value.parts
  const { phase1, phase2 } = bothPhases(parts)
  return { phase1, phase2, nodes: parts.nodes ?? [...new Set([...nodesOf(phase1), ...nodesOf(phase2)])] }
}

function replacements(outer: readonly NodeId[], inner: readonly Denotation[]): Replacement[] {
  if (inner.length !== 1 && inner.length !== outer.length) {
    throw new UsageError(
      `compose: the outer system has ${outer.length} nodes (${abbreviated(outer.join(", "))}) and ${inner.length} systems are given to replace them; ` +
        `give one for each, or one for all.`,
    )
  }
  const each = inner.map(partsOf)
  return outer.map((replaces, i) => {
    const value = inner[i] ?? inner[0]!
    const parts = each[i] ?? each[0]!
    if (value.kind === "formula") return { ...parts, replaces, renamed: false }
    const rename = (name: NodeId): NodeId => `${replaces}_${name}`
    return {
      replaces,
      renamed: true,
      nodes: parts.nodes.map(rename),
      phase1: substitute(parts.phase1, (name) => node(rename(name))),
      phase2: substitute(parts.phase2, (name) => node(rename(name))),
    }
  })
}

/** Checked before copying: an inner system is copied for every node of the outer one. */
function refuseLargeComposition(outer: number, inner: readonly Denotation[]): void {
  const copies = inner.length === 1 ? outer : 1
  const renamed = inner.filter(({ kind }) => kind === "system").map(partsOf)
  refuseTooMany(copies * sum(renamed.map(({ nodes }) => nodes.length)))
  refuseTooLarge(copies * sum(renamed.map(({ phase1, phase2 }) => countTerms(phase1) + countTerms(phase2))))
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

/** A name made here that some other part has too would join nodes that the user holds apart. */
function refuseMeetingNames(parts: readonly Replacement[]): void {
  const made = parts.filter(({ renamed }) => renamed)
  const given = new Set(parts.filter(({ renamed }) => !renamed).map(({ nodes }) => nodes))
  const owners = new Map<NodeId, NodeId>()
  const refuseTaken = (name: NodeId): void => {
    const owner = owners.get(name)
    if (owner === undefined) return
    throw new UsageError(
      `compose: ${name} is the name of a node in place of ${owner}, and of another node too; give one of them another name.`,
    )
  }
  for (const { nodes, replaces } of made) {
    for (const name of nodes) {
      refuseTaken(name)
      owners.set(name, replaces)
    }
  }
  for (const nodes of given) nodes.forEach(refuseTaken)
}
