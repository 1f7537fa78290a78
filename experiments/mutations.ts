import { lemmas, proofDependencies, propertiesBehind } from "../src/check/paxos/lemmas.ts"
import { rules } from "../src/check/paxos/rules.ts"
import { everyPropertyFor } from "../src/check/paxos/selections.ts"
import { mistakes, mutantNamed, mutants } from "../src/check/paxos/mutants.ts"
import { count, text } from "../src/experiment/column.ts"
import { defineExperiment } from "../src/experiment/define.ts"
import { safeColumns } from "../src/experiment/safety.ts"
import { runsOf } from "../src/experiment/measured.ts"
import { randomDecree } from "../src/run/random-decree.ts"
import { randomFaultsCommand } from "../src/run/replay.ts"
import { runJudgedDecree } from "../src/run/decree.ts"
import type { Table } from "../src/experiment/table.ts"
import { planSafety } from "../src/run/safety.ts"
import { planFrom } from "../src/run/from-text.ts"

interface Case {
  readonly mutant: string | null
  readonly system: string
}

interface Observation {
  readonly seed: number
  /** The names of the checks that were violated. */
  readonly violated: readonly string[]
}

type Row = {
  readonly system: string
  readonly mutant: string | null
  readonly property: string | null
  readonly does: string
  readonly check: string
  readonly number: string | null
  readonly runs: number
  readonly runsViolated: number
  readonly firstRun: number | null
  readonly firstSeed: number | null
  readonly replay: string | null
}

const numberOf = new Map([...rules, ...lemmas].map(({ name, number }) => [name, number]))
const wrongIntersection = "simple(4, 2, 2)"

/** Two columns of a row stand for many checks of a kind. */
const anyCheck = "any check"
const anyDefinition = "a definition"
const anyOracle = "the oracle"
const kinds: ReadonlyMap<string, (name: string) => boolean> = new Map([
  [anyCheck, () => true],
  [anyDefinition, (name: string) => ["agreement", "validity", "safe-learning"].includes(name)],
  [anyOracle, (name: string) => name.startsWith("oracle-")],
])

/**
 * Properties disabled one at a time, under random faults, with every check.
 *
 * Varied: which mutant is in the cluster, or none; the seed decides what else happens. Fixed: majorities
 * of three, a thousand runs for each. A cell of the matrix is the number of runs until a lemma broke, so
 * it says what to expect of a test.
 *
 * Expect: a lemma breaks for a property exactly where the proof, by itself or through other lemmas, uses
 * it: table 2.3 found by experiment, with its row for lemma 7 corrected. No property breaks along with
 * another: mutants switch off one.
 */
export default defineExperiment<Case, Observation, Row>({
  id: "mutations",
  question: "Which lemmas are violated when a property is disabled, and after how many random runs?",
  reference: "Howard 2019, §2.4, §2.5 and table 2.3",
  columns: [
    text("system", "The quorum system."),
    ...safeColumns,
    text("mutant", "The mutant, by its id for `--mutant`.", { empty: "none" }),
    text("property", "The property of the thesis that it disables.", {
      empty: "none of the proposer or acceptor",
    }),
    text("does", "What the mutant does instead."),
    text("check", "The violated check, or a kind of checks."),
    text("number", "The property or lemma it checks.", { empty: "it is none of chapter 2's" }),
    count("runs", "Number of random runs."),
    count("runsViolated", "Runs in which the check is violated."),
    count("firstRun", "Number of runs until the first violation.", { empty: "no violation" }),
    count("firstSeed", "Seed of that run.", { empty: "no violation" }),
    text("replay", "Command that replays it.", { empty: "no violation" }),
  ],
  cases: () => [
    { mutant: null, system: "majority(3)" },
    ...[...mutants, ...mistakes].map(({ id }) => ({ mutant: id, system: "majority(3)" })),
    { mutant: null, system: wrongIntersection },
  ],
  runs: 1000,
  safety: ({ system }) => ({ system, ...planSafety(planFrom(system), ["4.4"]) }),
  observe: ({ mutant, system }, seed) => {
    const setup = randomDecree(planFrom(system), seed, { mutant })
    const { violations } = runJudgedDecree(setup, seed, everyPropertyFor)
    return { seed, violated: violations.map(({ check }) => check) }
  },
  summarise: (c, observations) => {
    const names = [...numberOf.keys(), ...new Set(observations.flatMap(({ violated }) => violated))]
    const each = [...new Set(names)].map((name) => rowOf(c, observations, name, (other) => other === name))
    return [...[...kinds].map(([name, isOne]) => rowOf(c, observations, name, isOne)), ...each]
  },
  tables: [matrixTable, mutantsTable],
})

