import { count, text } from "../src/experiment/column.ts"
import { InvariantError } from "../src/base/errors.ts"
import { defineExperiment } from "../src/experiment/define.ts"
import { safeColumns } from "../src/experiment/safety.ts"
import {
  type CellsOf,
  type ObservationOf,
  measured,
  runsColumn,
  share,
  sharesOf,
} from "../src/experiment/measured.ts"
import { runDecree } from "../src/run/decree.ts"
import { type Table, intervalOf } from "../src/experiment/table.ts"
import { requirementById } from "../src/quorum/meet/requirement.ts"
import { planSafety } from "../src/run/safety.ts"
import { planFrom, setupFrom } from "../src/run/from-text.ts"

interface Case {
  readonly system: string
  /** Its twin: as close to it as can be, and safe where it is not, or the reverse. */
  readonly twin: string
}

const measures = measured({ violatedShare: share("Share of such runs.", { digits: 5 }) })

interface Observation extends ObservationOf<typeof measures> {
  readonly seed: number
  readonly replay: string | null
}

type Row = CellsOf<typeof measures> & {
  readonly system: string
  readonly twin: string
  readonly requirement44: string
  readonly witness: string | null
  readonly violations: number
  readonly firstSeed: number | null
  readonly replay: string | null
}

const pairs: readonly (readonly [unsafe: string, safe: string])[] = [
  ["simple(5, 2, 2)", "simple(5, 4, 2)"],
  ["simple(4, 2, 2)", "simple(4, 3, 2)"],
  ["split(a1*a2 + a3*a4, a1*a2 + a3*a4)", "grid(2, 2)"],
  ["weighted([3, 1, 1, 1], 3, 3)", "weighted([3, 1, 1, 1], 4, 3)"],
  ["simple(6, 3, 3)", "majority(6)"],
]

/**
 * Quorum systems with disjoint quorums and similar intersecting ones, under the same random conditions.
 *
 * Varied: the system; each unsafe one stands beside a twin that differs by one number or one vote. Held
 * fixed: two proposers, exponential delays, loss, duplication and an early timeout, so that
 * interleavings are many.
 *
 * Expect: the validator says `violated` of exactly those in which some run decides two values, and of
 * ten thousand runs of a twin none does: an interval after Wilson of at most 0.0004. The share depends
 * on how many pairs of quorums are disjoint; it is a control for the checks, not a measure of danger.
 * Each first violation can be replayed.
 */
export default defineExperiment<Case, Observation, Row>({
  id: "unsafe",
  question:
    "Do quorum systems that violate intersection decide two values, and similar ones that satisfy it never?",
  reference: "Howard 2019, requirement 4.4 and lemma 14 (agreement)",
  columns: [
    text("system", "The quorum system."),
    text("twin", "The similar system it is compared with."),
    text(
      "requirement44",
      "Verdict on requirement 4.4 (phase-1 and phase-2 quorums intersect): holds or violated.",
    ),
    ...safeColumns,
    text("witness", "A phase-1 and a phase-2 quorum that are disjoint.", { empty: "all quorums intersect" }),
    runsColumn,
    count("violations", "Runs in which two different values were decided."),
    ...measures.columns,
    count("firstSeed", "The seed of the first such run.", { empty: "no run violated agreement" }),
    text("replay", "The command that shows that run.", { empty: "no run violated agreement" }),
  ],
  cases: () =>
    pairs.flatMap(([unsafe, safe]) => [
      { system: unsafe, twin: safe },
      { system: safe, twin: unsafe },
    ]),
  runs: 10_000,
  safety: ({ system }) => ({ system, ...planSafety(planFrom(system), ["4.4"]) }),
  observe: ({ system }, seed) => {
    const setup = setupFrom(system, "exponential(10)", {
      proposers: 2,
      timeoutMs: 60,
      lossProbability: 0.05,
      duplicateProbability: 0.05,
      horizonMs: 500,
    })
    const { violations } = runDecree(setup, seed)
    const other = violations.find(({ check }) => check !== "agreement")
    if (other !== undefined)
      throw new InvariantError(`${system}: ${other.check}: ${other.message}`, other.replay)
    return { seed, violatedShare: violations.length > 0, replay: violations[0]?.replay ?? null }
  },
  summarise: ({ system, twin }, observations) => {
    const verdict = requirementById("4.4")!.check(planFrom(system))
    const violated = observations.filter(({ violatedShare }) => violatedShare)
    const first = violated[0]
    return [
      {
        system,
        twin,
        requirement44: verdict.verdict,
        witness:
          verdict.verdict === "violated"
            ? verdict.witness.quorums.map(({ nodes }) => `{${nodes.join(" ")}}`).join(" ")
            : null,
        ...measures.cells(observations),
        violations: violated.length,
        firstSeed: first?.seed ?? null,
        replay: first?.replay ?? null,
      },
    ]
  },
  tables: [unsafeTable],
})

function unsafeTable(rows: readonly Row[]): Table {
  return {
    id: "unsafe",
    caption:
      "Agreement violations of quorum systems with disjoint quorums, each above a similar intersecting system.",
    columns: [
      { heading: "system" },
      { heading: "requirement 4.4" },
      { heading: "disjoint quorums" },
      { heading: "runs" },
      { heading: "runs with two values" },
      { heading: "share", digits: 4 },
    ],
    rows: rows.flatMap((row, i) => [
      ...(i > 0 && i % 2 === 0 ? (["rule"] as const) : []),
      [
        row.system,
        row.requirement44,
        row.witness,
        row.runs,
        row.violations,
        intervalOf(row, "violatedShare"),
      ],
    ]),
    notes: [
      `Two proposers; exponential one-way delays with mean 10 ms; 5 % of messages lost, 5 % duplicated; timeout 60 ms. ${sharesOf(rows)}.`,
      ...rows.flatMap(({ system, replay }) =>
        replay === null ? [] : [`Replay of a violation by ${system}: \`${replay}\``],
      ),
    ],
  }
}
