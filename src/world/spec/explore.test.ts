import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { quorumSystemFrom } from "../../../quorums/from-text.ts"
import { UsageError } from "../../base/errors.ts"
import { popcount } from "../../base/node-set.ts"
import { takeCensus } from "./census.ts"
import { exploreSpec } from "./explore.ts"
import { type SpecOptions, stepsToAllViolations } from "./memory.ts"
import { type SpecModel, specModel } from "./model.ts"
import { runSteps } from "./trace.ts"
import { branches, decisions, initialState, stateText } from "./transition.ts"

const slow = process.env["SLOW"] === "1"

function explore(text: string, values: number, epochs: number, options?: SpecOptions) {
  return exploreSpec(specModel(quorumSystemFrom(text), { values, epochs }), options)
}

/** [system, values, epochs, distinct, generated, depth] as TLC counts Lamport's specification. */
type Row = readonly [
  system: string,
  values: number,
  epochs: number,
  distinct: number,
  generated: number,
  depth: number,
]

const rows: readonly Row[] = [
  ["majority(3)", 1, 1, 41, 168, 9],
  ["majority(3)", 2, 1, 73, 314, 9],
  ["majority(3)", 3, 1, 105, 460, 9],
  ["majority(3)", 1, 2, 1_681, 9_903, 17],
  ["majority(3)", 2, 2, 3_921, 23_563, 17],
  ["majority(3)", 3, 2, 6_801, 41_311, 17],
  ["majority(3)", 1, 3, 68_921, 497_494, 25],
  ["majority(3)", 2, 3, 185_369, 1_361_380, 25],
  ["majority(3)", 3, 3, 362_361, 2_697_682, 25],
  ["simple(3, 3, 1)", 2, 1, 25, 88, 9],
  ["simple(3, 3, 1)", 2, 2, 513, 2_587, 17],
  ["simple(3, 3, 1)", 2, 3, 9_689, 60_658, 25],
  ["simple(4, 3, 3)", 2, 1, 177, 930, 11],
  ["simple(4, 3, 2)", 2, 1, 177, 930, 11],
  ["simple(4, 3, 3)", 2, 2, 20_609, 142_947, 21],
  ["simple(4, 3, 2)", 2, 2, 20_609, 142_947, 21],
  ["explicit([[1, 2], [3, 4]], [[1, 3], [2, 4]])", 2, 1, 241, 1_314, 11],
  ["explicit([[1, 2], [3, 4]], [[1, 3], [2, 4]])", 2, 2, 39_937, 288_867, 21],
  ["simple(5, 4, 2)", 1, 1, 225, 1_356, 13],
  ["simple(5, 4, 2)", 2, 1, 417, 2_598, 13],
  ["simple(5, 4, 2)", 1, 2, 50_625, 396_751, 25],
  ["simple(5, 4, 2)", 2, 2, 106_305, 838_411, 25],
]

describe("the counts of TLC", () => {
  it.each(rows)("%s with %i values and %i epochs", (system, values, epochs, distinct, generated, depth) => {
    const result = explore(system, values, epochs)
    expect(result).toMatchObject({ distinct, generated, depth, complete: true })
    expect(result.outcomes[0]!.verdict.verdict).toBe("holds")
  })

  it.each([
    [2, { acceptors: true }, 857],
    [2, { values: true }, 2_001],
    [2, { acceptors: true, values: true }, 443],
    [3, { acceptors: true }, 34_113],
    [3, { values: true }, 93_049],
    [3, { acceptors: true, values: true }, 17_153],
  ])("%i epochs of majority(3) under the symmetry %o have %i orbits", (epochs, symmetry, orbits) => {
    expect(explore("majority(3)", 2, epochs, { symmetry }).distinct).toBe(orbits)
  })

  it("the two million states of five acceptors, in four bytes each", () => {
    const result = explore("simple(5, 2, 4)", 2, 2)
    expect(result).toMatchObject({ distinct: 2_121_025, generated: 19_909_571, depth: 25, complete: true })
    expect(result.bytesMax / result.distinct).toBeLessThan(4)
  })
})

/** The search again, with strings, a Map and no cleverness. */
function exploreObviously(model: SpecModel) {
  const seen = new Map<string, number>()
  let level = [initialState(model)]
  let generated = 1
  let depth = 0
  const firstViolation = model.phase2.map((): number | undefined => undefined)
  seen.set(stateText(level[0]!), 0)
  for (; level.length > 0; depth++) {
    const next = []
    for (const state of level) {
      model.phase2.forEach(({ quorums }, i) => {
        const values = new Set(decisions(state, quorums).map(({ value }) => value))
        if (values.size > 1) firstViolation[i] ??= depth
      })
      for (const branch of branches(model, state)) {
        generated++
        const text = stateText(branch.next)
        if (!seen.has(text)) next.push(branch.next)
        seen.set(text, depth + 1)
      }
    }
    level = next
  }
  return { distinct: seen.size, generated, depth, firstViolation }
}

