import { describe, expect, test } from "vitest"
import { generateHistory, plantStaleRead } from "./generate.ts"
import { type KeyValueInput, type KeyValueOutput, keyValueStore } from "./key-value.ts"
import { checkLinearizability, LinearizabilityCheck } from "./linearizability.ts"
import { type Operation, historyOf, neverReturned } from "./operation.ts"

type Drawn = readonly [client: string, input: KeyValueInput, span: string, output?: KeyValueOutput]

/** Operations drawn over each other: each has its `[` and its `]` in columns; without a `]` its outcome is unknown. */
function drawn(...lines: readonly Drawn[]): Operation<KeyValueInput, KeyValueOutput>[] {
  return historyOf(
    lines.map(([client, input, span, output], line) => {
      const end = span.indexOf("]")
      const returned = end < 0 ? neverReturned : end * 100 + line
      return { client, input, output, called: span.indexOf("[") * 100 + line, returned }
    }),
  ) as Operation<KeyValueInput, KeyValueOutput>[]
}

const put = (value: string, key = "x"): KeyValueInput => ({ type: "put", key, value })
const append = (value: string): KeyValueInput => ({ type: "append", key: "x", value })
const cas = (expected: string | null, value: string): KeyValueInput => ({
  type: "cas",
  key: "x",
  expected,
  value,
})
const get = (key = "x"): KeyValueInput => ({ type: "get", key })

const check = (...lines: readonly Drawn[]) => checkLinearizability(drawn(...lines), keyValueStore())

describe("histories from the literature", () => {
  test("Herlihy & Wing 1990, figure 2, (a) and (b): an overlapping write may take effect before or after", () => {
    expect(
      check(["A", put("0"), "[ ]       "], ["B", put("1"), "   [     ]"], ["A", get(), "    [ ]   ", "1"])
        .verdict,
    ).toBe("holds")
    expect(
      check(["A", put("0"), "[ ]       "], ["B", put("1"), "   [     ]"], ["A", get(), "    [ ]   ", "0"])
        .verdict,
    ).toBe("holds")
  })

  test("a read that has seen the new value binds the next one (Herlihy & Wing, the register H7 in spirit)", () => {
    const { verdict } = check(
      ["A", put("0"), "[ ]              "],
      ["B", put("1"), "   [            ]"],
      ["C", get(), "    [ ]          ", "1"],
      ["D", get(), "        [ ]      ", "0"],
    )
    expect(verdict).toBe("violated")
  })
})

describe("an unknown outcome", () => {
  test("may be an effect long after the call, or none", () => {
    const write: Drawn = ["A", put("1"), "[               "]
    expect(check(write, ["B", get(), " [ ]            ", null]).verdict).toBe("holds")
    expect(check(write, ["B", get(), " [ ]            ", "1"]).verdict).toBe("holds")
    const seenLate: Drawn[] = [
      write,
      ["B", get(), " [ ]            ", null],
      ["B", get(), "      [ ]       ", "1"],
    ]
    expect(check(...seenLate).verdict).toBe("holds")
  })

  test("is an effect once only", () => {
    const { verdict } = check(
      ["A", put("1"), "[                    "],
      ["B", get(), " [ ]                 ", "1"],
      ["B", put("2"), "     [ ]             "],
      ["B", get(), "         [ ]         ", "1"],
    )
    expect(verdict).toBe("violated")
  })

  test("of a cas or an append counts as well", () => {
    expect(check(["A", cas(null, "1"), "[     "], ["B", get(), " [ ] ", "1"]).verdict).toBe("holds")
    expect(check(["A", cas("0", "1"), "[     "], ["B", get(), " [ ] ", "1"]).verdict).toBe("violated")
    expect(
      check(["A", append("1"), "[     "], ["C", append("2"), "[ ]   "], ["B", get(), "   [ ]", "12"]).verdict,
    ).toBe("holds")
  })
})

test("a cas that says it found another value is evidence", () => {
  const lines = (answer: boolean): Drawn[] => [
    ["A", put("1"), "[ ]    "],
    ["A", cas("1", "2"), "   [ ] ", answer],
  ]
  expect(check(...lines(true)).verdict).toBe("holds")
  expect(check(...lines(false)).verdict).toBe("violated")
})

describe("the verdict", () => {
  test("on one key does not depend on others, and names the key", () => {
    const result = check(
      ["A", put("1", "x"), "[ ]          "],
      ["A", put("1", "y"), "    [ ]      "],
      ["A", get("y"), "        [ ]  ", null],
      ["B", get("x"), "        [ ]  ", "1"],
    )
    expect(result).toMatchObject({ verdict: "violated", witness: { object: "y" } })
    expect(result.because).toBe("no linearization point for get y: nil of client A; possible states: 1")
  })

  test("is unknown when the steps run out, and never wrong in between", () => {
    const history = generateHistory({ seed: 7, operations: 400, clients: 12 })
    const steps = checkLinearizability(history, keyValueStore())
    expect(steps.verdict).toBe("holds")
    expect(checkLinearizability(history, keyValueStore(), { maxSteps: 20 })).toMatchObject({
      verdict: "unknown",
      because: "the search stopped after 20 steps",
    })
    const portions = new LinearizabilityCheck(history, keyValueStore())
    while (!portions.advance(7)) expect(portions.verdict().verdict).toBe("unknown")
    expect(portions.verdict()).toEqual(steps)
  })

  test("on no operations at all is that they hold", () => {
    expect(checkLinearizability([], keyValueStore()).verdict).toBe("holds")
  })
})

const plans = {
  "a value of its own for each write": { keys: 1 },
  "few values, and cas": { keys: 1, values: 20, puts: 0.3, cas: 0.4 },
  appends: { keys: 2, puts: 0.05, appends: 0.4 },
  "everything, with unknown outcomes": {
    keys: 4,
    puts: 0.3,
    appends: 0.1,
    deletes: 0.05,
    cas: 0.1,
    unknown: 0.02,
  },
}

describe.each(Object.entries(plans))("50 clients, %s:", (_, plan) => {
  test.each([1, 2, 3])("2000 operations hold, and one stale read in them is found (seed %i)", (seed) => {
    const history = generateHistory({ seed, operations: 2000, clients: 50, ...plan })
    expect(checkLinearizability(history, keyValueStore()).verdict).toBe("holds")
    const stale = plantStaleRead(history, 0.7)
    if (stale === undefined) return expect(plan).toHaveProperty("values")
    const result = checkLinearizability(stale.history, keyValueStore())
    expect(result).toMatchObject({
      verdict: "violated",
      witness: { unplaceable: stale.planted, isMinimal: true },
    })
  })
})
