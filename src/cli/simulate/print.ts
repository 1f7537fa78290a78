import { wrapText } from "../../experiment/render/terminal.ts"
import { placesIn } from "../../run/simulation.ts"
import { type Places, placesText } from "../../world/simulate/latency-matrix.ts"
import type { Verdict } from "../../base/verdict.ts"
import { Decisions } from "../../check/paxos/facts.ts"
import { safety } from "../../check/paxos/safety.ts"
import { everyPropertyFor } from "../../check/paxos/selections.ts"
import type { Judgement } from "../../check/property.ts"
import { count, measure, text } from "../../experiment/column.ts"
import { rowsToCsv } from "../../experiment/csv.ts"
import type { CaseSafety } from "../../experiment/define.ts"
import { safeCells, safeColumns } from "../../experiment/safety.ts"
import { storedRow } from "../../experiment/sweep.ts"
import type { Table } from "../../experiment/table.ts"
import type { Address } from "../../protocol/actor.ts"
import type { Cluster } from "../../protocol/paxos/cluster.ts"
import { type PaxosMessage, formatMessage } from "../../protocol/paxos/messages.ts"
import { type PaxosRecord, formatRecord } from "../../protocol/paxos/records.ts"
import { formatSet } from "../../quorum/system.ts"
import type { RunMeasures } from "../../run/decree-measures.ts"
import { type DecreeSetup, decreeSettings } from "../../run/decree-settings.ts"
import {
  type RunViolation,
  decreeSafety,
  closedFormOf,
  decreeScenario,
  runJudgedDecree,
} from "../../run/decree.ts"
import { livenessOf } from "../../run/liveness.ts"
import { latencyName } from "../../run/replay.ts"
import { type Json, manifestOf } from "../../run/setting.ts"
import { derivedPhase2 } from "../../quorum/plan.ts"
import { heldInRun, safetyWarnings } from "../../run/safety.ts"
import type { Observer, TraceEvent } from "../../world/simulate/trace.ts"
import { paxos } from "../../run/protocols/paxos.ts"
import type { ClosedForm } from "../../run/protocol.ts"
import type { Io } from "../shared/context.ts"
import type { Format } from "../shared/options.ts"
import { closedFormText } from "./protocol.ts"
import { countsByName, printJson, printTables, styler } from "../shared/output.ts"

/** One simulated run as the command line shows it. */
export interface SimulatedRun {
  readonly row: RunRow
  readonly measures: RunMeasures
  readonly violations: readonly RunViolation[]
  /** Whether its quorums are safe, whatever it came to. */
  readonly safety: CaseSafety
  /** What measures come to in every such run; null where that is not known. */
  readonly closedForm: ClosedForm | null
  /** The phase-2 quorums, where they were not given. */
  readonly derived: string | undefined
  /** The region of each process. */
  readonly places: Places
  /** Every setting of the run. */
  readonly settings: Readonly<Record<string, Json>>
  /** The proposers by name, in the order of the measures. */
  readonly proposers: readonly string[]
  /** What every check found, if that was asked for. */
  readonly checks?: readonly JudgedCheck[]
  /** The lines of the trace, if it was asked for. */
  readonly trace?: readonly string[]
}

/** A check and its verdict. */
export interface JudgedCheck {
  readonly check: string
  readonly reference: string
  readonly verdict: Verdict<unknown>["verdict"]
  readonly because: string
}

type RunRow = ReturnType<typeof runRow> & ReturnType<typeof safeCells>

const columns = [
  text("system", "The quorum system."),
  text("latency", "The latency model."),
  count("seed", "The seed of the run."),
  measure("decidedMs", "Time to the commit point.", { unit: "ms", empty: "not decided within the horizon" }),
  text("decidedValue", "The value decided.", { empty: "not decided within the horizon" }),
  count("decidedEpoch", "The epoch it was decided in.", { empty: "not decided within the horizon" }),
  measure("learnedMsFirst", "Time at which the first proposer learned.", {
    unit: "ms",
    empty: "none learned",
  }),
  measure("learnedMsLast", "Time at which the last proposer learned.", {
    unit: "ms",
    empty: "not all learned",
  }),
  count("messagesSent", "Messages sent by all processes."),
  count("messagesDelivered", "Messages delivered."),
  count("messagesLost", "Messages lost by the network, or arriving at a crashed process."),
  count("syncWrites", "Synchronous writes by all processes."),
  count("epochsUsed", "Epochs started by all proposers."),
  count("violations", "Safety checks that failed."),
  ...safeColumns,
]