/** Small systems of any shape: quorums need not be minimal, may be empty, need not meet. */
const smallModels: fc.Arbitrary<SpecModel> = fc
  .record({
    n: fc.integer({ min: 1, max: 3 }),
    values: fc.integer({ min: 1, max: 2 }),
    epochs: fc.constant(2),
  })
  .chain(({ n, values, epochs }) => {
    const quorums = fc.uniqueArray(fc.integer({ min: 0, max: 2 ** n - 1 }), { minLength: 1, maxLength: 4 })
    return fc
      .record({ phase1: quorums, phase2: fc.array(quorums, { minLength: 1, maxLength: 3 }) })
      .map(({ phase1, phase2 }) => ({
        acceptors: ["a1", "a2", "a3"].slice(0, n),
        values,
        epochs,
        phase1,
        phase2: phase2.map((list, i) => ({ name: `system ${i}`, quorums: list.filter((q) => q !== 0) })),
      }))
  })

describe("the packed search", () => {
  it("finds what an obvious search finds, for systems of any shape", () => {
    fc.assert(
      fc.property(smallModels, (model) => {
        const fast = exploreSpec(model)
        const obvious = exploreObviously(model)
        expect(fast).toMatchObject({
          distinct: obvious.distinct,
          generated: obvious.generated,
          depth: obvious.depth,
        })
        expect(fast.outcomes.map(({ stepsToViolation }) => stepsToViolation)).toEqual(obvious.firstViolation)
      }),
      { numRuns: slow ? 300 : 25 },
    )
  })

  it("is counted in advance, level by level", () => {
    fc.assert(
      fc.property(smallModels, fc.integer({ min: 1, max: 3 }), (model, epochs) => {
        const scaled = { ...model, epochs }
        const census = takeCensus(scaled)
        expect(exploreSpec(scaled).levels).toEqual(census.levels.filter((count) => count > 0))
      }),
      { numRuns: slow ? 100 : 25 },
    )
  })

  it("counts the orbits that an obvious reduction counts, arrangements of a grid included", () => {
    const model = specModel(quorumSystemFrom("grid(2, 2)"), { values: 1, epochs: 1 })
    const images = [
      [0, 1, 2, 3],
      [1, 0, 3, 2],
      [2, 3, 0, 1],
      [3, 2, 1, 0],
    ]
    const orbits = new Set<string>()
    const pending = [initialState(model)]
    const seen = new Set<string>()
    for (let state = pending.pop(); state !== undefined; state = pending.pop()) {
      if (seen.has(stateText(state))) continue
      seen.add(stateText(state))
      const { acceptors, messages } = state
      const texts = images.map((image) =>
        [
          ...image.map((a) => JSON.stringify(acceptors[a])),
          ...[...messages.values()]
            .map((m) => JSON.stringify("acceptor" in m ? { ...m, acceptor: image.indexOf(m.acceptor) } : m))
            .sort(),
        ].join(),
      )
      orbits.add(texts.sort()[0]!)
      for (const { next } of branches(model, state)) pending.push(next)
    }
    expect(exploreSpec(model, { symmetry: { acceptors: true } }).distinct).toBe(orbits.size)
  })

  it("explores states of many words", () => {
    const wide = explore("majority(7)", 3, 6, { maxStates: 2_000 })
    const obvious = explore("majority(7)", 3, 6, { maxStates: 2_000, symmetry: {} })
    expect(wide.levels).toEqual(obvious.levels)
    // Levels of the unconstrained beginning: prepares alone, then a promise to each.
    expect(wide.levels.slice(0, 3)).toEqual([1, 6, 15 + 6 * 7])
    expect(wide.outcomes[0]!.verdict.verdict).toBe("unknown")
  })
})

