import { expect, test } from "vitest"
import { once, oncePer } from "./memo.ts"

test("once makes a value at the first call, also where it is undefined", () => {
  let calls = 0
  const nothing = once((): number | undefined => {
    calls++
    return undefined
  })
  expect([nothing(), nothing()]).toEqual([undefined, undefined])
  expect(calls).toBe(1)
})

test("oncePer makes a value for each object by identity, and for each text by what it says", () => {
  const asked: unknown[] = []
  const make = oncePer((key: unknown) => asked.push(key))
  const [one, two] = [{}, {}]
  expect([make(one), make(two), make(one), make("a"), make("a"), make(null)]).toEqual([1, 2, 1, 3, 3, 4])
  expect(asked).toEqual([one, two, "a", null])
})