/** Simulates one run. */
export function simulateOnce(
  setup: DecreeSetup,
  seed: number,
  options: { trace: boolean; checks: boolean },
): SimulatedRun {
  const trace: string[] = []
  const { cluster } = decreeScenario(setup, seed)
  const { measures, violations, judgements } = runJudgedDecree(
    setup,
    seed,
    options.checks ? (all) => [...everyPropertyFor(all), ...livenessOf(setup, all)] : () => safety,
    ...(options.trace ? [tracer(setup, seed, trace)] : []),
  )
  const quorumSafety = decreeSafety(setup)
  return {
    row: { ...runRow(setup, seed, measures, violations.length), ...safeCells(quorumSafety) },
    measures,
    safety: quorumSafety,
    closedForm: closedFormOf(setup),
    derived: derivedPhase2(setup.plan),
    places: placesIn(setup, cluster),
    proposers: cluster.proposers.map((address) => cluster.processes[address]!.name),
    ...(options.checks && { checks: judgements.map(judged) }),
    settings: manifestOf(decreeSettings, setup),
    violations,
    ...(options.trace && { trace }),
  }
}

function judged({ name, reference, verdict: { verdict, because } }: Judgement): JudgedCheck {
  return { check: name, reference, verdict, because }
}

/** Writes every event into `lines`, and every decision when it has come about. */
function tracer(setup: DecreeSetup, seed: number, lines: string[]): Observer<PaxosMessage, PaxosRecord> {
  const { cluster } = decreeScenario(setup, seed)
  const decisions = new Decisions(setup.plan)
  let told = 0
  return (event) => {
    lines.push(traceLine(event, cluster))
    decisions.observe(event)
    for (const { proposal, acceptedBy } of decisions.list.slice(told)) {
      lines.push(
        `${" ".repeat(10)}  ${proposal.value} is decided in epoch ${proposal.epoch} by ${formatSet(setup.plan, acceptedBy)}`,
      )
      told++
    }
  }
}

function runRow(setup: DecreeSetup, seed: number, measures: RunMeasures, violations: number) {
  const learned = measures.learnedAt.filter((at) => at !== null)
  const everyone = learned.length === measures.learnedAt.length
  return {
    system: setup.plan.name,
    latency: latencyName(setup.latency),
    seed,
    decidedMs: inMs(measures.decidedAt),
    decidedValue: measures.decidedValue,
    decidedEpoch: measures.decidedEpoch,
    learnedMsFirst: inMs(learned.length === 0 ? null : Math.min(...learned)),
    learnedMsLast: inMs(everyone ? Math.max(...learned) : null),
    messagesSent: measures.messagesSent,
    messagesDelivered: measures.messagesDelivered,
    messagesLost: measures.messagesLost,
    syncWrites: measures.syncWrites,
    epochsUsed: measures.epochsUsed,
    violations,
  }
}

const inMs = (micros: number | null): number | null => (micros === null ? null : micros / 1000)

/** Prints a run in any format; the trace, if there is one, before the measures, or within the JSON. */
export async function printRun(io: Io, format: Format, run: SimulatedRun): Promise<void> {
  const { row, measures, violations, trace, checks } = run
  if (format === "json") {
    const learnedMs = measures.learnedAt.map(inMs)
    const messagesByType = countsByName(Object.entries(measures.messagesByType))
    printJson(io, {
      ...row,
      derived: run.derived !== undefined,
      placement: run.places,
      settings: run.settings,
      learnedMs,
      messagesByType,
      closedForm: run.closedForm,
      violations,
      ...(checks && { checks }),
      ...(trace && { trace }),
    })
  } else if (format === "csv") {
    io.out(rowsToCsv(columns, [storedRow({ id: "simulate", columns }, row)]))
  } else if (format === "table") {
    if (trace !== undefined) io.out(`   time ms  event\n${trace.join("\n")}\n\n`)
    io.out(`${(await runLines(io, run)).join("\n")}\n`)
    if (checks !== undefined) {
      io.out("\n")
      await printTables(io, format, [checksTable(run, checks)])
    }
  } else
    await printTables(io, format, [
      runTable(run),
      ...(checks === undefined ? [] : [checksTable(run, checks)]),
    ])
}

/** One line to a check; what is violated is told below. */
function checksTable({ safety }: SimulatedRun, checks: readonly JudgedCheck[]): Table {
  const broken = checks.filter(({ verdict }) => verdict !== "holds")
  return {
    id: "checks",
    caption: "The run before every property and lemma that its variant keeps, and the oracle.",
    columns: [{ heading: "check" }, { heading: "where" }, { heading: "verdict" }, { heading: "checked" }],
    rows: checks.map(({ check, reference, verdict, because }) => [
      check,
      shortReference(reference),
      verdict,
      verdict === "holds" ? because.replace(/ were checked$/, "") : "see below",
    ]),
    notes: [
      ...broken.map(({ check, verdict, because }) => `${check} is ${verdict}: ${because}.`),
      "Where: definitions, properties and lemmas in Howard 2019; rules in Howard and Mortier 2019.",
      ...safetyWarnings(safety).map((warning) => `WARNING: ${warning}.`),
    ],
  }
}

/** "lemma 14" of "Howard 2019, lemma 14 (safety)". */
function shortReference(reference: string): string {
  return reference.replace(/^[^,]*, /, "").replace(/ \([^)]*\)$/, "")
}

