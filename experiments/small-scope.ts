import { count, text } from "../src/experiment/column.ts"
import { defineExperiment } from "../src/experiment/define.ts"
import { safeColumns } from "../src/experiment/safety.ts"
import type { Table } from "../src/experiment/table.ts"
import { exploreSpec } from "../src/world/spec/explore.ts"
import { specModel } from "../src/world/spec/model.ts"
import { requirementById } from "../src/quorum/meet/requirement.ts"
import { planSafety } from "../src/run/safety.ts"
import { planFrom } from "../src/run/from-text.ts"

type Case = {
  readonly system: string
  readonly values: number
  readonly epochs: number
}

type Observation = {
  readonly requirement44: string
  readonly distinct: number
  readonly generated: number
  readonly depth: number
  readonly orbits: number
  readonly verdict: string
  readonly steps: number | null
}

type Row = Case &
  Omit<Observation, "steps"> & { readonly acceptors: number; readonly stepsToViolation: number | null }

/** By number of acceptors: what is explored; the controls, which are unsafe, last. */
const systems = [
  "simple(2, 2, 1)",
  "simple(2, 1, 1)",
  "majority(3)",
  "simple(3, 3, 1)",
  "simple(3, 1, 3)",
  "simple(3, 2, 1)",
  "simple(3, 1, 2)",
  "majority(4)",
  "simple(4, 3, 2)",
  "grid(2, 2)",
  "simple(4, 2, 2)",
  "split(a1*a2 + a3*a4, a1*a2 + a3*a4)",
  "simple(5, 4, 2)",
]

const bounds = [
  [1, 1],
  [2, 1],
  [2, 2],
  [3, 2],
  [2, 3],
] as const

/** The size above which a case is left to the command line: the results are computed anew by every test run. */
const maxBits = 27

/**
 * Every run of abstract Paxos within small bounds: how many states, and whether two values can be decided in any.
 *
 * Varied: the system, and the bounds on values and epochs. Nothing is random:
 * each case is every run there is.
 *
 * Expect: TLC's counts for `Paxos.tla` with these constants; a violation exactly where 4.4 is
 * violated and two values and two epochs are allowed; and the fewer orbits the more acceptors and
 * values can be exchanged, by no more than the number of such exchanges.
 */
export default defineExperiment<Case, Observation, Row>({
  id: "small-scope",
  question:
    "How many states does Paxos reach within small bounds, and for which systems can two values be decided?",
  reference: "Lamport, Paxos.tla (the counts are TLC's); Howard 2019, requirement 4.4",
  columns: [
    text("system", "The quorum system."),
    count("acceptors", "The number of acceptors."),
    count("values", "Values that may be proposed."),
    count("epochs", "Epochs that may be used."),
    text(
      "requirement44",
      "Verdict on requirement 4.4 (phase-1 and phase-2 quorums intersect): holds or violated.",
    ),
    ...safeColumns,
    count("distinct", "Reachable states."),
    count("generated", "The initial state and every action branch of every state."),
    count("depth", "Levels of the breadth-first search."),
    count("orbits", "States up to permutations of interchangeable acceptors and of values."),
    text("verdict", "Verdict of the exploration on agreement: holds or violated."),
    count("stepsToViolation", "Length of a shortest violation, in steps.", { empty: "agreement holds" }),
  ],
  cases: () =>
    systems.flatMap((system) =>
      bounds
        .map(([values, epochs]) => ({ system, values, epochs }))
        .filter(({ values, epochs }) => {
          const n = planFrom(system).nodes.length
          return epochs * (2 * n + 1 + Math.log2(values + 1)) <= maxBits
        }),
    ),
  runs: 1,
  safety: ({ system }) => ({ system, ...planSafety(planFrom(system), ["4.4"]) }),
  observe: ({ system, values, epochs }) => {
    const plan = planFrom(system)
    const model = specModel(plan.systemAt(0), { values, epochs })
    const { distinct, generated, depth, outcomes } = exploreSpec(model)
    const { verdict, stepsToViolation = null } = outcomes[0]!
    return {
      requirement44: requirementById("4.4")!.check(plan).verdict,
      distinct,
      generated,
      depth,
      orbits: exploreSpec(model, { symmetry: { acceptors: true, values: true } }).distinct,
      verdict: verdict.verdict,
      steps: stepsToViolation,
    }
  },
  summarise: (c, observations) =>
    observations.map(({ steps, ...observed }) => ({
      ...c,
      ...observed,
      acceptors: planFrom(c.system).nodes.length,
      stepsToViolation: steps,
    })),
  tables: [smallScopeTable],
})

function smallScopeTable(rows: readonly Row[]): Table {
  return {
    id: "small-scope",
    caption:
      "Exhaustive exploration of abstract Paxos within small bounds: states and verdict on agreement, by system, values and epochs.",
    columns: [
      { heading: "system" },
      { heading: "values" },
      { heading: "epochs" },
      { heading: "distinct", group: "states" },
      { heading: "generated", group: "states" },
      { heading: "orbits", group: "states" },
      { heading: "depth" },
      { heading: "verdict" },
      { heading: "steps to violation" },
    ],
    rows: rows.flatMap((row, i) => [
      ...(i > 0 && row.system !== rows[i - 1]!.system ? (["rule"] as const) : []),
      [
        row.system,
        row.values,
        row.epochs,
        row.distinct,
        row.generated,
        row.orbits,
        row.depth,
        row.verdict,
        row.stepsToViolation,
      ],
    ]),
    notes: [
      "Orbits: states up to permutations of interchangeable acceptors and of values. A single epoch cannot violate agreement: only one value is proposed in it.",
      "The verdicts agree with requirement 4.4 wherever two values and two epochs are explored; the exploration proves nothing beyond its bounds.",
    ],
  }
}
