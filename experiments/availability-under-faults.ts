import { fullSet, has, nodeSet } from "../src/base/node-set.ts"
import { randomFromSeed } from "../src/base/random.ts"
import { meanShareInterval } from "../src/base/statistics/estimates.ts"
import {
  type EstimateCells,
  count,
  estimateCells,
  estimateColumns,
  measure,
  text,
} from "../src/experiment/column.ts"
import { defineExperiment } from "../src/experiment/define.ts"
import type { Figure } from "../src/experiment/figure/figure.ts"
import { estimatePoints, seriesBy } from "../src/experiment/figure/from-rows.ts"
import { type Table, intervalOf } from "../src/experiment/table.ts"
import type { QuorumSystem } from "../src/quorum/system.ts"
import { planFrom } from "../src/run/from-text.ts"
import { runSafeLog, traceHashColumn } from "../src/run/log.ts"
import type { NamedFault } from "../src/world/faults/fault.ts"
import { combinedHash } from "../src/world/simulate/trace-hash.ts"
import { logSetupFrom } from "./log-setup-from.ts"

interface Case {
  readonly system: string
  /** The share of time for which a replica is down. */
  readonly downShare: number
}

interface Observation {
  readonly answering: number
  readonly traceHash: string
}

type Row = EstimateCells<"answeringShare"> & {
  readonly system: string
  readonly downShare: number
  readonly runs: number
  readonly phase2LiveProbability: number
  readonly bothLiveProbability: number
  readonly traceHash: string
}

const systems = ["majority(5)", "simple(5, 4, 2)", "simple(5, 2, 4)", "grid(2, 3)", "grid(3, 2)"]
const horizonMs = 60_000
const meanDownMs = 3000
const intervalMs = 500

/**
 * Replicas that crash and come back, and a log that must elect a leader each time it loses one.
 *
 * Varied: the system, and the share of time for which a replica is down. Held fixed: outages of 3 s on
 * average, up and down for exponential times; a log that elects a leader whenever it has lost one; one
 * client beside each replica.
 *
 * Expect: near the exact probability that quorums of both phases are up, but not at it: a leader
 * that is up needs no phase 1, so systems with a large Q1 and a small Q2 do better than that, up to
 * `phase2LiveProbability`; and each lost leader costs an election, whatever the quorums.
 */
export default defineExperiment<Case, Observation, Row>({
  id: "availability-under-faults",
  question:
    "For what share of time do clients get answers when replicas crash and recover, elections included?",
  reference: "Howard 2019, §4.3.3; Naor and Wool 1998, §2 (failure probability)",
  columns: [
    text("system", "The quorum system."),
    measure(
      "downShare",
      "Share of time for which a replica is down: exponential times of 3 s down on average.",
      { digits: 2 },
    ),
    count("runs", "Number of independent runs of a minute."),
    ...estimateColumns("answeringShare", "Mean share of half seconds in which some client got an answer.", {
      digits: 4,
    }),
    measure(
      "phase2LiveProbability",
      "Exact probability that a phase-2 quorum is up: as good as it gets while nobody need be elected.",
      { digits: 4 },
    ),
    measure("bothLiveProbability", "Exact probability that quorums of both phases are up.", { digits: 4 }),
    traceHashColumn,
  ],
  cases: () => systems.flatMap((system) => [0.05, 0.1, 0.2].map((downShare) => ({ system, downShare }))),
  runs: 16,
  observe: ({ system, downShare }, seed) => {
    const setup = logSetupFrom(system, "uniform(5, 15)", {
      clientsPerGroup: 1,
      thinkMs: 200,
      retryMs: 300,
      electionMs: 300,
      heartbeatMs: 100,
      retransmitMs: 100,
      faults: crashesAndRecoveries(planFrom(system).nodes, downShare, seed),
      warmUpMs: 2000,
      horizonMs,
    })
    const { measures, traceHash } = runSafeLog(setup, seed, { intervalMs })
    const intervals = (horizonMs - 2000) / intervalMs
    return { answering: measures.perInterval.filter((answers) => answers > 0).length / intervals, traceHash }
  },
  summarise: ({ system, downShare }, observations) => {
    const quorums = planFrom(system).systemAt(0)
    return [
      {
        system,
        downShare,
        runs: observations.length,
        ...estimateCells("answeringShare", meanShareInterval(observations.map(({ answering }) => answering))),
        phase2LiveProbability: liveProbability(quorums, downShare, [2]),
        bothLiveProbability: liveProbability(quorums, downShare, [1, 2]),
        traceHash: combinedHash(observations.map(({ traceHash }) => traceHash)),
      },
    ]
  },
  tables: [availabilityTable],
  figures: [availabilityFigure],
})

