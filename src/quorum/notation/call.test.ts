import { describe, expect, it } from "vitest"
import { UsageError } from "../../base/errors.ts"
import { catalogue } from "../../../quorums/index.ts"
import { callFamily, readPlainCall } from "./call.ts"

describe("callFamily", () => {
  it("says how many arguments there are, with an example to copy", () => {
    expect(() => callFamily(catalogue, "simple", [5, 4])).toThrow(
      "simple(n, q1, q2) takes 3 arguments; 2 were given: simple(5, 4). For example simple(1, 1, 1).",
    )
    expect(() => callFamily(catalogue, "majority", [])).toThrow(
      "majority(n) takes 1 argument; none was given: majority().",
    )
    expect(() => callFamily(catalogue, "explicit", [[["a"]], [["a"]], 1])).toThrow(
      /takes 1 to 2 arguments; 3 were given/,
    )
  })

  it("lists what there is under an unknown name, the nearest first", () => {
    expect(() => callFamily(catalogue, "majorty", [5])).toThrow(
      /There is no quorum system called majorty\. Did you mean majority\?\nThe systems are majority\(n\), simple\(/,
    )
  })

  it.each(["constructor", "toString", "__proto__"])("%s is not a system", (id) => {
    expect(() => callFamily(catalogue, id, [3])).toThrow(UsageError)
  })
})

describe("readPlainCall", () => {
  it("reads a call whose arguments are all plain numbers", () => {
    expect(readPlainCall(" simple( 5,4 , 2 ) ", catalogue)?.name).toBe("simple(5, 4, 2)")
  })

  it.each([
    "a*b",
    "majority",
    "majority()",
    "majority(x)",
    "majority(1.5)",
    "majority(-1)",
    "majority(01)",
    "f(3)",
    "",
  ])("leaves %o to the parser", (text) => {
    expect(readPlainCall(text, catalogue)).toBeUndefined()
  })

  it("throws what the parser would: a system that cannot be is a UsageError either way", () => {
    expect(() => readPlainCall("simple(5, 6, 2)", catalogue)).toThrow(UsageError)
    expect(() => readPlainCall("majority(0)", catalogue)).toThrow("n is 0; it must be")
  })
})
