import { describe, expect, test } from "vitest"
import { planOf, runSeeds, violatedProperties } from "../../../test/support/judged-run.ts"
import { lemmas, proofDependencies, propertiesBehind } from "./lemmas.ts"
import { rules } from "./rules.ts"
import { everyPropertyFor } from "./selections.ts"
import { type Mutant, mistakes, mutants } from "./mutants.ts"

const plan = planOf("majority(3)")
const numberOf = new Map([...rules, ...lemmas].map(({ name, number }) => [name, number]))

/** Runs below this number are always made, so that what must not break is given the chance to. */
const leastRuns = 120
const maxRuns = 2000

/** The numbers of all properties and lemmas that a mutant breaks in random runs, until `enough` are. */
function brokenBy(mutant: Mutant, enough: ReadonlySet<string>): Set<string> {
  const broken = new Set<string>()
  for (const [i, seed] of runSeeds(1, maxRuns).entries()) {
    if (i >= leastRuns && [...enough].every((number) => broken.has(number))) break
    for (const name of violatedProperties(plan, seed, () => [...rules, ...lemmas], mutant.id)) {
      broken.add(numberOf.get(name)!)
    }
  }
  return broken
}

const numbers = lemmas.map(({ number }) => number)
const dependents = (property: string): string[] =>
  numbers.filter((lemma) => propertiesBehind(lemma).has(property))

/** What switching off a property breaks: other properties too, which must be none, and lemmas. Computed once. */
const breakages = new Map<string, ReadonlySet<string>>()
function breakagesOf(property: string): ReadonlySet<string> {
  const known = breakages.get(property)
  if (known !== undefined) return known
  const all = new Set<string>()
  for (const mutant of mutants.filter((candidate) => candidate.property === property)) {
    const missing = dependents(property).filter((lemma) => !all.has(lemma))
    for (const number of brokenBy(mutant, new Set(missing))) all.add(number)
  }
  breakages.set(property, all)
  return all
}

describe("table 2.3 as a mutation matrix", () => {
  const columns = rules.map(({ number }) => number)

  test.each(columns)(
    "switching off %s breaks it alone, and exactly the lemmas that rest on it",
    (property) => {
      const broken = breakagesOf(property)
      expect([...broken].filter((number) => number.startsWith("P"))).toEqual([property])
      expect(numbers.filter((number) => broken.has(number))).toEqual(dependents(property))
    },
  )

  test("is printed as the thesis does, with all that follows from its rows", async () => {
    const head = `${"".padEnd(56)}${columns.map((number) => number.padEnd(5)).join("")}`.trimEnd()
    const lines = proofDependencies.map(({ lemma, title }) => {
      const marks = columns.map((property) => (breakagesOf(property).has(lemma) ? "x" : ".").padEnd(5))
      return `${`${title} (${lemma})`.padEnd(56)}${marks.join("")}`.trimEnd()
    })
    const story = [
      "# Howard 2019, table 2.3, by experiment: x where switching off the property broke the lemma in a random run.",
      "# Lemma 7 breaks without P9 and never without P8 alone; the print has it the other way round (erratum).",
    ]
    await expect(`${[...story, head, ...lines].join("\n")}\n`).toMatchFileSnapshot(
      "../../../test/testdata/thesis/table-2.3-by-mutation.txt",
    )
  })
})

describe("seeded mistakes are caught within 2,000 random runs", () => {
  const firstCaught = (
    mutant: Mutant | undefined,
    system: string,
    by: (names: string[]) => boolean,
  ): number =>
    runSeeds(2, maxRuns).findIndex((seed) =>
      by(violatedProperties(planOf(system), seed, everyPropertyFor, mutant?.id ?? null)),
    )
  const byDefinition = (names: string[]): boolean =>
    names.includes("agreement") || names.includes("safe-learning") || names.includes("validity")
  const byOracle = (names: string[]): boolean => names.some((name) => name.startsWith("oracle-"))

  test.each(mistakes)("$does", (mutant) => {
    expect(firstCaught(mutant, "majority(3)", byDefinition)).toBeGreaterThanOrEqual(0)
    expect(firstCaught(mutant, "majority(3)", byOracle)).toBeGreaterThanOrEqual(0)
  })

  test("phase-1 and phase-2 quorums that do not meet", () => {
    expect(firstCaught(undefined, "simple(4, 2, 2)", byDefinition)).toBeGreaterThanOrEqual(0)
    expect(firstCaught(undefined, "simple(4, 2, 2)", byOracle)).toBeGreaterThanOrEqual(0)
  })

  test.each(mutants.filter(({ property }) => property !== "P5"))("$property: $does", (mutant) => {
    expect(firstCaught(mutant, "majority(3)", (names) => names.length > 0)).toBeGreaterThanOrEqual(0)
  })
})