/** Each replica by itself: up and down for exponential times. */
function crashesAndRecoveries(replicas: readonly string[], downShare: number, seed: number): NamedFault[] {
  const random = randomFromSeed(seed).fork("outages")
  const exponential = (mean: number): number => -Math.log1p(-random.unit()) * mean
  const meanUpMs = (meanDownMs * (1 - downShare)) / downShare
  return replicas.flatMap((process) => {
    const faults: NamedFault[] = []
    for (let at = exponential(meanUpMs); at < horizonMs;) {
      const recover = at + exponential(meanDownMs)
      faults.push({
        type: "crash",
        process,
        at: Math.round(at * 1000),
        recoverAt: Math.round(recover * 1000) + 1,
        disk: "synced",
      })
      at = recover + exponential(meanUpMs)
    }
    return faults
  })
}

/** Over all sets of replicas that may be up: few enough here to be gone through one by one. */
function liveProbability(system: QuorumSystem, downShare: number, phases: readonly (1 | 2)[]): number {
  const n = system.nodes.length
  let sum = 0
  for (let up = 0; up <= Number(fullSet(n)); up++) {
    const live = nodeSet(system.nodes.map((_, i) => i).filter((i) => has(up, i)))
    if (!phases.every((phase) => system.isQuorum(phase, live))) continue
    const count = system.nodes.filter((_, i) => has(up, i)).length
    sum += (1 - downShare) ** count * downShare ** (n - count)
  }
  return sum
}

function availabilityTable(rows: readonly Row[]): Table {
  const shares = [0.05, 0.1, 0.2]
  return {
    id: "availability-under-faults",
    caption:
      "Share of time with answers while replicas crash and recover, beside the exact probability that quorums of both phases are up.",
    columns: [
      { heading: "system" },
      ...shares.flatMap((share) => [
        { heading: "answering", group: `${share * 100} % down`, digits: 3 },
        { heading: "both up", group: `${share * 100} % down`, digits: 3 },
      ]),
    ],
    rows: systems.map((system) => [
      system,
      ...shares.flatMap((share) => {
        const row = rows.find((r) => r.system === system && r.downShare === share)!
        return [intervalOf(row, "answeringShare"), row.bothLiveProbability]
      }),
    ]),
    notes: [
      "Times down are exponential with a mean of 3 s; followers wait from 0.3 to 0.6 s for a heartbeat; one-way delays uniform from 5 to 15 ms.",
      `Means of ${rows[0]?.runs ?? 0} runs of a minute with 95 % intervals. A leader that is up goes on without a phase-1 quorum, and a crashed one costs an election: the share may lie on either side of the probability.`,
    ],
  }
}

function availabilityFigure(rows: readonly Row[]): Figure {
  return {
    kind: "lines",
    id: "availability-under-faults-share",
    caption: "Share of time with answers while replicas crash and recover.",
    x: { title: "share of time a replica is down" },
    y: { title: "share of time with answers", zero: false, most: 1 },
    join: "line",
    interval: "bars",
    panels: [
      {
        title: "",
        series: seriesBy(
          rows,
          ({ system }) => system,
          (own) => estimatePoints(own, "downShare", "answeringShare"),
        ),
      },
    ],
    notes: [`Means of ${rows[0]?.runs ?? 0} runs of a minute; bars are 95 % intervals after Student.`],
  }
}
