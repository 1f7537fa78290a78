import { everyPropertyFor } from "../src/check/paxos/selections.ts"
import { learnings } from "../src/check/paxos/facts.ts"
import { Facts, judge } from "../src/check/property.ts"
import { count, text } from "../src/experiment/column.ts"
import { type NamedSafety, defineExperiment } from "../src/experiment/define.ts"
import { type CellsOf, type ObservationOf, measured, share } from "../src/experiment/measured.ts"
import { safeColumns } from "../src/experiment/safety.ts"
import { type Algorithm, randomDecree } from "../src/run/random-decree.ts"
import { type EpochKind, epochKinds, safeCombination } from "../src/run/random-variant.ts"
import { setupFrom } from "../src/run/from-text.ts"
import { randomFaultsCommand } from "../src/run/replay.ts"
import { decreeSafety, decreeScenario } from "../src/run/decree.ts"
import type { Table } from "../src/experiment/table.ts"
import { variantNamed, variants } from "../src/protocol/paxos/variants.ts"
import type { QuorumPlan } from "../src/quorum/plan.ts"
import { simulate } from "../src/world/simulate/simulate.ts"

interface Case {
  /** A named variant, or epochs of a kind with all else drawn at random. */
  readonly variant: string | null
  readonly epochs: EpochKind | null
}

const measures = measured({
  learnedShare: share("Share of runs in which some process learns a value.", { digits: 3 }),
})

interface Observation extends ObservationOf<typeof measures> {
  readonly events: number
  readonly checks: number
  /** The command that shows the run. */
  readonly replay: string
  /** The names of the checks that were violated. */
  readonly violated: readonly string[]
}

type Row = CellsOf<typeof measures> & {
  readonly kind: string
  readonly variant: string
  readonly reference: string | null
  readonly checks: number
  readonly events: number
  readonly runsViolated: number
  readonly oracleViolated: number
  readonly violated: string | null
  readonly replay: string | null
}

/** Three, four or five acceptors, in turn by the seed. */
const acceptorsOf = (seed: number): number => acceptors[seed % 3]!
const acceptors = [3, 4, 5] as const

/**
 * Every variant under random faults, with every applicable check.
 *
 * Varied: everything that can be: the variant or a random safe combination of switches and
 * quorums, two to five acceptors, one to four proposers, and trouble of every kind. Fixed: the
 * checks, which are all that apply.
 *
 * Expect: no violation above the last line of the table, of whatever check; below it stand algorithms as
 * they are printed, of which one must fail for the rest to mean anything. A pass is evidence and no
 * proof; the proofs within bounds are those of the explorer.
 */
export default defineExperiment<Case, Observation, Row>({
  id: "random-runs",
  question:
    "Does any variant, or any combination of switches and quorums judged safe, violate a property under random faults?",
  reference: "Howard 2019, §2.4 to §2.7 and chapters 3 to 7; Howard and Mortier 2019",
  columns: [
    text(
      "kind",
      "named: a variant of the thesis; combination: random switches and quorums that the validator judges safe; control: a variant with a known erratum, as printed.",
    ),
    text("variant", "The variant, by its id; of a combination, its epoch allocation."),
    ...safeColumns,
    text("reference", "Algorithms or section in Howard 2019.", { empty: "it is a combination" }),
    count(
      "runs",
      "Number of random runs: named variants with three to five acceptors, combinations with two to five.",
    ),
    count(
      "checks",
      "Largest number of checks per run: definitions, properties and lemmas the variant keeps, statements, oracle.",
    ),
    count("events", "Simulated events in all runs."),
    ...measures.columns,
    count("runsViolated", "Runs in which some check is violated."),
    count("oracleViolated", "Runs in which a rule of the oracle is violated."),
    text("violated", "The violated checks.", { empty: "none" }),
    text("replay", "Command that replays the first run with a violation.", { empty: "no violation" }),
  ],
  cases: () => [
    ...variants.map(({ id }) => ({ variant: id, epochs: null })),
    ...epochKinds.map((epochs) => ({ variant: null, epochs })),
  ],
  runs: 200,
  safety: safetyOfCase,
  observe: (c, seed) => {
    const { plan, ...algorithm } = drawn(c, seed)
    const { cluster, scenario } = decreeScenario(randomDecree(plan, seed, algorithm), seed)
    const properties = everyPropertyFor(cluster)
    const facts = new Facts(cluster, properties)
    const { events } = simulate(scenario, facts.observe)
    const violated = judge(properties, facts)
      .filter(({ verdict }) => verdict.verdict === "violated")
      .map(({ name }) => name)
    return {
      events,
      checks: properties.length,
      learnedShare: facts.of(learnings).list.length > 0,
      violated,
      replay: randomFaultsCommand(plan.name, seed, algorithm),
    }
  },
  summarise: (c, observations) => {
    const names = new Set(observations.flatMap(({ violated }) => violated))
    return [
      {
        ...headOf(c),
        ...measures.cells(observations),
        checks: Math.max(...observations.map(({ checks }) => checks)),
        events: observations.reduce((sum, { events }) => sum + events, 0),
        runsViolated: observations.filter(({ violated }) => violated.length > 0).length,
        oracleViolated: observations.filter(({ violated }) =>
          violated.some((name) => name.startsWith("oracle-")),
        ).length,
        violated: names.size === 0 ? null : [...names].sort().join(" "),
        replay: observations.find(({ violated }) => violated.length > 0)?.replay ?? null,
      },
    ]
  },
  tables: [runsTable],
})

