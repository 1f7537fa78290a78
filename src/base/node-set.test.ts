import fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  type NodeSet,
  compareSets,
  difference,
  emptySet,
  fullSet,
  has,
  intersection,
  isDisjoint,
  isSubset,
  members,
  nodeSet,
  popcount,
  singleton,
  size,
  sizeOfIntersection,
  union,
  withMember,
  withoutMember,
} from "./node-set.ts"

/** Positions around the places where the representation changes: around 31 and around 53. */
const position = fc.oneof(
  fc.integer({ min: 0, max: 8 }),
  fc.integer({ min: 28, max: 33 }),
  fc.integer({ min: 50, max: 55 }),
  fc.nat(130),
)
const positions = fc.array(position, { maxLength: 12 }).map((list) => new Set(list))

const toSet = (model: ReadonlySet<number>): NodeSet => nodeSet(model)
const sorted = (model: Iterable<number>): number[] => [...model].sort((a, b) => a - b)

describe("a NodeSet behaves as a set of integers", () => {
  const binary: [
    string,
    (a: NodeSet, b: NodeSet) => NodeSet,
    (a: Set<number>, b: Set<number>) => number[],
  ][] = [
    ["union", union, (a, b) => [...new Set([...a, ...b])]],
    ["intersection", intersection, (a, b) => [...a].filter((x) => b.has(x))],
    ["difference", difference, (a, b) => [...a].filter((x) => !b.has(x))],
  ]
  it.each(binary)("%s", (_, operation, model) => {
    fc.assert(
      fc.property(positions, positions, (a, b) => {
        const result = operation(toSet(a), toSet(b))
        expect(members(result)).toEqual(sorted(model(a, b)))
        // The same set, built member by member, is the same value: sets are keys of Maps.
        expect(result).toBe(nodeSet(model(a, b)))
      }),
    )
  })

  it("members, size and has", () => {
    fc.assert(
      fc.property(positions, position, (model, p) => {
        const set = toSet(model)
        expect(members(set)).toEqual(sorted(model))
        expect(size(set)).toBe(model.size)
        expect(has(set, p)).toBe(model.has(p))
      }),
    )
  })

  it("one member more and one fewer", () => {
    fc.assert(
      fc.property(positions, position, (model, p) => {
        expect(withMember(toSet(model), p)).toBe(nodeSet([...model, p]))
        expect(withoutMember(toSet(model), p)).toBe(nodeSet([...model].filter((x) => x !== p)))
      }),
    )
  })

  it("disjointness, inclusion, and how much two sets share", () => {
    fc.assert(
      fc.property(positions, positions, (a, b) => {
        expect(sizeOfIntersection(toSet(a), toSet(b))).toBe([...a].filter((x) => b.has(x)).length)
        expect(isDisjoint(toSet(a), toSet(b))).toBe([...a].every((x) => !b.has(x)))
        expect(isSubset(toSet(a), toSet(b))).toBe([...a].every((x) => b.has(x)))
        expect(isSubset(toSet(a), union(toSet(a), toSet(b)))).toBe(true)
      }),
    )
  })
})

describe("the representation", () => {
  it("is a number exactly while every member is below 53", () => {
    fc.assert(
      fc.property(positions, (model) => {
        expect(typeof toSet(model)).toBe([...model].every((p) => p < 53) ? "number" : "bigint")
      }),
    )
  })

  it("of all positions below n, for every n up to 70", () => {
    for (let n = 0; n <= 70; n++) {
      expect(fullSet(n)).toBe(nodeSet(Array.from({ length: n }, (_, i) => i)))
      expect(singleton(n)).toBe(nodeSet([n]))
    }
    expect(fullSet(0)).toBe(emptySet)
  })
})

describe("compareSets", () => {
  it("orders as a dictionary orders words, a prefix first", () => {
    const inOrder = [
      [],
      [0],
      [0, 1],
      [0, 1, 40],
      [0, 1, 60],
      [0, 2],
      [0, 40],
      [1],
      [1, 2],
      [40],
      [40, 41],
      [41],
      [41, 60],
      [60],
    ]
    const sets = inOrder.map((list) => nodeSet(list))
    expect([...sets].reverse().sort(compareSets)).toEqual(sets)
  })

  it("is antisymmetric, and zero only of equal sets", () => {
    fc.assert(
      fc.property(positions, positions, (a, b) => {
        const forth = Math.sign(compareSets(toSet(a), toSet(b)))
        expect(forth + Math.sign(compareSets(toSet(b), toSet(a)))).toBe(0)
        expect(forth === 0).toBe(toSet(a) === toSet(b))
      }),
    )
  })
})

it("popcount counts the bits of a 32-bit word, the sign bit included", () => {
  fc.assert(
    fc.property(fc.integer(), (word) => {
      expect(popcount(word)).toBe((word >>> 0).toString(2).replaceAll("0", "").length)
    }),
  )
})
