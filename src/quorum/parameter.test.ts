import { describe, expect, it } from "vitest"
import { and, node } from "./expression.ts"
import {
  type Argument,
  type Parameter,
  asDenotation,
  expression,
  optional,
  quorumList,
  readArgument,
  showArgument,
  size,
  sizes,
} from "./parameter.ts"

const formula: Argument = { kind: "formula", expr: and(node("a"), node("b")), text: "a*b" }

describe("what each parameter accepts and refuses", () => {
  const cases: [Parameter<unknown>, Argument[], Argument[]][] = [
    [size("n"), [1, 5, 2 ** 40], [0, -1, 1.5, NaN, 2 ** 53, "5", [5], formula]],
    [sizes("weights"), [[1], [3, 1, 1]], [[], [0], [1, -1], [1.5], 3, "x", ["x"], [[1]]]],
    [
      quorumList("quorums"),
      [[[1, 2], ["a"]], [[]]],
      [[], 1, [1], [[1, 1]], [["a", "a"]], [[[1]]], [[1.5]], [[-1]]],
    ],
    [expression("e"), [1, "a", "us-west", formula], ["", -1, 1.5, [], ["a"]]],
    [optional(size("k")), [1], [0, "x"]],
  ]
  it.each(cases)("%o", (parameter, accepted, refused) => {
    for (const argument of accepted) expect(parameter.read(argument)).toBeDefined()
    for (const argument of refused) {
      expect(parameter.read(argument)).toBeUndefined()
      expect(() => readArgument(parameter, argument, "f(x)")).toThrow(
        `f(x): ${parameter.name} is ${showArgument(argument)}; must be ${parameter.what}.`,
      )
    }
  })
})

describe("what was read is shown so that it can be read again", () => {
  it.each([
    [size("n"), 5, "5"],
    [sizes("weights"), [3, 1, 1], "[3, 1, 1]"],
    [quorumList("quorums"), [[1, "us-west"], []], '[[1, "us-west"], []]'],
    [expression("e"), formula, "a*b"],
    [expression("e"), "us-west", '"us-west"'],
  ] as [Parameter<unknown>, Argument, string][])("%#: %o", (parameter, argument, shown) => {
    expect(parameter.show(parameter.read(argument))).toBe(shown)
  })
})

it("a name or a whole number in the place of an expression is a node", () => {
  expect(asDenotation("a")).toEqual({ kind: "formula", expr: node("a"), text: "a" })
  expect(asDenotation(3)).toEqual({ kind: "formula", expr: node("3"), text: "3" })
  expect(asDenotation(-3)).toBeUndefined()
  expect(asDenotation(formula)).toBe(formula)
})