/** What runs in a case with a seed. */
function drawn({ variant, epochs }: Case, seed: number): Partial<Algorithm> & { readonly plan: QuorumPlan } {
  if (epochs === null) return { variant: variant!, plan: variantNamed(variant!).plan(acceptorsOf(seed)) }
  const { plan, switches, colocated } = safeCombination(seed, epochs)
  return { plan, switches, colocated }
}

/** The safety of a variant with each number of acceptors it runs with; combinations are drawn among the safe ones. */
function safetyOfCase({ variant, epochs }: Case): NamedSafety {
  if (variant === null) return { variant: epochs!, verdict: "holds", because: [] }
  const each = acceptors.map((n) =>
    decreeSafety(setupFrom("majority(3)", "constant(10)", { plan: variantNamed(variant).plan(n), variant })),
  )
  return { variant, ...(each.find(({ because }) => because.length > 0) ?? each[0]!) }
}

/** What a row says of its case. */
function headOf({ variant, epochs }: Case): Pick<Row, "kind" | "variant" | "reference"> {
  if (epochs !== null) return { kind: "combination", variant: epochs, reference: null }
  const { reference, control } = variantNamed(variant!)
  return { kind: control === true ? "control" : "named", variant: variant!, reference }
}

/** The named variants, the combinations, and the controls, with lines between them. */
function runsTable(rows: readonly Row[]): Table {
  const safe = rows.filter(({ kind }) => kind !== "control")
  const total = safe.reduce((sum, { runs }) => sum + runs, 0)
  const broken = safe.reduce((sum, { runsViolated }) => sum + runsViolated, 0)
  const lines = (wanted: string) => rows.filter(({ kind }) => kind === wanted).map(cells)
  return {
    id: "random-runs",
    caption:
      "Violations under random faults: named variants, random combinations of switches and quorums, and controls.",
    columns: [
      { heading: "variant" },
      { heading: "checks" },
      { heading: "runs" },
      { heading: "share that learn", digits: 3 },
      { heading: "any check", group: "runs with violations" },
      { heading: "the oracle", group: "runs with violations" },
    ],
    rows: [...lines("named"), "rule", ...lines("combination"), "rule", ...lines("control")],
    notes: [
      "Faults: message loss, duplication and delay, crashes with and without recovery, partitions, slow disks; one to four proposers, two to five acceptors.",
      "Middle part: the given epoch allocation; all other switches and the quorums are random among those the validator judges safe.",
      `Above the last rule: ${total} runs, ${broken} with violations. Below it: controls, algorithms with known errata as printed; printed-multi-path is safe and can halt.`,
    ],
  }
}

const cells = (row: Row) => [
  row.kind === "combination" ? `any, ${row.variant}` : row.variant,
  row.checks,
  row.runs,
  row.learnedShare,
  row.runsViolated,
  row.oracleViolated,
]