/** How often a check, or any of a kind, was violated by a mutant, and how soon. */
function rowOf(
  { mutant, system }: Case,
  observations: readonly Observation[],
  check: string,
  isOne: (name: string) => boolean,
): Row {
  const hits = observations.filter(({ violated }) => violated.some(isOne))
  const [first] = hits
  const { property = null, does } =
    mutant === null
      ? { does: system === wrongIntersection ? "quorums of the two phases that do not meet" : "nothing" }
      : mutantNamed(mutant)
  return {
    ...{ system, mutant, property, does, check, number: numberOf.get(check) ?? null },
    runs: observations.length,
    runsViolated: hits.length,
    firstRun: first === undefined ? null : observations.indexOf(first) + 1,
    firstSeed: first?.seed ?? null,
    replay: first === undefined ? null : randomFaultsCommand(system, first.seed, { mutant }),
  }
}

const isMutant = ({ mutant }: Row): boolean => mutants.some(({ id }) => id === mutant)

/** The fewest runs in which some mutant of the property broke the lemma; null if none did. */
function firstRunOf(rows: readonly Row[], property: string, number: string): number | null {
  const runs = rows.flatMap((row) =>
    isMutant(row) && row.property === property && row.number === number && row.firstRun !== null
      ? [row.firstRun]
      : [],
  )
  return runs.length === 0 ? null : Math.min(...runs)
}

/** Lemmas down, properties across; what differs from table 2.3 is said in a note, and would be a finding. */
function matrixTable(rows: readonly Row[]): Table {
  const numbers = rules.map(({ number }) => number)
  const lines = proofDependencies.map(
    ({ lemma }) => [lemma, ...numbers.map((property) => firstRunOf(rows, property, lemma))] as const,
  )
  const different = proofDependencies.flatMap(({ lemma }) =>
    numbers
      .filter(
        (property) => propertiesBehind(lemma).has(property) !== (firstRunOf(rows, property, lemma) !== null),
      )
      .map((property) => `${lemma} without ${property}`),
  )
  const strays = numbers.flatMap((property) =>
    numbers.filter((other) => other !== property && firstRunOf(rows, property, other) !== null),
  )
  return {
    id: "mutations",
    caption: "Table 2.3 by experiment: number of random runs until disabling a property violates a lemma.",
    columns: [
      { heading: "lemma" },
      ...numbers.map((heading) => ({ heading, group: "disabled property", digits: 0 })),
    ],
    rows: [
      ["itself", ...numbers.map((property) => firstRunOf(rows, property, property))],
      "rule",
      ...lines.map((line) => [...line]),
    ],
    notes: [
      `Empty: no violation in ${runsOf(rows)} of each mutant. ${
        different.length === 0
          ? "The violated lemmas are exactly those that depend on the property in table 2.3, directly or through other lemmas"
          : `Different from table 2.3: ${different.join(", ")}`
      }; ${strays.length === 0 ? "no other property is violated" : `properties ${strays.join(", ")} are violated too`}.`,
      "The row of lemma 7 in table 2.3 is read as 9 and 10, printed 8 and 10 (erratum E9). Property 5 is needed for progress only.",
      "The CSV has a replay command for each cell.",
    ],
  }
}

/** How soon each mutant is caught: by any check, by a definition, by the oracle. */
function mutantsTable(rows: readonly Row[]): Table {
  const of = (c: Case, check: string): Row | undefined =>
    rows.find((row) => row.mutant === c.mutant && row.system === c.system && row.check === check)
  const cases = [
    ...new Map(rows.map(({ mutant, system }) => [`${mutant ?? ""} ${system}`, { mutant, system }])).values(),
  ]
  const line = (c: Case) => [
    c.mutant ?? (c.system === wrongIntersection ? c.system : "none"),
    of(c, anyCheck)?.property ?? null,
    of(c, anyCheck)?.firstRun ?? null,
    of(c, anyDefinition)?.firstRun ?? null,
    of(c, anyOracle)?.firstRun ?? null,
    // As text: digits in groups could not be copied.
    of(c, anyCheck)?.firstSeed?.toString() ?? null,
  ]
  return {
    id: "mutants",
    caption: "Number of random runs until a mutant or mistake is detected, by kind of check.",
    columns: [
      { heading: "mutant" },
      { heading: "disabled property" },
      { heading: "any check", group: "runs until detected by" },
      { heading: "a definition", group: "runs until detected by" },
      { heading: "the oracle", group: "runs until detected by" },
      { heading: "seed", align: "right" },
    ],
    rows: cases.map(line),
    notes: [
      `${runsOf(rows)} of each. Empty: not detected. A definition: agreement, validity or safe learning.`,
      'Replay: `quorate simulate "majority(3)" --random-faults --checks --mutant <mutant> --seed <seed>`.',
    ],
  }
}
