import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { InvariantError, UsageError, closestNames, describeUnknown, didYouMean } from "./errors.ts"

describe("closestNames", () => {
  const systems = ["majority", "simple", "grid", "classicGrid", "weighted", "split", "explicit"]

  it("finds the name behind a slip of the keyboard, the likeliest first", () => {
    expect(closestNames("majorty", systems)).toEqual(["majority"])
    expect(closestNames("GRID", systems)).toEqual(["grid"])
    expect(closestNames("spilt", systems)).toEqual(["split"])
    expect(closestNames("classicgrid", systems)).toEqual(["classicGrid"])
  })

  it("offers nothing where nothing is near, and at most as many as asked", () => {
    expect(closestNames("quorum", systems)).toEqual([])
    expect(closestNames("ab", ["cd", "xy"])).toEqual([])
    expect(closestNames("a1", ["a2", "a3", "a4", "a5"])).toEqual(["a2", "a3", "a4"])
    expect(closestNames("a1", ["a2", "a3"], 1)).toEqual(["a2"])
  })

  it("always finds a name itself, and one with a letter changed, dropped or added", () => {
    const word = fc.stringMatching(/^[a-z]{3,12}$/)
    fc.assert(
      fc.property(word, fc.nat(), fc.constantFrom("q", ""), (name, where, by) => {
        const at = where % name.length
        for (const slip of [
          name,
          name.slice(0, at) + by + name.slice(at + 1),
          `${name.slice(0, at)}q${name.slice(at)}`,
        ]) {
          expect(closestNames(slip, [name])).toEqual([name])
        }
      }),
    )
  })
})

it("didYouMean ends a sentence with a question, or is nothing", () => {
  expect(didYouMean("gird", ["grid", "majority"])).toBe('; did you mean "grid"?')
  expect(didYouMean("a1", ["a2", "a3"])).toBe('; did you mean "a2" or "a3"?')
  expect(didYouMean("nonsense", ["grid"])).toBe("")
})

describe("the two kinds of error", () => {
  it("tell themselves apart by name, which survives a worker boundary", () => {
    expect(new UsageError("no").name).toBe("UsageError")
    expect(new InvariantError("no").name).toBe("InvariantError")
    expect(new UsageError("no")).not.toBeInstanceOf(InvariantError)
  })

  it("an InvariantError carries the command that shows it again", () => {
    expect(new InvariantError("two values decided", "quorate replay 7").message).toBe(
      "two values decided\nReplay it with: quorate replay 7",
    )
    expect(new InvariantError("two values decided").message).toBe("two values decided")
  })
})

it("describeUnknown suggests a name and lists the valid ones", () => {
  expect(describeUnknown("variant", "clasic", ["classic", "nacks"])).toBe(
    'unknown variant "clasic"; did you mean "classic"? Valid variants: classic, nacks.',
  )
  expect(describeUnknown("latency", "warp", ["aws"], ["aws", "constant(ms)"])).toBe(
    'unknown latency "warp". Valid latencies: aws, constant(ms).',
  )
  expect(describeUnknown("key", "x", ["y"])).toBe('unknown key "x". Valid keys: y.')
  expect(describeUnknown("process", "x", [])).toBe('unknown process "x". Valid processes: .')
})
