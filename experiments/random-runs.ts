import { shareInterval } from "../src/base/statistics.ts"
import { allChecks } from "../src/check/all-checks.ts"
import { count, estimateCells, estimateColumns, flag, text } from "../src/experiment/column.ts"
import { defineExperiment } from "../src/experiment/define.ts"
import { randomSetup } from "../src/experiment/random-setup.ts"
import { decreeScenario } from "../src/experiment/single-decree.ts"
import type { Table } from "../src/experiment/table.ts"
import { variantNamed, variants } from "../src/protocol/paxos/variants.ts"
import { simulate } from "../src/sim/simulate.ts"

interface Case {
  readonly variant: string
}

interface Observation {
  readonly events: number
  readonly checks: number
  readonly learned: boolean
  /** The names of the checks that were violated. */
  readonly violated: readonly string[]
}

type Row = {
  readonly variant: string
  readonly reference: string
  readonly control: boolean
  readonly runs: number
  readonly checks: number
  readonly events: number
  readonly learnedShare: number | null
  readonly learnedShareLow: number | null
  readonly learnedShareHigh: number | null
  readonly runsViolated: number
  readonly oracleViolated: number
  readonly violated: string | null
}

/** Three, four or five acceptors, in turn by the seed. */
const acceptorsOf = (seed: number): number => 3 + (seed % 3)

/** Every variant in random trouble, before every check there is. */
export default defineExperiment<Case, Observation, Row>({
  id: "random-runs",
  question: "Does any variant break a property it should keep, whatever goes wrong?",
  reference: "Howard 2019, §2.4 to §2.7 and chapters 3 to 7; Howard and Mortier 2019",
  columns: [
    text("variant", "The variant, by its id."),
    text("reference", "Its algorithms in Howard 2019, or its section."),
    flag("control", "Whether it is a control: printed so, and wrong."),
    count("runs", "Random runs, with three to five acceptors."),
    count(
      "checks",
      "Checks on each run: definitions, properties and lemmas the variant keeps, statements, oracle.",
    ),
    count("events", "Simulated events in all runs."),
    ...estimateColumns(
      "learnedShare",
      "Share of runs in which some process learned a value, for all their faults.",
      { digits: 3 },
    ),
    count("runsViolated", "Runs in which some check was violated."),
    count("oracleViolated", "Runs in which a rule of the oracle was."),
    text("violated", "The checks that were violated.", { empty: "none" }),
  ],
  cases: () => variants.map(({ id }) => ({ variant: id })),
  replicas: 300,
  observe: ({ variant }, seed) => {
    const setup = randomSetup(variantNamed(variant).plan(acceptorsOf(seed)), seed, { variant })
    const { cluster, scenario } = decreeScenario(setup, seed)
    const checks = allChecks(cluster)
    let learned = false
    const { events } = simulate(scenario, (event) => {
      if (event.type === "learn") learned = true
      for (const check of checks) check.observe(event)
    })
    const violated = checks.filter((check) => check.verdict().verdict === "violated").map(({ name }) => name)
    return { events, checks: checks.length, learned, violated }
  },
  summarise: ({ variant }, observations) => {
    const { reference, control = false } = variantNamed(variant)
    const names = new Set(observations.flatMap(({ violated }) => violated))
    return [
      {
        variant,
        reference,
        control,
        runs: observations.length,
        checks: Math.max(...observations.map(({ checks }) => checks)),
        events: observations.reduce((sum, { events }) => sum + events, 0),
        ...estimateCells("learnedShare", shareInterval(observations.map(({ learned }) => learned))),
        runsViolated: observations.filter(({ violated }) => violated.length > 0).length,
        oracleViolated: observations.filter(({ violated }) =>
          violated.some((name) => name.startsWith("oracle-")),
        ).length,
        violated: names.size === 0 ? null : [...names].sort().join(" "),
      },
    ]
  },
  tables: [runsTable],
})

function runsTable(rows: readonly Row[]): Table {
  const safe = rows.filter(({ control }) => !control)
  const total = safe.reduce((sum, { runs }) => sum + runs, 0)
  const broken = safe.reduce((sum, { runsViolated }) => sum + runsViolated, 0)
  return {
    id: "random-runs",
    caption: "Every variant under random faults, before every check.",
    columns: [
      { heading: "variant" },
      { heading: "checks" },
      { heading: "runs" },
      { heading: "learned", digits: 3 },
      { heading: "any check", group: "runs that violate" },
      { heading: "the oracle", group: "runs that violate" },
    ],
    rows: [...safe.map(cells), "rule", ...rows.filter(({ control }) => control).map(cells)],
    notes: [
      "Loss, duplication, late messages, crashes with and without recovery, partitions, slow disks; one to four proposers, three to five acceptors.",
      `Above the line ${total} runs, of which ${broken} violate anything; below it, controls: algorithms as they are printed. printed-multi-path is safe and can halt.`,
    ],
  }
}

const cells = (row: Row) => [
  row.variant,
  row.checks,
  row.runs,
  row.learnedShare,
  row.runsViolated,
  row.oracleViolated,
]
