import { measure, text } from "../src/experiment/column.ts"
import { defineExperiment } from "../src/experiment/define.ts"
import type { Figure } from "../src/experiment/figure/figure.ts"
import { barsOf, exactly } from "../src/experiment/figure/from-rows.ts"
import type { Table } from "../src/experiment/table.ts"
import { latencyFrom } from "../src/run/from-text.ts"
import { runSafeLog, traceHashColumn } from "../src/run/log.ts"
import { logSetupFrom, ms } from "./log-setup-from.ts"

interface Case {
  readonly latency: string
  readonly system: string
  readonly reads: "log" | "quorum" | "lease"
  readonly readShare: number
}

type Observation = Readonly<Record<"readMs" | "readMsP99" | "writeMs" | "messagesPerRequest", number>> & {
  readonly traceHash: string
}

type Row = Case & Observation & Readonly<Record<string, string | number>>

/**
 * Three ways to answer a get that sees every answered put, on two matrices.
 *
 * Varied: how gets are answered, the quorum sizes, the share of gets, and the matrix. Held fixed: five
 * replicas, one in each region, the leader in CA; clients beside each, keys by Zipf's law.
 *
 * Expect: through the log a get costs what a put does: to the leader and a phase-2 round trip. From a
 * quorum it costs a phase-1 round trip from wherever the client is, and the wait for the commit index,
 * so large phase-1 quorums make it slow. Under a lease it costs the way to the leader and back, and
 * trust in clocks (`drift-and-leases`). All three are linearizable; every run is checked.
 */
export default defineExperiment<Case, Observation, Row>({
  id: "read-strategies",
  question:
    "What does a linearizable read cost: through the log, from a phase-1 quorum, or under a leader lease?",
  reference: "Charapko, Ailijiang and Demirbas 2019 (quorum reads); Gray and Cheriton 1989 (leases)",
  columns: [
    text("latency", "The latency matrix; five replicas and a group of clients in each of five regions."),
    text("system", "The quorum system."),
    text("reads", "How gets are answered: through the log, by a phase-1 quorum, or under a lease."),
    measure("readShare", "Share of requests that are gets.", { digits: 2 }),
    measure("readMs", "Mean latency of gets over client groups, equally weighted.", {
      unit: "ms",
      digits: 2,
    }),
    measure("readMsP99", "99th percentile of get latency over requests.", { unit: "ms", digits: 2 }),
    measure("writeMs", "Mean latency of puts over client groups, equally weighted.", {
      unit: "ms",
      digits: 2,
    }),
    measure("messagesPerRequest", "Messages sent per answered request, heartbeats included.", { digits: 2 }),
    traceHashColumn,
  ],
  cases: () =>
    ["aws", "paxi"].flatMap((latency) =>
      ["majority(5)", "simple(5, 4, 2)", "simple(5, 2, 4)"].flatMap((system) =>
        [0.5, 0.9].flatMap((readShare) =>
          (["log", "quorum", "lease"] as const).map((reads) => ({ latency, system, reads, readShare })),
        ),
      ),
    ),
  runs: 1,
  observe: ({ latency, system, reads, readShare }, seed) => {
    const choice = latencyFrom(latency)
    const regions = choice.kind === "matrix" ? choice.delays.regions : []
    const setup = logSetupFrom(system, latency, {
      reads,
      readShare,
      leader: regions.includes("CA") ? "CA" : null,
      keys: { kind: "zipf", count: 1000, exponent: 1 },
      clientsPerGroup: 5,
      thinkMs: 10,
      leaseMs: 1000,
      heartbeatMs: 200,
      electionMs: 3000,
      warmUpMs: 3000,
      horizonMs: 15_000,
    })
    let sent = 0
    const { measures, traceHash } = runSafeLog(setup, seed, {}, { wants: ["send"], observe: () => sent++ })
    return {
      readMs: ms(measures.readMean),
      readMsP99: ms(measures.reads.quantile(0.99)),
      writeMs: ms(measures.writeMean),
      messagesPerRequest: sent / measures.returned,
      traceHash,
    }
  },
  summarise: (c, [observation]) => [{ ...c, ...observation! }],
  tables: [(rows) => readsTable("aws", rows), (rows) => readsTable("paxi", rows)],
  figures: [readsFigure],
})

function readsTable(latency: string, rows: readonly Row[]): Table {
  const shown = rows.filter((row) => row.latency === latency && row.readShare === 0.9)
  return {
    id: `read-strategies-${latency}`,
    caption: `Latency of gets and puts in the regions of the ${latency} matrix, by system and read strategy: 90 % gets, leader in CA.`,
    columns: [
      { heading: "system" },
      { heading: "reads" },
      { heading: "mean get latency", unit: "ms", digits: 1 },
      { heading: "p99 get latency", unit: "ms", digits: 1 },
      { heading: "mean put latency", unit: "ms", digits: 1 },
      { heading: "messages per request", digits: 1 },
    ],
    rows: shown.map((row) => [
      row.system,
      row.reads,
      row.readMs,
      row.readMsP99,
      row.writeMs,
      row.messagesPerRequest,
    ]),
    notes: [
      "A quorum read also waits until its replica has executed what the quorum had accepted; commit indexes travel with the next proposal or heartbeat. Means: over client groups, equally weighted; p99: over requests. One run per configuration.",
    ],
  }
}

function readsFigure(rows: readonly Row[]): Figure {
  const shown = rows.filter(({ readShare }) => readShare === 0.9)
  return {
    kind: "bars",
    id: "read-strategies-gets",
    caption: "Mean latency of a linearizable read, by system and read strategy: 90 % gets, leader in CA.",
    groups: "",
    value: { title: "mean get latency", unit: "ms" },
    panels: ["aws", "paxi"].map((latency) => ({
      title: latency,
      bars: barsOf(
        shown.filter((row) => row.latency === latency),
        {
          group: ({ system }) => system,
          series: ({ reads }) => reads,
          value: ({ readMs }) => exactly(readMs),
        },
      ),
    })),
    notes: [
      "Bars: means over client groups, one in each region and equally weighted, in one run of twelve measured seconds; no CI, as requests of one run are not independent.",
    ],
  }
}
