import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { catalogue } from "../../../quorums/index.ts"
import { bindVariables, wholeNumberOf } from "./arithmetic.ts"
import { parseTree } from "./parse.ts"

const at = (text: string, n: number, k = 0) =>
  wholeNumberOf(parseTree(text), new Map(Object.entries({ n, k })))

describe("arithmetic of rules", () => {
  it.each([
    ["n/2 + 1", 5, 3],
    ["n/2 + 1", 6, 4],
    ["n/2*2", 5, 4],
    ["(n+1)/2", 5, 3],
    ["-n/2", 5, -3],
    ["n % 3", 8, 2],
    ["2^n - 1", 4, 15],
    ["3n/4", 7, 5],
    ["ceil(3*n/4)", 7, 6],
    ["ceil(3n/4)", 8, 6],
    ["floor(n/2)", 5, 2],
    ["ceil(n/2 + 1/2)", 5, 3],
    ["ceil(n*(2/3))", 3, 2],
    ["ceil(0.75*n)", 5, 4],
    ["max(1, n/2)", 1, 1],
    ["min(n, 3)", 5, 3],
    ["max(n/2, n - 3)", 5, 2],
    ["n - k", 5, 5],
  ])("%s at n = %i is %i", (text, n, value) => {
    expect(at(text, n)).toBe(value)
  })

  it("division is floor division outside floor() and ceil(), exact inside", () => {
    const small = fc.integer({ min: 1, max: 500 })
    fc.assert(
      fc.property(small, small, (n, k) => {
        expect(at("n/k", n, k)).toBe(Math.floor(n / k))
        expect(at("ceil(n/k)", n, k)).toBe(Math.ceil(n / k))
        expect(at("n/k*k + n % k", n, k)).toBe(n)
        expect(at("ceil(n/k*k)", n, k)).toBe(n)
        expect(at("ceil(n*(1/k)*k)", n, k)).toBe(n)
      }),
    )
  })

  it.each([
    ["n/k", "n / k divides by zero"],
    ["m + 1", "m + 1 is not a whole number"],
    ["0.5*n", "is not a whole number"],
    ["n^n^n", "exceeds 2^53"],
    ["sqrt(n)", "is not a whole number"],
  ])("refuses %s", (text, message) => {
    expect(() => at(text, 9)).toThrow(message)
  })
})

describe("bindVariables", () => {
  const bound = (text: string) => bindVariables(parseTree(text), new Map([["n", 5]]), catalogue).toString()

  it("carries out arithmetic and leaves everything else", () => {
    expect(bound("simple(n, n/2 + 1, n/2)")).toBe("simple(5, 3, 2)")
    expect(bound("weighted([n, 1, 1], n/2, 2) + a*b")).toBe("weighted([5, 1, 1], 2, 2) + a * b")
    expect(bound("choose(ceil(n/2), a, b, c)*x")).toBe("choose(3, a, b, c) * x")
  })

  it("leaves the gates of a formula alone", () => {
    expect(bound("split(1*6, 2*3)")).toBe("split(1 * 6, 2 * 3)")
    expect(bound("split(n*2, (1 + n)*x)")).toBe("split(5 * 2, (1 + 5) * x)")
    expect(bound("majority(2*3) + choose(1+1, 1*2, 3)")).toBe("majority(6) + choose(2, 1 * 2, 3)")
    expect(bound("explicit([[n, n + 1]])")).toBe("explicit([[5, 6]])")
  })

  it("names the functions there are", () => {
    expect(() => bound("simple(n, round(n/2 + 1), 3)")).toThrow(
      'unknown function "round" in round(n / 2 + 1); the functions of a rule are floor, ceil, min, max',
    )
  })

  it("refuses a fraction where no division rounds it", () => {
    expect(() => bound("majority(0.5*n)")).toThrow("0.5 * n comes to 5/2; round it with floor() or ceil()")
  })
})
