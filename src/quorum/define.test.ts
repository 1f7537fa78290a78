import { describe, expect, it } from "vitest"
import { UsageError } from "../base/errors.ts"
import { acceptorNames, bothPhases, catalogueOf, defineQuorumSystem, signature, symmetric } from "./define.ts"
import { and, node, or, threshold } from "./expression.ts"
import { optional, size } from "./parameter.ts"

const family = defineQuorumSystem({
  id: "atLeast",
  summary: "Any k of n acceptors; one where k is left out.",
  reference: "this test",
  parameters: [size("n"), optional(size("k"))],
  examples: ["atLeast(1)"],
  counterexamples: [],
  parts: (n: number, k: number | undefined) => symmetric(threshold(k ?? 1, acceptorNames(n).map(node))),
})

describe("a family", () => {
  it("is a function that builds a system named by the call", () => {
    const system = family(3, 2)
    expect(system.name).toBe("atLeast(3, 2)")
    expect(system.nodes).toEqual(["a1", "a2", "a3"])
    expect([...system.minimalQuorums(1)]).toEqual([3, 5, 6])
  })

  it("leaves out of the name what was left out of the call", () => {
    expect(family(3, undefined).name).toBe("atLeast(3)")
  })

  it("shows its parameters in its signature, the optional ones with a question mark", () => {
    expect(signature(family)).toBe("atLeast(n, k?)")
  })
})

it("a catalogue holds each id once", () => {
  expect(catalogueOf([family]).get("atLeast")).toBe(family)
  expect(() => catalogueOf([family, family])).toThrow(UsageError)
})

it("acceptors are a1 to an, up to ten thousand", () => {
  expect(acceptorNames(3)).toEqual(["a1", "a2", "a3"])
  expect(acceptorNames(10_000)).toHaveLength(10_000)
  expect(() => acceptorNames(10_001)).toThrow("10001 acceptors")
})

it("bothPhases completes a lone formula by its dual", () => {
  const [a, b] = [node("a"), node("b")]
  expect(bothPhases({ phase1: and(a, b) })).toEqual({ phase1: and(a, b), phase2: or(a, b) })
  expect(bothPhases(symmetric(and(a, b)))).toEqual({ phase1: and(a, b), phase2: and(a, b) })
})
