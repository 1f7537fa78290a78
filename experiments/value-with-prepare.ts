import { count, flag, text } from "../src/experiment/column.ts"
import { defineExperiment } from "../src/experiment/define.ts"
import {
  type CellsOf,
  type ObservationOf,
  mean,
  measured,
  meansOf,
  runsColumn,
} from "../src/experiment/measured.ts"
import type { DecreeSetup } from "../src/run/decree-settings.ts"
import { runSafeDecree } from "../src/run/decree.ts"
import { type Table, intervalOf } from "../src/experiment/table.ts"
import { messageBytes } from "../src/protocol/paxos/messages.ts"
import { setupFrom } from "../src/run/from-text.ts"
import { present } from "../src/base/statistics/estimates.ts"
import { milliseconds } from "../src/world/simulate/latency.ts"

const conditions = ["alone", "value found", "contention"] as const
type Condition = (typeof conditions)[number]

interface Case {
  readonly system: string
  readonly condition: Condition
  readonly valueBytes: number
  readonly travels: boolean
}

const measures = measured({
  messages: mean("Mean number of messages sent.", { digits: 1 }),
  bytes: mean("Mean number of bytes sent.", { digits: 0 }),
  decideMs: mean("Mean time to the commit point of the first decision.", { unit: "ms", digits: 1 }),
  learnMs: mean("Mean time from the last request until all proposers have learned.", {
    unit: "ms",
    digits: 1,
  }),
})

type Row = CellsOf<typeof measures> & {
  readonly system: string
  readonly condition: string
  readonly valueBytes: number
  readonly valueWithPrepare: boolean
}

const linkMbitPerSecond = 10
/** Phase 1 with as many, more and fewer acceptors than phase 2. */
const systems = ["majority(5)", "simple(5, 4, 2)", "simple(5, 2, 4)"] as const
const sizes = [64, 100_000] as const

/** By then the first proposer has learned, and nothing is under way. */
const laterMs = 2000

/** What each condition changes about a run. */
function under(condition: Condition): Partial<DecreeSetup> {
  switch (condition) {
    case "alone":
      return {}
    case "value found":
      return { proposers: 2, staggerMs: laterMs }
    case "contention":
      return { proposers: 3 }
  }
}

/**
 * What it buys, and what it costs, to send the value with the prepare.
 *
 * Varied: whether the prepare carries the value, its size, the quorum system, and the conditions. Held
 * fixed: links of 10 Mbit/s, on which a value of 100 kB takes 80 ms, and delays uniform from 5 to 15 ms.
 *
 * Expect: nothing gained alone, since every acceptor is sent one value either way; bytes
 * lost wherever phase 1 finds another value or the epoch is voided, and time too, as the
 * links are busy with what nobody wants.
 */
export default defineExperiment<Case, ObservationOf<typeof measures>, Row>({
  id: "value-with-prepare",
  question: "What does sending the value with the prepare message gain and cost?",
  reference: "Howard 2019, §2.2.1; the value in the prepare is an option here",
  columns: [
    text("system", "The quorum system."),
    text(
      "condition",
      "alone: one proposer; value found: a second proposer starts two seconds after the first, and its time is measured; contention: three proposers start at time 0.",
    ),
    count("valueBytes", "Size of a value in bytes."),
    flag("valueWithPrepare", "Whether the prepare message carries the value instead of the proposal."),
    runsColumn,
    ...measures.columns,
  ],
  cases: () =>
    systems.flatMap((system) =>
      conditions.flatMap((condition) =>
        sizes.flatMap((valueBytes) =>
          [false, true].map((travels) => ({ system, condition, valueBytes, travels })),
        ),
      ),
    ),
  runs: 100,
  observe: ({ system, condition, valueBytes, travels }, seed) => {
    const setup = setupFrom(system, "uniform(5, 15)", {
      variant: travels ? "value-with-prepare" : "classic",
      valueBytes,
      linkMbitPerSecond,
      timeoutMs: 1000,
      writeMs: 1,
      horizonMs: 60_000,
      ...under(condition),
    })
    let bytes = 0
    const { measures: run } = runSafeDecree(setup, seed, (event) => {
      if (event.type === "send") bytes += messageBytes(event.message, valueBytes)
    })
    const learned = present(run.learnedAt)
    const asked = condition === "value found" ? laterMs : 0
    const last = learned.length < setup.proposers ? null : Math.max(...learned)
    return {
      messages: run.messagesSent,
      bytes,
      decideMs: milliseconds(run.decidedAt),
      learnMs: last === null ? null : milliseconds(last)! - asked,
    }
  },
  summarise: ({ system, condition, valueBytes, travels }, observations) => [
    { system, condition, valueBytes, valueWithPrepare: travels, ...measures.cells(observations) },
  ],
  tables: [travelTable],
})

function travelTable(rows: readonly Row[]): Table {
  const large = rows.filter(({ valueBytes }) => valueBytes === sizes[1])
  const line = (row: Row) => [
    row.system,
    row.condition,
    row.valueWithPrepare ? "prepare" : "proposal",
    row.messages,
    row.bytes === null ? null : row.bytes / 1000,
    intervalOf(row, "decideMs"),
    intervalOf(row, "learnMs"),
  ]
  return {
    id: "value-with-prepare",
    caption:
      "A 100 kB value sent with the prepare or with the proposal over 10 Mbit/s links: messages, bytes and time.",
    columns: [
      { heading: "system" },
      { heading: "condition" },
      { heading: "value sent in" },
      { heading: "messages", digits: 0 },
      { heading: "sent", unit: "kB", digits: 0 },
      { heading: "time to decide", unit: "ms", digits: 0 },
      { heading: "time until all learn", unit: "ms", digits: 0 },
    ],
    rows: systems.flatMap((system, i) => [
      ...(i === 0 ? [] : (["rule"] as const)),
      ...large.filter((row) => row.system === system).map(line),
    ]),
    notes: [
      `One-way delays uniform in [5, 15] ms; transmitting a value takes 80 ms on each link, in parallel. ${meansOf(rows)}.`,
      "It saves no message. Alone, each acceptor is sent the value once in both cases and the decision takes as long. Where phase 1 finds another value, or another proposer supersedes the epoch, the value in the prepare is wasted and occupies the links.",
      "Its gain is a proposal of a few bytes.",
      "The CSV also has values of 64 bytes, which show no difference.",
    ],
  }
}
