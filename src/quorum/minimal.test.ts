import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { compareSets, isSubset, nodeSet, size } from "../base/node-set.ts"
import {
  formulas,
  minimalQuorumsByBruteForce,
  readOnceFormulas,
  sixNodes,
} from "../../test/support/formulas.ts"
import { acceptors } from "./define.ts"
import {
  type QuorumExpr,
  and,
  compile,
  node,
  nodesOf,
  or,
  positionsOf,
  threshold,
  weighted,
} from "./expression.ts"
import { absorb, countMinimalQuorums, minimalQuorumsOf, shrinkToMinimal } from "./minimal.ts"

/** At most this many nodes, so that all their subsets can be tried. */
const small = readOnceFormulas().filter((expr) => nodesOf(expr).length <= 10)

function agreesWithBruteForce(expr: QuorumExpr, names: readonly string[]): void {
  const positions = positionsOf(names)
  const found = [...minimalQuorumsOf(expr, positions)]
  expect(new Set(found).size).toBe(found.length)
  expect(new Set(found)).toEqual(minimalQuorumsByBruteForce(names.length, compile(expr, positions)))
}

describe("minimalQuorumsOf", () => {
  it("lists exactly the minimal quorums, each once, where nodes repeat", () => {
    fc.assert(
      fc.property(formulas({ constants: true }), (expr) => {
        agreesWithBruteForce(expr, sixNodes)
      }),
    )
  })

  it("and where none does", () => {
    fc.assert(
      fc.property(small, (expr) => {
        agreesWithBruteForce(expr, nodesOf(expr))
      }),
    )
  })

  it("is in dictionary order for a count", () => {
    const expr = threshold(3, sixNodes.map(node))
    const found = [...minimalQuorumsOf(expr, positionsOf(sixNodes))]
    expect(found).toEqual([...found].sort(compareSets))
  })

  it("is lazy: the first of the 10²⁹ majorities of 101 comes at once", () => {
    const expr = threshold(51, acceptors(101))
    const [first] = minimalQuorumsOf(expr, positionsOf(nodesOf(expr)))
    expect(size(first!)).toBe(51)
  })

  it("has the empty quorum alone where the formula is always true, and none where it never is", () => {
    expect([...minimalQuorumsOf(threshold(0, []), new Map())]).toEqual([0])
    expect([...minimalQuorumsOf(or(), new Map())]).toEqual([])
  })
})

describe("countMinimalQuorums", () => {
  it("counts what is listed", () => {
    fc.assert(
      fc.property(small, (expr) => {
        const listed = [...minimalQuorumsOf(expr, positionsOf(nodesOf(expr)))]
        expect(countMinimalQuorums(expr)).toBe(BigInt(listed.length))
      }),
    )
  })

  it("is exact where listing is out of the question", () => {
    expect(countMinimalQuorums(threshold(51, acceptors(101)))).toBe(binomial(101, 51))
    expect(countMinimalQuorums(weighted([3, 1, 1, 1], 3, acceptors(4)))).toBe(2n)
  })

  it("says nothing where a node repeats", () => {
    expect(countMinimalQuorums(or(and(node("a"), node("b")), and(node("b"), node("c"))))).toBeUndefined()
  })
})

describe("shrinkToMinimal", () => {
  it("finds a minimal quorum inside any quorum", () => {
    const positions = positionsOf(sixNodes)
    fc.assert(
      fc.property(formulas(), fc.nat(63), (expr, set) => {
        const isQuorum = compile(expr, positions)
        fc.pre(isQuorum(set))
        const shrunk = shrinkToMinimal(isQuorum, set)
        expect(isSubset(shrunk, set)).toBe(true)
        expect(minimalQuorumsByBruteForce(6, isQuorum)).toContain(shrunk)
      }),
    )
  })

  it("keeps the first nodes and drops the last", () => {
    const isQuorum = compile(threshold(2, acceptors(5)), positionsOf(nodesOf(and(...acceptors(5)))))
    expect(shrinkToMinimal(isQuorum, nodeSet([1, 2, 4]))).toBe(nodeSet([1, 2]))
  })
})

it("absorb keeps the inclusion-minimal sets, in the order they came", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(63), { maxLength: 20 }), (sets) => {
      const minimal = sets.filter((set) => !sets.some((other) => other !== set && isSubset(other, set)))
      expect(absorb(sets)).toEqual([...new Set(minimal)])
    }),
  )
})

function binomial(n: number, k: number): bigint {
  let value = 1n
  for (let i = 1; i <= k; i++) value = (value * BigInt(n - k + i)) / BigInt(i)
  return value
}
