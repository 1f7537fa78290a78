import fc from "fast-check"
import { beforeAll, describe, expect, test } from "vitest"
import { type Fraction, type Fractions, loadFractions, toNumber } from "../exact/fraction.ts"
import { type LinearProgram, LinearProgramBuilder, provesOptimal } from "./linear-program.ts"
import { type Tools, loadTools, solveProgram, solveSquare } from "./optimum.ts"
import { collapse } from "./symmetry.ts"

let tools: Tools
let fractions: Fractions
beforeAll(async () => {
  tools = await loadTools()
  fractions = await loadFractions()
})

/** The load of a majority of n, by hand: minimise l with n equal shares of sum k, each at most l. */
function majority(n: number, k: number): LinearProgram {
  const builder = new LinearProgramBuilder(fractions)
  const sum = builder.row("=", fractions.of(k))
  const load = builder.variable()
  builder.addCost(load, fractions.one)
  for (let i = 0; i < n; i++) {
    const row = builder.row("<=", fractions.zero)
    const share = builder.variable()
    builder.add(share, sum, fractions.one)
    builder.add(share, row, fractions.one)
    builder.add(load, row, fractions.one.neg())
  }
  return builder
}

describe("fractions", () => {
  test("read the decimal that a person would write", () => {
    const shown = (value: number): string => fractions.decimal(value).toFraction()
    expect([0.1, 0.25, -1.5, 3, 1e-7, 1.25e21, 0].map(shown)).toEqual([
      "1/10",
      "1/4",
      "-3/2",
      "3",
      "1/10000000",
      "1250000000000000000000",
      "0",
    ])
    expect(() => fractions.decimal(Infinity)).toThrow(RangeError)
  })

  test("become the nearest double, whatever their size", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1 }), (n, d) => {
        expect(toNumber(fractions.of(n, d))).toBe(n / d || 0)
      }),
    )
    expect(toNumber(fractions.of(3n ** 1000n, 7n * 3n ** 1000n + 1n))).toBeCloseTo(1 / 7, 14)
  })
})

describe("solveSquare", () => {
  test("solves what has been multiplied out, exactly", () => {
    const matrix = fc.array(fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 5, maxLength: 5 }), {
      minLength: 5,
      maxLength: 5,
    })
    const vector = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 5, maxLength: 5 })
    let solved = 0
    fc.assert(
      fc.property(matrix, vector, (rows, x) => {
        const right = rows.map((row) => fractions.of(row.reduce((sum, a, j) => sum + a * x[j]!, 0)))
        const sparse = rows.map((row) =>
          row.flatMap((a, j): [number, Fraction][] => (a === 0 ? [] : [[j, fractions.of(a)]])),
        )
        const answer = solveSquare(sparse, right, fractions)
        if (answer === undefined) return
        solved++
        expect(answer.map((value) => value.toFraction())).toEqual(x.map(String))
      }),
      { seed: 1 },
    )
    expect(solved).toBeGreaterThan(50)
  })

  test("finds no solution of a singular system", () => {
    const [one, two] = [fractions.one, fractions.of(2)]
    const rows: [number, Fraction][][] = [
      [
        [0, one],
        [1, two],
      ],
      [
        [0, two],
        [1, fractions.of(4)],
      ],
    ]
    expect(solveSquare(rows, [one, one], fractions)).toBeUndefined()
  })
})

describe("collapse", () => {
  test("makes one node of all nodes of a majority", () => {
    const { program } = collapse(majority(101, 51), fractions)
    expect(program.columns).toHaveLength(2)
    expect(program.rows).toHaveLength(2)
  })
})

describe("solveProgram", () => {
  test("proves its optimum, and the proof fails for any other value", () => {
    const program = majority(7, 4)
    const { exact } = solveProgram(program, tools)!
    expect(exact!.values[0]!.toFraction()).toBe("4/7")
    expect(provesOptimal(program, exact!, fractions)).toBe(true)
    const more = fractions.of(1, 1000)
    const loose = { ...exact!, values: exact!.values.with(0, exact!.values[0]!.add(more)) }
    expect(provesOptimal(program, loose, fractions)).toBe(false)
    const infeasible = { ...exact!, values: exact!.values.with(1, exact!.values[1]!.add(more)) }
    expect(provesOptimal(program, infeasible, fractions)).toBe(false)
    const unbounded = { ...exact!, prices: exact!.prices.with(1, fractions.one) }
    expect(provesOptimal(program, unbounded, fractions)).toBe(false)
  })

  test("finds nothing where no point satisfies the rows", () => {
    const builder = new LinearProgramBuilder(fractions)
    const variable = builder.variable()
    builder.add(variable, builder.row("=", fractions.one), fractions.one)
    builder.add(variable, builder.row("<=", fractions.zero), fractions.one)
    expect(solveProgram(builder, tools)).toBeUndefined()
  })
})
