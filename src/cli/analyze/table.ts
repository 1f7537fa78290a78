import type { Analysis, PhaseAnalysis } from "../../analysis/analyse.ts"
import { type Caution, cautionNotes, markOf } from "../../experiment/safety.ts"
import { judged } from "../../run/safety.ts"
import { type Places, placesText } from "../../world/simulate/latency-matrix.ts"
import type { LeaderLatency, Wait } from "../../run/closed-form.ts"
import type { Table, TableCell, TableColumn, TableRow } from "../../experiment/table.ts"

/** An analysis: one row per measure, one column per phase and one for both phases. */
export function analysisTable(analysis: Analysis, latencySource?: string): Table {
  const { phase1, phase2 } = analysis
  const byPhase = (
    name: string,
    value: (phase: PhaseAnalysis) => TableCell,
    both: TableCell = null,
  ): TableRow => [name, value(phase1), value(phase2), both]
  const together = (name: string, value: TableCell): TableRow => [name, null, null, value]
  return {
    id: "analysis",
    caption: `Analysis of ${analysis.system}${cautionsIn(analysis).map(markOf).join("")}, ${analysis.nodes} node${analysis.nodes === 1 ? "" : "s"}`,
    columns: [
      { heading: "measure" },
      { heading: "phase 1", align: "right" },
      { heading: "phase 2", align: "right" },
      { heading: "both", align: "right" },
    ],
    rows: [
      together("safe", safeCell(analysis)),
      byPhase("minimal quorums", ({ quorums }) => count(quorums)),
      byPhase("smallest quorum", ({ smallestQuorum }) => shown(smallestQuorum)),
      byPhase("largest minimal quorum", ({ largestQuorum }) => shown(largestQuorum)),
      byPhase("resilience", ({ resilience }) => shown(resilience), shown(analysis.resilience)),
      byPhase("failure probability", probability, probability(analysis)),
      byPhase(
        "load",
        ({ load, loadExact, loadAtLeast }) => boundedLoad(load, loadExact, loadAtLeast),
        boundedLoad(analysis.load, analysis.loadExact, analysis.loadAtLeast),
      ),
      together("capacity", analysis.capacity === null ? "unbounded" : shown(analysis.capacity)),
      together("network load", shown(analysis.networkLoad)),
      together("strategy latency", latencySource === undefined ? null : shown(analysis.latency)),
    ],
    notes: [...notesOf(analysis), latencyNote(latencySource)],
  }
}

/** A load, or the interval that it is known to be in. */
function boundedLoad(load: number, exact: string | null, atLeast: number | null): TableCell {
  if (atLeast === null) return fraction(load, exact)
  return `${rounded(atLeast, Math.floor)} to ${rounded(load, Math.ceil)}`
}

/** Four digits after the point, down or up: a bound stays one. */
const rounded = (value: number, round: (value: number) => number): string =>
  (round(value * 1e4) / 1e4).toFixed(4)

/** What the latency of the strategy measures; a request takes longer, by the way of its client. */
function latencyNote(source: string | undefined): string {
  if (source === undefined)
    return "Strategy latency: requires one latency for each node, by --latency with constant delays or --nodes."
  return `Strategy latency: mean time until the contacted quorum has replied; node latencies: ${source}.`
}

/** The quorums of the optimal strategy by phase, in decreasing probability. */
export function strategyTable({ system, strategy }: Analysis): Table {
  const rows = (["phase1", "phase2"] as const).map((phase) =>
    (strategy[phase] ?? []).map(({ quorum, probability }): TableRow => [
      phase === "phase1" ? "1" : "2",
      probability,
      `{${quorum.join(" ")}}`,
    ]),
  )
  return {
    id: "strategy",
    caption: `Strategy of ${system} with minimum ${strategy.objective === "network" ? "network load" : strategy.objective}`,
    columns: [{ heading: "phase" }, { heading: "probability", digits: 4 }, { heading: "quorum" }],
    rows: [...rows[0]!, "rule", ...rows[1]!],
    notes: [],
  }
}