async function runLines(
  io: Io,
  { row, measures, violations, proposers, safety, closedForm, derived, places }: SimulatedRun,
): Promise<string[]> {
  const red = await styler(io, "red")
  const ms = (at: number | null): string => (at === null ? "–" : `${at.toFixed(3)} ms`)
  const decided =
    row.decidedMs === null
      ? "nothing within the horizon"
      : `${row.decidedValue!} in epoch ${row.decidedEpoch!} at ${ms(row.decidedMs)}`
  const learned = measures.learnedAt.map((at, i) => `${proposers[i]!} ${ms(inMs(at))}`).join(", ")
  const types = Object.entries(measures.messagesByType).map(([type, sent]) => `${sent} ${type}`)
  const predicted = closedFormText(paxos, closedForm)
  return [
    `${row.system}, latency ${row.latency}, seed ${row.seed}`,
    "",
    ...(derived === undefined ? [] : [`phase 2   ${derived}`]),
    ...wrappedPlaces(places, io.width),
    `decided   ${decided}`,
    `learned   ${learned}`,
    `messages  ${row.messagesSent} sent, ${row.messagesDelivered} delivered, ${row.messagesLost} lost`,
    ...(types.length === 0 ? [] : [`          ${types.join(", ")}`]),
    `writes    ${row.syncWrites} synchronous`,
    `epochs    ${row.epochsUsed} used`,
    ...(predicted === undefined ? [] : [`predicted ${predicted} (closed form)`]),
    ...(violations.length === 0 ? [`safety    ${heldInRun(safety)}`] : []),
    ...violations.map(({ check, message }) => `safety    ${red("violated")}: ${check}: ${message}`),
    ...violations.slice(0, 1).map(({ replay }) => `replay    ${replay}`),
    ...safetyWarnings(safety).map((warning) => `${red("WARNING")}   ${warning}`),
  ]
}

/** The placement as lines of a report; none where delays are the same everywhere. */
function wrappedPlaces(places: Places, width: number): string[] {
  if (Object.keys(places).length === 0) return []
  return wrapText(placesText(places), Math.min(width, 80) - 10).map(
    (line, i) => `${(i === 0 ? "placement" : "").padEnd(10)}${line}`,
  )
}

function runTable({ row, safety, derived, places }: SimulatedRun): Table {
  return {
    id: "simulate",
    caption: `One run of Paxos with ${row.system}, latency ${row.latency}, seed ${row.seed}.`,
    columns: [
      { heading: "decided", unit: "ms", digits: 3 },
      { heading: "value" },
      { heading: "epoch" },
      { heading: "first", unit: "ms", group: "learned", digits: 3 },
      { heading: "last", unit: "ms", group: "learned", digits: 3 },
      { heading: "sent", group: "messages" },
      { heading: "lost", group: "messages" },
      { heading: "writes" },
      { heading: "epochs" },
      { heading: "violations" },
    ],
    rows: [
      [
        row.decidedMs,
        row.decidedValue,
        row.decidedEpoch,
        row.learnedMsFirst,
        row.learnedMsLast,
        row.messagesSent,
        row.messagesLost,
        row.syncWrites,
        row.epochsUsed,
        row.violations,
      ],
    ],
    notes: [
      ...(derived === undefined ? [] : [`Phase 2: ${derived}.`]),
      ...(Object.keys(places).length === 0 ? [] : [`Placement: ${placesText(places)}.`]),
      ...safetyWarnings(safety).map((warning) => `WARNING: ${warning}.`),
    ],
  }
}

/** One line of a printed trace: the virtual time in milliseconds, and what happened. */
export function traceLine(event: TraceEvent<PaxosMessage, PaxosRecord>, cluster: Cluster): string {
  const time = (event.at / 1000).toFixed(3).padStart(10)
  return `${time}  ${traceSentence(event, (address) => cluster.processes[address]!.name)}`
}

/** What happened: "p1 → a1  prepare(0)" where it is sent, "a1 ← p1  prepare(0)" where it arrives. */
export function traceSentence(
  event: TraceEvent<PaxosMessage, PaxosRecord>,
  name: (address: Address) => string,
): string {
  switch (event.type) {
    case "propose":
      return `${name(event.process)} proposes ${event.value}`
    case "send":
      return `${name(event.from)} → ${name(event.to)}  ${formatMessage(event.message)}${fate(event.copies)}`
    case "deliver":
      return `${name(event.to)} ← ${name(event.from)}  ${formatMessage(event.message)}`
    case "miss":
      return `${name(event.to)} is down: ${formatMessage(event.message)} from ${name(event.from)} is lost`
    case "store":
      return `${name(event.process)} has written ${formatRecord(event.record, name)}`
    case "timeout":
      return `${name(event.process)} timeout of ${event.timer}`
    case "learn":
      return `${name(event.process)} learns ${event.value}, decided in epoch ${event.epoch}`
    case "crash":
      return `${name(event.process)} crashes`
    case "recover":
      return `${name(event.process)} recovers`
  }
}

function fate(copies: number): string {
  return copies === 1 ? "" : copies === 0 ? "  (lost)" : `  (${copies} copies)`
}