describe("agreement", () => {
  it.each([
    ["simple(2, 1, 1)", 8],
    ["simple(3, 1, 1)", 8],
    ["simple(3, 1, 2)", 10],
    ["simple(3, 2, 1)", 10],
    ["simple(4, 2, 2)", 12],
  ])("of %s is first violated after %i steps", (system, steps) => {
    for (const options of [{}, { symmetry: { acceptors: true, values: true } }, { stopAtViolation: true }]) {
      const [outcome] = explore(system, 2, 2, options).outcomes
      expect(outcome).toMatchObject({ stepsToViolation: steps, verdict: { verdict: "violated" } })
    }
  })

  it("names the disjoint quorums behind a violation, and the run re-executes to it", () => {
    const { verdict } = explore("simple(4, 2, 2)", 2, 2).outcomes[0]!
    expect(verdict.because).toBe(
      "A is decided in epoch 0 by {a1 a2} and B in epoch 1 by {a3 a4}: the phase-1 quorum {a3 a4} that allowed " +
        "proposing B in epoch 1 shares no acceptor with the phase-2 quorum {a1 a2}.",
    )
    if (verdict.verdict !== "violated") throw new Error("expected a violation")
    const { trace, first, culprit } = verdict.witness
    expect(culprit.quorum & first.quorum).toBe(0)
    expect(runSteps(trace.model, trace.steps).states.map(stateText)).toEqual(trace.states.map(stateText))
  })

  it("is checked for many phase-2 systems in one pass, each with its own verdict", () => {
    const systems = Array.from({ length: 40 }, (_, i) => quorumSystemFrom(`simple(4, 3, ${1 + (i % 4)})`))
    const { outcomes, distinct } = exploreSpec(specModel(systems, { values: 2, epochs: 2 }))
    expect(distinct).toBe(20_609)
    expect(outcomes.map(({ verdict }) => verdict.verdict)).toEqual(
      systems.map((_, i) => (i % 4 === 0 ? "violated" : "holds")),
    )
    expect(outcomes[36]!.stepsToViolation).toBe(12)
  })

  it("refuses phase-2 quorums of nobody, which no run leads to", () => {
    const start = (): unknown =>
      specModel([quorumSystemFrom("split(a*b, choose(0))")], { values: 2, epochs: 2 })
    expect(start).toThrow("has the quorum of nobody, which decides every value before the first step")
  })

  it("refuses to explore systems in one pass that do not share their phase-1 quorums", () => {
    const systems = [quorumSystemFrom("majority(3)"), quorumSystemFrom("simple(3, 3, 1)")]
    expect(() => specModel(systems, { values: 1, epochs: 1 })).toThrow(/one after the other/)
  })
})

describe("limits", () => {
  it("end in unknown, with the reason, and never in holds", () => {
    const { outcomes, complete } = explore("majority(3)", 2, 3, { maxStates: 1_000 })
    expect(complete).toBe(false)
    expect(outcomes[0]!.verdict).toMatchObject({ verdict: "unknown" })
    expect(outcomes[0]!.verdict.because).toMatch(/stopped after \d+ states/)
  })

  it("do not take back a violation already seen", () => {
    expect(explore("simple(2, 1, 1)", 2, 5, { maxStates: 60_000 }).outcomes[0]!.stepsToViolation).toBe(8)
  })

  it("refuse a search that cannot fit, with the estimate, before it starts", () => {
    let progress = 0
    const start = () => explore("majority(5)", 2, 4, { onProgress: () => progress++ })
    expect(start).toThrow(UsageError)
    expect(start).toThrow(
      /would visit 2\.265e\+11 states and take 1\.\d\d TiB of memory; 2\.00 GiB are allowed/,
    )
    expect(progress).toBe(0)
  })

  it("of memory stop a search whose size could not be foretold", () => {
    const { outcomes } = explore("simple(7, 3, 4)", 3, 16, { maxBytes: 2 ** 20, stopAtViolation: true })
    expect(outcomes[0]!.verdict.because).toMatch(/stopped when the states took/)
  })

  it("refuse a search for a violation that no run shows, or that lies too deep", () => {
    const options = { maxBytes: 2 ** 20, stopAtViolation: true }
    expect(() => explore("majority(7)", 2, 2, options)).toThrow(/would visit 1\.574e\+8 states/)
    expect(() => explore("simple(6, 3, 3)", 2, 2, options)).toThrow(/1\.00 MiB are allowed/)
    expect(explore("simple(2, 1, 1)", 2, 5, options).outcomes[0]!.stepsToViolation).toBe(8)
  })

  it.each(["simple(2, 1, 1)", "simple(3, 1, 2)", "simple(4, 2, 2)", "split(a1*a2 + a3*a4, a1*a2 + a3*a4)"])(
    "know in advance how deep the violation of %s lies, and that a safe system has none",
    (system) => {
      const model = specModel(quorumSystemFrom(system), { values: 2, epochs: 2 })
      expect(stepsToAllViolations(model)).toBe(exploreSpec(model).outcomes[0]!.stepsToViolation)
      expect(stepsToAllViolations({ ...model, values: 1 })).toBe(Infinity)
      expect(stepsToAllViolations({ ...model, phase2: [{ name: "all", quorums: [15] }] })).toBe(Infinity)
    },
  )

  it.each([
    [0, 1],
    [1, 0],
    [16, 1],
    [1, 17],
    [1.5, 1],
  ])("refuse %d values and %d epochs", (values, epochs) => {
    expect(() => explore("majority(3)", values, epochs)).toThrow(UsageError)
  })

  it("refuse more acceptors than can be explored", () => {
    expect(() => explore("majority(17)", 1, 1)).toThrow(/at most 16/)
  })
})