/** The time a leader waits for a quorum of each phase, by its region, in order of request latency. */
export function leaderTable(system: string, leaders: readonly LeaderLatency[], places: Places): Table {
  const fixed = leaders.every(({ phase1, phase2 }) => isFixed(phase1) && isFixed(phase2))
  const wait = (of: Wait): TableCell[] =>
    (fixed ? [of.mean] : [of.mean, of.p50, of.p99]).map((ms) => (Number.isFinite(ms) ? ms : null))
  const group = (phase: string): TableColumn[] =>
    fixed
      ? [{ heading: phase, unit: "ms", digits: 3 }]
      : ["mean", "p50", "p99"].map((heading) => ({ heading, group: `${phase} (ms)`, digits: 3 }))
  return {
    id: "leaders",
    caption: `Time until a quorum of ${system} has replied, by leader region`,
    columns: [
      { heading: "leader region" },
      ...group("phase 1"),
      ...group("phase 2"),
      { heading: "request latency", unit: "ms", digits: 3 },
    ],
    rows: [...leaders]
      .sort((a, b) => a.request - b.request)
      .map(({ region, phase1, phase2, request }) => [
        region ?? "any",
        ...wait(phase1),
        ...wait(phase2),
        Number.isFinite(request) ? request : null,
      ]),
    notes: [
      ...(Object.keys(places).length === 0 ? [] : [`Acceptors: ${placesText(places)}.`]),
      `All acceptors are contacted. Request latency: expected time from client to leader, phase 2, and back${leaders.length > 1 ? "; mean over one client per region" : ""}.`,
    ],
  }
}

function isFixed({ mean, p99 }: Wait): boolean {
  return mean === p99
}

/** Whether the system is safe; the reason is a note. */
function safeCell({ safe }: Analysis): string {
  if (safe.verdict === "unknown") return "unknown"
  return safe.verdict === "holds" ? "yes" : "UNSAFE"
}

/** What is to be known of the system, if it is not plainly safe. */
function cautionsIn({ system, safe }: Pick<Analysis, "system" | "safe">): Caution[] {
  const { verdict, because } = judged([safe])
  return because.length === 0 ? [] : [{ system, safe: verdict, because: because.join("; ") }]
}

function notesOf(analysis: Analysis): string[] {
  const notes = [
    ...cautionNotes(cautionsIn(analysis)),
    ...(analysis.derived ? ["Phase 2: dual, derived from phase 1."] : []),
    "Per-phase load assumes only that phase runs; column both uses the given phase-1 fraction, and the failure probability of either phase. –: a measure of both phases together, or of one alone.",
  ]
  const all = [analysis, analysis.phase1, analysis.phase2]
  if (analysis.strategy.atLeast !== null || all.some(({ loadAtLeast }) => loadAtLeast !== null)) {
    notes.push(
      "Load a to b: a bound, since the deadline ended the search; the least load is at least a, and b is that of the best strategy found, as are the measures below it. --deadline allows more time.",
    )
  }
  if (all.some(({ failureProbabilityIs }) => failureProbabilityIs === "estimate")) {
    notes.push("≈: estimated by sampling, with 95 % CI.")
  }
  return notes
}

/** Six significant digits; JSON has all of them. */
function shown(value: number | string | null): TableCell {
  if (typeof value !== "number") return value
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)))
}

/** Six significant digits of a count of hundreds of digits, which exceeds the range of a double. */
function count(value: number | string | null): TableCell {
  if (typeof value !== "string" || value.length <= 15) return shown(value)
  const six = String(Math.round(Number(value.slice(0, 7)) / 10))
  return `≈ ${Number(`${six[0]!}.${six.slice(1)}`)}e${value.length + six.length - 7}`
}

/** The exact fraction if it is short, with its decimal value. */
function fraction(value: number, exact: string | null): TableCell {
  if (exact === null || exact.length > 12) return shown(value)
  return exact.includes("/") ? `${exact} = ${Number(value.toPrecision(4))}` : exact
}

function probability(
  of: Pick<Analysis, "failureProbability" | "failureProbabilityIs" | "failureProbabilityInterval">,
): TableCell {
  if (of.failureProbability === null) return "unknown"
  const value = String(Number(of.failureProbability.toPrecision(6)))
  if (of.failureProbabilityInterval === null) return value
  const [low, high] = of.failureProbabilityInterval.map((end) => String(Number(end.toPrecision(3))))
  return `≈ ${value} [${low!}, ${high!}]`
}
