import { fullSet, has, nodeSet } from "../src/base/node-set.ts"
import { randomFromSeed } from "../src/base/random.ts"
import { measure, text } from "../src/experiment/column.ts"
import { defineExperiment } from "../src/experiment/define.ts"
import {
  type CellsOf,
  type ObservationOf,
  meanShare,
  measured,
  meansOf,
  runsColumn,
} from "../src/experiment/measured.ts"
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

const measures = measured({
  answeringShare: meanShare(
    "Mean availability: share of 500 ms windows in which some client gets an answer.",
    {
      digits: 4,
    },
  ),
})

interface Observation extends ObservationOf<typeof measures> {
  readonly traceHash: string
}

type Row = CellsOf<typeof measures> & {
  readonly system: string
  readonly downShare: number
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
  question: "How available is the log while replicas crash and recover, elections included?",
  reference: "Howard 2019, §4.3.3; Naor and Wool 1998, §2 (failure probability)",
  columns: [
    text("system", "The quorum system."),
    measure(
      "downShare",
      "Long-run share of time a replica is down; downtimes are exponential with mean 3 s.",
      { digits: 2 },
    ),
    runsColumn,
    ...measures.columns,
    measure(
      "phase2LiveProbability",
      "Exact probability of a live phase-2 quorum: an upper bound while no election is needed.",
      { digits: 4 },
    ),
    measure("bothLiveProbability", "Exact probability that both phases have a live quorum.", { digits: 4 }),
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
    const { measures: run, traceHash } = runSafeLog(setup, seed, { intervalMs })
    const intervals = (horizonMs - 2000) / intervalMs
    const answering = run.perInterval.filter((answers) => answers > 0).length
    return { answeringShare: answering / intervals, traceHash }
  },
  summarise: ({ system, downShare }, observations) => {
    const quorums = planFrom(system).systemAt(0)
    return [
      {
        system,
        downShare,
        ...measures.cells(observations),
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
      "Availability while replicas crash and recover, and exact probability of a live quorum in both phases, by system and downtime.",
    columns: [
      { heading: "system" },
      ...shares.flatMap((share) => [
        { heading: "availability", group: `${share * 100} % down`, digits: 3 },
        { heading: "both phases live", group: `${share * 100} % down`, digits: 3 },
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
      "Downtimes exponential with mean 3 s; election timeouts uniform in [0.3, 0.6] s; one-way delays uniform in [5, 15] ms.",
      `${meansOf(rows)}, one simulated minute each. A live leader needs no phase-1 quorum, and a crashed one costs an election, so availability may lie on either side of the probability.`,
    ],
  }
}

function availabilityFigure(rows: readonly Row[]): Figure {
  return {
    kind: "lines",
    id: "availability-under-faults-share",
    caption: "Availability while replicas crash and recover, by the share of time a replica is down.",
    x: { title: "share of time a replica is down" },
    y: { title: "availability (500 ms windows)", zero: false, max: 1 },
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
    notes: [`${meansOf(rows)}, one simulated minute each.`],
  }
}