describe("laws of the graph", () => {
  const minimal = (model: SpecModel): SpecModel => ({
    ...model,
    phase1: model.phase1.filter((q) => !model.phase1.some((other) => other !== q && (other & ~q) === 0)),
  })

  it("it has 1 + B(2n + 2) levels, whatever the quorums", () => {
    fc.assert(
      fc.property(smallModels, (model) => {
        const { depth } = exploreSpec(model)
        expect(depth).toBe(1 + model.epochs * (2 * model.acceptors.length + 2))
      }),
      { numRuns: 30 },
    )
  })

  it("with one value, epochs are independent: N(B) = N(1)^B", () => {
    fc.assert(
      fc.property(smallModels, fc.integer({ min: 2, max: 3 }), (model, epochs) => {
        const count = (scaled: number): number =>
          exploreSpec({ ...model, values: 1, epochs: scaled }).distinct
        expect(count(epochs)).toBe(count(1) ** epochs)
      }),
      { numRuns: 20 },
    )
  })

  it("with one epoch, N is affine in V", () => {
    fc.assert(
      fc.property(smallModels, (model) => {
        const count = (values: number): number => exploreSpec({ ...model, values, epochs: 1 }).distinct
        expect(count(5) - count(4)).toBe(count(2) - count(1))
      }),
      { numRuns: 20 },
    )
  })

  it("up to two epochs, N depends on the minimal phase-1 quorums only", () => {
    fc.assert(
      fc.property(smallModels, (model) => {
        expect(exploreSpec(model).distinct).toBe(exploreSpec(minimal(model)).distinct)
      }),
      { numRuns: 30 },
    )
  })

  it("from three epochs on it does not: a larger quorum sees more reports and can be bound otherwise", () => {
    // a1 accepts A in epoch 0, a2 accepts B in epoch 1 (by the quorum {a3}); in epoch 2
    // {a1} alone is bound to A, and {a1 a2} to B although a3 has promised nothing.
    const model = (phase1: readonly number[]): SpecModel => ({
      acceptors: ["a1", "a2", "a3"],
      values: 2,
      epochs: 3,
      phase1,
      phase2: [],
    })
    const alone = exploreSpec(model([0b001, 0b100])).distinct
    const withLarger = exploreSpec(model([0b001, 0b100, 0b011])).distinct
    expect([alone, withLarger]).toEqual([703_353, 704_889])
  })

  it("explicit(…) is explored with every quorum written there, each once", () => {
    const countsOf = (phase1: string) => {
      const { distinct, generated } = explore(`explicit(${phase1}, [[a1, a2, a3]])`, 2, 3)
      return [distinct, generated]
    }
    expect(countsOf("[[a1], [a3]]")).toEqual([703_353, 5_465_568])
    expect(countsOf("[[a3], [a1], [a1]]")).toEqual([703_353, 5_465_568])
    expect(countsOf("[[a1], [a3], [a2, a1]]")).toEqual([704_889, 5_566_572])
  })

  it("the shortest violation needs 4 + min|Q1| + min|Q2| + the smallest disjoint pair", () => {
    const sizes = (quorums: readonly number[]): number => Math.min(...quorums.map(popcount))
    fc.assert(
      fc.property(smallModels, (model) => {
        const { outcomes } = exploreSpec({ ...minimal(model), values: 2 })
        outcomes.forEach(({ stepsToViolation }, i) => {
          const { phase1 } = minimal(model)
          const { quorums } = model.phase2[i]!
          const pairs = phase1.flatMap((a) =>
            quorums.filter((b) => (a & b) === 0).map((b) => popcount(a) + popcount(b)),
          )
          if (pairs.length === 0) {
            expect(stepsToViolation).toBeUndefined()
            return
          }
          // An empty phase-1 quorum has no one to prepare: each use saves a step.
          const prepares = phase1.includes(0) ? 0 : 2
          expect(stepsToViolation).toBe(2 + prepares + sizes(phase1) + sizes(quorums) + Math.min(...pairs))
        })
      }),
      { numRuns: 60 },
    )
  })
})
