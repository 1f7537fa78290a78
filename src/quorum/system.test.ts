import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { UsageError } from "../base/errors.ts"
import { nodeSet } from "../base/node-set.ts"
import { allSubsets, complement, formulas, minimalQuorumsByBruteForce } from "../../test/support/formulas.ts"
import { and, node, or, threshold } from "./expression.ts"
import { allNodes, formatSet, isMinimalQuorum, namesOf, phases, quorumSystem, setOf } from "./system.ts"

const [a, b, c] = [node("a"), node("b"), node("c")]
const pair = quorumSystem({ phase1: or(and(a, b), c), phase2: and(a, c) })

describe("quorumSystem", () => {
  it("gives phase 2 the dual of phase 1 where it has no formula of its own", () => {
    fc.assert(
      fc.property(formulas(), (phase1) => {
        const system = quorumSystem({ phase1 })
        const n = system.nodes.length
        for (const set of allSubsets(n)) {
          expect(system.isQuorum(2, set)).toBe(!system.isQuorum(1, complement(n, set)))
        }
      }),
    )
  })

  it("orders nodes as they are first named, phase 1 before phase 2, or as told", () => {
    expect(quorumSystem({ phase1: or(c, a), phase2: and(b, a, c) }).nodes).toEqual(["c", "a", "b"])
    expect(quorumSystem({ phase1: or(c, a), nodes: ["a", "b", "c"] }).nodes).toEqual(["a", "b", "c"])
  })

  it("is named by its formulas where it has no other name", () => {
    expect(quorumSystem({ phase1: or(and(a, b), c) }).name).toBe("a*b + c")
    expect(pair.name).toBe("split(a*b + c, a*c)")
    expect(quorumSystem({ phase1: a }, "mine").name).toBe("mine")
  })

  it("refuses a system of nobody, and a node listed twice", () => {
    expect(() => quorumSystem({ phase1: threshold(0, []), phase2: threshold(0, []) })).toThrow(UsageError)
    expect(() => quorumSystem({ phase1: a, nodes: ["a", "b", "a"] })).toThrow("node a is listed twice")
  })
})

describe("sets of a system", () => {
  it("are read and written by name", () => {
    expect(setOf(pair, ["c", "a"])).toBe(nodeSet([0, 2]))
    expect(namesOf(pair, nodeSet([2, 0]))).toEqual(["a", "c"])
    expect(formatSet(pair, nodeSet([0, 2]))).toBe("{a c}")
    expect(formatSet(pair, 0)).toBe("{}")
    expect(allNodes(pair)).toBe(7)
    expect(() => setOf(pair, ["d"])).toThrow('unknown node "d". Valid nodes: a, b, c.')
  })

  it("isMinimalQuorum knows the minimal quorums from all other sets", () => {
    fc.assert(
      fc.property(formulas(), formulas(), (phase1, phase2) => {
        const system = quorumSystem({ phase1, phase2 })
        const n = system.nodes.length
        for (const phase of phases) {
          const minimal = minimalQuorumsByBruteForce(n, (set) => system.isQuorum(phase, set))
          for (const set of allSubsets(n)) expect(isMinimalQuorum(system, phase, set)).toBe(minimal.has(set))
        }
      }),
    )
  })
})
