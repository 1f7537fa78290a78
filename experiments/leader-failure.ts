import { fullSet, isSubset, size, withoutMember } from "../src/base/node-set.ts"
import { count, text } from "../src/experiment/column.ts"
import { defineExperiment } from "../src/experiment/define.ts"
import {
  type CellsOf,
  type ObservationOf,
  mean,
  meansOf,
  measured,
  runsColumn,
  runsOf,
} from "../src/experiment/measured.ts"
import type { Figure } from "../src/experiment/figure/figure.ts"
import { type Table, intervalOf } from "../src/experiment/table.ts"
import type { Address, Micros } from "../src/protocol/actor.ts"
import type { Phase, QuorumSystem } from "../src/quorum/system.ts"
import { timeToQuorum } from "../src/run/closed-form.ts"
import { latencyFrom, planFrom } from "../src/run/from-text.ts"
import type { LogSetup } from "../src/run/log-settings.ts"
import { runSafeLog, traceHashColumn } from "../src/run/log.ts"
import { combinedHash } from "../src/world/simulate/trace-hash.ts"
import { crashAtMs, crashedLeader } from "./crashed-leader.ts"
import { ms } from "./log-setup-from.ts"
import { placement } from "../src/run/log-placement.ts"

/**
 * Five replicas, or as near to five as there are of a family, of which the first
 * leads and the others hold a quorum of each phase. With the regions of the
 * replicas, by number, where they are not one each in turn: a zone is a region.
 */
const systems: ReadonlyMap<string, readonly number[]> = new Map([
  ["simple(5, 2, 4)", []],
  ["majority(5)", []],
  ["simple(5, 4, 2)", []],
  ["weighted([2, 1, 1, 1, 1], 4, 3)", []],
  ["weighted([2, 2, 1, 1, 1], 3, 5)", []],
  ["grid(2, 3)", []],
  ["grid(3, 2)", []],
  ["classicGrid(2, 3)", []],
  ["wheel(5)", []],
  ["wall([1, 2, 2])", []],
  ["wall([2, 3])", []],
  ["tree(2)", []],
  ["hierarchical([1, 1, 3])", []],
  ["hqs(2, 3)", []],
  ["projectivePlane(2)", []],
  ["paths(1)", []],
  ["zones([2, 1, 2], most, most)", [0, 0, 1, 2, 2]],
  ["zones([3, 3, 3], each, any)", [0, 0, 0, 1, 1, 1, 2, 2, 2]],
  ["choose(2, a*b, c*d, e)", []],
  ["split(a*b + c*d, (a + b)*(c + d))", []],
  ["compose(majority(3), a + b, c, d*e)", []],
  ["joint(majority(3), majority(5))", []],
])

/** Without their first node these have no quorum of some phase. */
const stuck = ["simple(5, 5, 1)", "rowa(5)", "unanimous(5)"]

const latencies = ["aws", "paxi"]

interface Case {
  readonly system: string
  readonly latency: string
}

const measures = measured({
  electedMs: mean("Mean time from the crash until the end of the first phase 1 after it.", {
    unit: "ms",
    digits: 1,
  }),
  phase1Ms: mean(
    "Mean duration of that phase 1 by the latency matrix: the round trip to the closest phase-1 quorum.",
    { unit: "ms", digits: 1 },
  ),
  gapMs: mean("Mean unavailability: the longest interval in which no client gets an answer.", {
    unit: "ms",
    digits: 1,
  }),
  elections: mean("Mean number of leaders after the crash.", { digits: 2 }),
})

interface Observation extends ObservationOf<typeof measures> {
  readonly traceHash: string
}

type Row = CellsOf<typeof measures> & {
  readonly system: string
  readonly latency: string
  readonly n: number
  readonly phase1: number
  readonly phase2: number
  readonly traceHash: string
}

/**
 * A leader crashes and stays away; the others wait, elect, and go on.
 *
 * Varied: the quorum system, and the matrix. Held fixed: the leader, the first replica, crashes
 * at 5 s and stays away; followers wait from one to two seconds for a heartbeat, and two
 * clients beside each replica ask on.
 *
 * Expect: most of the gap is the wait before somebody stands, the least of several draws; phase 1
 * adds the round trip to the nearest quorum of those left, which is what a larger |Q1| costs, and
 * `phase1Ms` says how much of it that is by the matrix. After that clients have to ask again, up to
 * their own time-out.
 */
