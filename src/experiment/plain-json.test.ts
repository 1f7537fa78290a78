import fc from "fast-check"
import { expect, test } from "vitest"
import { plainJson } from "./executor.ts"

test("plain JSON is written as JSON", () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), (values) => {
      expect(plainJson("x", values)).toBe(JSON.stringify(values))
    }),
  )
})

test.each([
  [NaN, "observation is NaN"],
  [{ a: [1, { ms: Infinity }] }, "observation.a[1].ms is Infinity"],
  [{ a: undefined }, "observation.a is missing"],
  [undefined, "observation is missing"],
  [new Map(), "observation is a Map"],
  [new Float64Array(2), "observation is a Float64Array"],
  [3n, "observation is a bigint"],
  [Object.assign([], { 1: 2 }), "observation has gaps"],
])("%o is refused, with its place", (value, message) => {
  expect(() => plainJson("x", [1, value])).toThrow(`observation 1 of a chunk: ${message}.`)
})

test("a negative zero comes back as a journal would keep it", () => {
  expect(plainJson("x", [-0])).toBe("[0]")
})
