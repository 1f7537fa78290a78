import { InvariantError } from "../src/base/errors.ts"
import { mean } from "../src/base/statistics/estimates.ts"
import { warmUpLength } from "../src/base/statistics/warm-up.ts"
import { count, measure, text } from "../src/experiment/column.ts"
import { defineExperiment } from "../src/experiment/define.ts"
import type { Figure } from "../src/experiment/figure/figure.ts"
import { seriesBy } from "../src/experiment/figure/from-rows.ts"
import type { Table } from "../src/experiment/table.ts"
import { type AnsweredRequests, answeredRequests } from "../src/run/log-measures.ts"
import { runSafeLog, traceHashColumn } from "../src/run/log.ts"
import { logSetupFrom, ms } from "./log-setup-from.ts"

interface Case {
  /** All are contacted and a majority waited for, or a random phase-2 quorum of this size is asked. */
  readonly q2: number | null
  readonly n: number
}

interface Observation {
  readonly warmUpMs: number
  readonly latencyMs: number
  readonly throughput: number
  readonly traceHash: string
}

type Row = {
  readonly system: string
  readonly replicas: number
  readonly phase2: number
  readonly warmUpMs: number
  readonly latencyMs: number
  readonly throughputPerS: number
  readonly inFlight: number
  readonly traceHash: string
}

/**
 * What a message costs the leader, in microseconds, so that with all replicas contacted
 * a command costs it 2.354 ms + n · 0.232 ms: the straight line, by least squares, through the
 * published throughputs of LibPaxos3 (Figure 1), which saturates its leader.
 */
const [receiveMicros, sendMicros] = [232, 1177]

const horizonMs = 5000

/**
 * The evaluation of FPaxos again: one switch, 5 ms per link, ten requests in flight, 64 bytes.
 *
 * Varied: the number of replicas, and the size of the phase-2 quorum that is asked at
 * random, or all replicas contacted. Held fixed: the paper's set-up, ten requests in flight, 64
 * bytes, 5 ms per link, 10 Mbit/s.
 *
 * Expect: throughput falls with what the leader has to send and read per decision, in n where
 * all are contacted and in q2 where a quorum is; latency follows by Little's law, ten in flight. Two
 * numbers are fitted, to Figure 1's line of LibPaxos3 alone; that FPaxos comes out faster with a
 * smaller q2 is then a prediction. The published points scatter about that line by up to 14 %, and
 * so does the agreement.
 */
export default defineExperiment<Case, Observation, Row>({
  id: "fpaxos-evaluation",
  question: "How much do smaller phase-2 quorums raise the throughput of a CPU-bound leader?",
  reference: "Howard, Malkhi and Spiegelman 2016, §6, Figures 1 and 4",
  columns: [
    text(
      "system",
      "paxos: all replicas contacted, majority quorums; fpaxos: one random phase-2 quorum contacted.",
    ),
    count("replicas", "Number of replicas $n$."),
    count("phase2", "Size of phase-2 quorums; phase-1 quorums have $n + 1 − |Q2|$ replicas."),
    measure("warmUpMs", "Warm-up removed by MSER-5 (White, Cobb and Spratt 2000).", {
      unit: "ms",
      digits: 1,
    }),
    measure("latencyMs", "Mean request latency.", { unit: "ms", digits: 2 }),
    measure("throughputPerS", "Answered requests per second.", { unit: "1/s", digits: 1 }),
    measure("inFlight", "Latency times throughput, which by Little's law is the ten requests in flight.", {
      digits: 2,
    }),
    traceHashColumn,
  ],
  cases: () => {
    const sizes = [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]
    return sizes.flatMap((n): Case[] => [
      { n, q2: null },
      ...Array.from({ length: n }, (_, i) => ({ n, q2: i + 1 })),
    ])
  },
  runs: 1,
  observe: ({ n, q2 }, seed) => {
    const phase2 = q2 ?? Math.floor(n / 2) + 1
    // Two links from host to host: 10 ms. The ten clients are on the leader's host.
    const setup = logSetupFrom(`simple(${n}, ${n + 1 - phase2}, ${phase2})`, "constant(10)", {
      quorumSelection: q2 === null ? "broadcast" : "random",
      clientGroups: 1,
      clientsPerGroup: 10,
      receiveMicros,
      sendMicros,
      linkMbitPerSecond: 10,
      payloadBytes: 64,
      spreadMs: 50,
      horizonMs,
    })
    const { facts, traceHash } = runSafeLog(setup, seed, { gather: [answeredRequests] })
    return { ...steadyState(facts.of(answeredRequests), horizonMs), traceHash }
  },
  summarise: ({ n, q2 }, [observation]) => {
    const { warmUpMs, latencyMs, throughput, traceHash } = observation!
    return [
      {
        system: q2 === null ? "paxos" : "fpaxos",
        replicas: n,
        phase2: q2 ?? Math.floor(n / 2) + 1,
        warmUpMs,
        latencyMs,
        throughputPerS: throughput,
        inFlight: (latencyMs * throughput) / 1000,
        traceHash,
      },
    ]
  },
  tables: [scaling, phase2Sizes],
  figures: [scalingFigure, sizesFigure],
})