export default defineExperiment<Case, Observation, Row>({
  id: "leader-failure",
  question:
    "How long is the log unavailable after a leader crash, and how much does a larger phase-1 quorum add?",
  reference: "Howard 2019, §3.4 (failure detection) and §4.3.3 (the price of a larger phase-1 quorum)",
  columns: [
    text("system", "The quorum system."),
    text("latency", "The latency matrix."),
    count("n", "Number of replicas."),
    count("phase1", "Size of the smallest phase-1 quorum without the crashed leader."),
    count("phase2", "Size of the smallest phase-2 quorum without the crashed leader."),
    runsColumn,
    ...measures.columns,
    traceHashColumn,
  ],
  cases: () => latencies.flatMap((latency) => [...systems.keys()].map((system) => ({ system, latency }))),
  runs: 40,
  observe: ({ system, latency }, seed) => {
    const setup = {
      ...crashedLeader(system, latency, 2),
      replicaRegions: regionsOf(system, latency),
      warmUpMs: 2000,
    }
    const { measures: run, traceHash } = runSafeLog(setup, seed)
    const { elections, longestGap } = run
    const after = elections.filter(({ at }) => at > crashAtMs * 1000)
    return {
      electedMs: ms(after[0]!.at) - crashAtMs,
      phase1Ms: ms(phase1Time(setup, after[0]!.process)),
      gapMs: ms(longestGap.length),
      elections: after.length,
      traceHash,
    }
  },
  summarise: ({ system, latency }, observations) => {
    const quorums = planFrom(system).systemAt(0)
    return [
      {
        system,
        latency,
        n: quorums.nodes.length,
        phase1: smallestWithoutLeader(quorums, 1),
        phase2: smallestWithoutLeader(quorums, 2),
        ...measures.cells(observations),
        traceHash: combinedHash(observations.map(({ traceHash }) => traceHash)),
      },
    ]
  },
  tables: latencies.map((latency) => (rows) => leaderFailureTable(latency, rows)),
  figures: [windowFigure, phase1Figure],
})

/** Where replicas are, if not one in each region in turn. */
function regionsOf(system: string, latency: string): readonly string[] {
  const choice = latencyFrom(latency)
  const names = choice.kind === "matrix" ? choice.delays.regions : []
  return systems.get(system)!.map((region) => names[region]!)
}

/** What phase 1 takes a candidate when nobody competes: the first replica has crashed. */
function phase1Time(setup: LogSetup, candidate: Address): Micros {
  const { latency } = placement(setup)
  return timeToQuorum(setup.plan.systemAt(candidate), 1, (q) => {
    if (q === candidate) return 0
    return q === 0 ? Infinity : latency.expected(candidate, q) + latency.expected(q, candidate)
  })
}

/** The smallest quorum of those that are left. */
function smallestWithoutLeader(system: QuorumSystem, phase: Phase): number {
  const others = withoutMember(fullSet(system.nodes.length), 0)
  const left = [...system.minimalQuorums(phase)].filter((quorum) => isSubset(quorum, others))
  return Math.min(...left.map(size))
}

function leaderFailureTable(latency: string, rows: readonly Row[]): Table {
  const shown = rows.filter((row) => row.latency === latency)
  return {
    id: `leader-failure-${latency}`,
    caption: `Unavailability after a leader crash in the regions of the ${latency} matrix, by quorum system.`,
    columns: [
      { heading: "system" },
      { heading: "$n$" },
      { heading: "$|Q1|$" },
      { heading: "$|Q2|$" },
      { heading: "phase 1", unit: "ms", digits: 0 },
      { heading: "time to elect", unit: "ms", digits: 0 },
      { heading: "unavailability", unit: "ms", digits: 0 },
      { heading: "leaders", digits: 2 },
    ],
    rows: [...shown]
      .sort((a, b) => a.phase1 - b.phase1)
      .map((row) => [
        row.system,
        row.n,
        row.phase1,
        row.phase2,
        row.phase1Ms,
        row.electedMs,
        intervalOf(row, "gapMs"),
        row.elections,
      ]),
    notes: [
      "$|Q1|$, $|Q2|$: smallest quorums without the crashed leader. Replicas are assigned to regions in turn, zones to one region each. Election timeouts are uniform in [1, 2] s. Phase 1: round trip to the closest quorum by the matrix.",
      `Left out, as they stay unavailable: ${stuck.join(", ")}.`,
      `${meansOf(rows)}.`,
    ],
  }
}

/** The window against |Q1|: every system a point. */
function windowFigure(rows: readonly Row[]): Figure {
  return {
    kind: "scatter",
    id: "leader-failure-window",
    caption:
      "Unavailability after a leader crash, by the size of the smallest phase-1 quorum without the leader.",
    x: { title: "$|Q1|$" },
    y: { title: "unavailability", unit: "ms" },
    series: latencies.map((latency) => ({
      name: latency,
      points: rows
        .filter((row) => row.latency === latency)
        .map(({ phase1, gapMs }) => ({ x: phase1, y: gapMs! })),
    })),
    front: [],
    notes: [`Each point is a quorum system: mean of ${runsOf(rows)}.`],
  }
}

/** What |Q1| itself costs: the rest of the window is waiting for it to be noticed. */
function phase1Figure(rows: readonly Row[]): Figure {
  return {
    kind: "scatter",
    id: "leader-failure-phase1",
    caption: "Time to elect a leader after a leader crash, by the duration of phase 1.",
    x: { title: "phase-1 latency by the matrix", unit: "ms" },
    y: { title: "time to elect", unit: "ms" },
    series: latencies.map((latency) => ({
      name: latency,
      points: rows
        .filter((row) => row.latency === latency)
        .map(({ phase1Ms, electedMs }) => ({ x: phase1Ms!, y: electedMs! })),
    })),
    front: [],
    notes: [`Each point is a quorum system: mean of ${runsOf(rows)}.`],
  }
}