/** Latency and throughput once the run has settled. */
function steadyState(
  { answeredAt, latencies }: AnsweredRequests,
  untilMs: number,
): Omit<Observation, "traceHash"> {
  const cut = warmUpLength(latencies)
  if (cut === null) throw new InvariantError(`a run of ${untilMs} ms is too short to settle.`)
  const warmUpMs = cut === 0 ? 0 : ms(answeredAt[cut - 1]!)
  return {
    warmUpMs,
    latencyMs: ms(mean(latencies.slice(cut))),
    throughput: ((latencies.length - cut) * 1000) / (untilMs - warmUpMs),
  }
}

/** Figure 1 of the paper, read off its vectors: requests per second of LibPaxos3 with 3 to 14 replicas. */
const published = [296, 289, 278, 272, 264, 243, 250, 240, 199, 196, 178, 167]

/** Figure 1: all replicas contacted, with the published throughput. */
function scaling(rows: readonly Row[]): Table {
  const paxos = rows.filter(({ system }) => system === "paxos")
  return {
    id: "fpaxos-figure-1",
    caption:
      "Multi-Paxos with all replicas contacted: simulated latency and throughput, and published throughput of LibPaxos3, by number of replicas.",
    columns: [
      { heading: "$n$" },
      { heading: "latency", unit: "ms", digits: 1 },
      { heading: "throughput", unit: "1/s", digits: 0 },
      { heading: "published", unit: "1/s", digits: 0 },
    ],
    rows: paxos.map((row, i) => [row.replicas, row.latencyMs, row.throughputPerS, published[i]!]),
    notes: [
      "Per-message CPU costs fitted to the published throughput by linear regression on $n$; ten requests in flight, 64 bytes, 5 ms per link.",
      "Published: Howard, Malkhi and Spiegelman 2016, Figure 1, digitised to ± 1.",
    ],
  }
}

/** Figure 4: by the size of the phase-2 quorum, for equal n. */
function phase2Sizes(rows: readonly Row[]): Table {
  const shown = [5, 8, 11, 14]
  const of = (system: string, n: number, phase2?: number): Row | undefined =>
    rows.find(
      (row) => row.system === system && row.replicas === n && (phase2 === undefined || row.phase2 === phase2),
    )
  return {
    id: "fpaxos-figure-4",
    caption:
      "Throughput by $|Q2|$ with one random phase-2 quorum contacted, and with all replicas contacted, for four $n$.",
    columns: [
      { heading: "$|Q2|$" },
      ...shown.map((n) => ({ heading: `$n = ${n}$`, unit: "1/s", group: "throughput", digits: 0 })),
    ],
    rows: [
      ...[1, 2, 3, 4, 5, 6, 7].map((q2) => [
        q2,
        ...shown.map((n) => of("fpaxos", n, q2)?.throughputPerS ?? null),
      ]),
      "rule" as const,
      ["all replicas", ...shown.map((n) => of("paxos", n)!.throughputPerS)],
    ],
    notes: [
      "Each column compares equal $n$. The published Figure 4 shifts its Paxos bars by one group: $n = 8$ beside $n = 5$ and $n = 11$ beside $n = 8$.",
    ],
  }
}

const sample =
  "Each point is one run of five simulated seconds, warm-up removed by MSER-5; no CI, as the variance is negligible."

function scalingFigure(rows: readonly Row[]): Figure {
  const paxos = rows.filter(({ system }) => system === "paxos")
  return {
    kind: "lines",
    id: "fpaxos-scaling",
    caption:
      "Throughput of Multi-Paxos with all replicas contacted, simulated and published, by number of replicas.",
    x: { title: "number of replicas" },
    y: { title: "throughput", unit: "requests/s" },
    join: "line",
    interval: "bars",
    panels: [
      {
        title: "",
        series: [
          { name: "simulated", points: paxos.map((row) => ({ x: row.replicas, y: row.throughputPerS })) },
          { name: "published", points: paxos.map((row, i) => ({ x: row.replicas, y: published[i]! })) },
        ],
      },
    ],
    notes: ["Published: Howard, Malkhi and Spiegelman 2016, Figure 1, digitised to ± 1.", sample],
  }
}

function sizesFigure(rows: readonly Row[]): Figure {
  const shown = rows.filter(
    ({ system, replicas }) => system === "fpaxos" && [5, 8, 11, 14].includes(replicas),
  )
  return {
    kind: "lines",
    id: "fpaxos-sizes",
    caption: "Throughput by $|Q2|$ with one random phase-2 quorum contacted, by number of replicas.",
    x: { title: "$|Q2|$" },
    y: { title: "throughput", unit: "requests/s" },
    join: "line",
    interval: "bars",
    panels: [
      {
        title: "",
        series: seriesBy(
          shown,
          ({ replicas }) => `${replicas} replicas`,
          (own) => own.map((row) => ({ x: row.phase2, y: row.throughputPerS })),
        ),
      },
    ],
    notes: [sample],
  }
}
