import { type Column, count, flag, measure, text } from "../../experiment/column.ts"
import { rowsToCsv } from "../../experiment/csv.ts"
import type { CaseSafety } from "../../experiment/define.ts"
import { safeCells, safeColumns } from "../../experiment/safety.ts"
import { storedRow } from "../../experiment/sweep.ts"
import type { Table } from "../../experiment/table.ts"
import type { LatencyHistogram } from "../../run/latency-histogram.ts"
import { type Gap, type LogMeasures, type LogTraffic, logMeasures, maxShed } from "../../run/log-measures.ts"
import type { LogMeasure, LogProtocol } from "../../run/log-protocol.ts"
import type { LogSetup } from "../../run/log-settings.ts"
import { logTable } from "../../run/protocols/index.ts"
import { manifestOf } from "../../run/setting.ts"
import { type LogRun, observedMeasures, traceHashColumn } from "../../run/log.ts"
import { latencyName } from "../../run/replay.ts"
import { derivedNotes, derivedPhase2 } from "../../quorum/plan.ts"
import { heldInRun, safetyWarnings } from "../../run/safety.ts"
import type { Io } from "../shared/context.ts"
import type { Format } from "../shared/options.ts"
import { countsByName, printJson, printTables, styler } from "../shared/output.ts"
import { firstLeader, placement, placesOf } from "../../run/log-placement.ts"
import { placesText } from "../../world/simulate/latency-matrix.ts"

/** One run of the log, and how it was watched. */
export interface ReportedRun {
  readonly setup: LogSetup
  readonly seed: number
  readonly run: LogRun
  readonly traffic: LogTraffic
  readonly intervalMs: number
  readonly timeline: boolean
  /** Whether the quorums are safe, whatever the run came to. */
  readonly safety: CaseSafety
}

const none = { empty: "nothing was answered in the window" }
const silent = { empty: "nothing was answered in the window to one of the groups of clients" }
const beforehand = { empty: "all requests were answered before the window" }
const columnsOf = (protocol: LogProtocol): readonly Column[] => [
  text("system", "The quorum system."),
  text("latency", "The latency model."),
  count("seed", "The seed of the run."),
  count("called", "Requests made, over the whole run."),
  count("answered", "Requests answered, over the whole run."),
  count(
    "unanswered",
    "Requests without an answer at the end of the run; no latency includes what they waited.",
  ),
  count("shed", "Requests that found no client free to make them."),
  count("queued", "Requests that waited for a client to be free; their latency includes the wait."),
  measure("throughputPerS", "Answers per second of the measured window.", {
    unit: "1/s",
    ...beforehand,
  }),
  measure("latencyMs", "Mean latency over the groups of clients, by their weights.", {
    unit: "ms",
    ...silent,
  }),
  measure("latencyMsRequests", "Mean latency over requests, of which clients that are near make more.", {
    unit: "ms",
    ...none,
  }),
  measure("latencyMsP50", "Median latency of requests.", { unit: "ms", ...none }),
  measure("latencyMsP99", "99th percentile of the latency of requests.", { unit: "ms", ...none }),
  measure("latencyMsP999", "Its 99.9th percentile.", { unit: "ms", ...none }),
  measure("latencyMsMax", "Its maximum.", { unit: "ms", ...none }),
  measure("readMs", "Mean latency of gets over the groups of clients.", {
    unit: "ms",
    empty: "no gets, or none of one of the groups",
  }),
  measure("writeMs", "Mean latency of the others over the groups of clients.", {
    unit: "ms",
    empty: "no others, or none of one of the groups",
  }),
  measure("messagesPerAnswer", "Messages sent per answer, over the whole run.", none),
  measure("writesPerAnswer", "Synchronous writes per answer, over the whole run.", none),
  measure("commandsPerSlot", "Commands in a slot, on average.", none),
  measure(
    "answeringShare",
    "Share of the intervals of the window in which some client got an answer.",
    beforehand,
  ),
  measure(
    "longestGapMs",
    "The longest time without an answer within the window, also where no answer ended it.",
    {
      unit: "ms",
    },
  ),
  flag("longestGapOpen", "Whether that time lasted to the end of the window."),
  count("leaders", "Number of times a replica became leader."),
  count("violations", "Checks that failed."),
  ...safeColumns,
  traceHashColumn,
  ...ownMeasures(protocol).map(([name, { meaning, details }]) =>
    measure(name, meaning, { empty: "no value in this run", ...details }),
  ),
]

/** The measures that a log has beside those of all. */
function ownMeasures({ measures = {} }: LogProtocol): [string, LogMeasure][] {
  return Object.entries(measures).filter(([name]) => !Object.hasOwn(logMeasures, name))
}

/** Prints a run in any format. */
export async function printLogRun(io: Io, format: Format, reported: ReportedRun): Promise<void> {
  const { run, traffic } = reported
  const columns = columnsOf(run.built.protocol)
  if (format === "csv") {
    io.out(rowsToCsv(columns, [storedRow({ id: "log", columns }, rowOf(reported))]))
  } else if (format === "json") {
    printJson(io, {
      derived: derivedPhase2(reported.setup.plan) !== undefined,
      ...storedRow({ id: "log", columns }, rowOf(reported)),
      placement: placesOf(reported.setup),
      settings: manifestOf(logTable(run.built.protocol), reported.setup),
      groups: groupsOf(reported),
      messagesByType: countsByName(traffic.byType.map(({ type, sent }) => [type, sent] as const)),
      elections: run.measures.elections.map(({ at, process, epoch }) => ({
        atMs: at / 1000,
        leader: reported.setup.plan.nodes[process],
        epoch,
      })),
      answersPerInterval: intervalsOf(reported),
      faults: countsByName(run.built.coverage),
      checks: run.judgements.map(({ name, verdict }) => ({ name, ...verdict })),
    })
  } else if (format === "table") {
    io.out(`${(await runLines(io, reported)).join("\n")}\n\n`)
    await printTables(io, format, tablesOf(reported, true))
  } else await printTables(io, format, tablesOf(reported, false))
}

/** The latency of the requests that were made says little of a load of which a part was not. */
export function warnIfShed(io: Io, { shed, shedShare }: LogMeasures): void {
  if (shedShare <= maxShed) return
  io.err(
    `WARNING: ${shed} requests (${(100 * shedShare).toFixed(1)} %) found no client free and were not made; add clients (--clients-per-group), or let them wait (--when-busy queue)\n`,
  )
}

/** In milliseconds, to the microsecond: a mean has no more to say. */
const inMs = (micros: number | null): number | null =>
  micros === null ? null : Number((micros / 1000).toFixed(3))

function rowOf({ setup, seed, run, traffic, ...window }: ReportedRun) {
  const { measures, violations, traceHash } = run
  const { all, called, returned, unanswered, shed, longestGap, elections } = measures
  const perAnswer = (sum: number): number | null => (returned === 0 ? null : sum / returned)
  return {
    system: setup.plan.name,
    latency: latencyName(setup.latency),
    seed,
    called,
    answered: returned,
    unanswered,
    shed,
    queued: measures.queued,
    throughputPerS: measures.throughput,
    latencyMs: inMs(measures.mean),
    latencyMsRequests: inMs(all.mean),
    latencyMsP50: inMs(all.quantile(0.5)),
    latencyMsP99: inMs(all.quantile(0.99)),
    latencyMsP999: inMs(all.quantile(0.999)),
    latencyMsMax: inMs(all.quantile(1)),
    readMs: inMs(measures.readMean),
    writeMs: inMs(measures.writeMean),
    messagesPerAnswer: perAnswer(traffic.sent),
    writesPerAnswer: perAnswer(traffic.writes),
    commandsPerSlot: traffic.slots === 0 ? null : traffic.commands / traffic.slots,
    answeringShare: answeringShare({ setup, seed, run, traffic, ...window }),
    longestGapMs: longestGap.length / 1000,
    longestGapOpen: longestGap.isOpen,
    leaders: elections.length,
    violations: violations.length,
    ...safeCells(window.safety),
    traceHash,
    ...Object.fromEntries(ownValues({ setup, run }).map(([name, , value]) => [name, value])),
  }
}

/** The measures of its own that a log has, with what they come to in the run. */
function ownValues({
  setup,
  run,
}: Pick<ReportedRun, "setup" | "run">): [string, LogMeasure, number | null][] {
  const observed = observedMeasures(run, setup)
  return ownMeasures(run.built.protocol).map(([name, one]) => {
    const value = observed[name] ?? null
    return [name, one, value === null ? null : Number(value)]
  })
}

/** Answers in each interval of the window, the last ones without any included. */
function intervalsOf({ setup, run, intervalMs }: ReportedRun): number[] {
  const intervals = Math.ceil((run.measures.end / 1000 - setup.warmUpMs) / intervalMs)
  return Array.from({ length: intervals }, (_, i) => run.measures.perInterval[i] ?? 0)
}

function answeringShare(reported: ReportedRun): number | null {
  const intervals = intervalsOf(reported)
  if (intervals.length === 0) return null
  return intervals.filter((answers) => answers > 0).length / intervals.length
}

async function runLines(io: Io, reported: ReportedRun): Promise<string[]> {
  const { setup, seed, run, traffic, intervalMs } = reported
  const { measures, built, judgements, violations } = run
  const held = judgements.filter(({ verdict }) => verdict.verdict === "holds").map(({ name }) => name)
  const row = rowOf(reported)
  const red = await styler(io, "red")
  const places = placesOf(setup)
  const s = (micros: number): string => `${(micros / 1e6).toFixed(3)} s`
  const weighting = weightingOf(setup, built.cluster.clientGroups.length)
  const outage = ({ from, length, isOpen }: Gap): string =>
    length === 0 ? "0.000 s" : `${s(length)} from ${s(from)}${isOpen ? " to the end" : ""}`
  const rate =
    row.throughputPerS === null
      ? "all before the measured window"
      : `${row.throughputPerS.toFixed(1)} per second from ${setup.warmUpMs / 1000} to ${Number((measures.end / 1e6).toFixed(3))} s`
  const available =
    row.answeringShare === null
      ? "–"
      : `${(100 * row.answeringShare).toFixed(1)} % of ${intervalMs} ms windows; longest outage ${outage(measures.longestGap)}`
  const each = (sum: number): string => (measures.returned === 0 ? "–" : (sum / measures.returned).toFixed(2))
  const types = traffic.byType.map(({ type, sent }) => `${each(sent)} ${type}`)
  const leaders = measures.elections.map(({ at, process }) => `${setup.plan.nodes[process]!} at ${s(at)}`)
  const struck = [...built.coverage].map(([name, times]) => `${name} ${times}`)
  const derived = derivedPhase2(setup.plan)
  const lines: [string, string][] = [
    ...(derived === undefined ? [] : ([["phase 2", derived]] as [string, string][])),
    ...(Object.keys(places).length === 0 ? [] : ([["placement", placesText(places)]] as [string, string][])),
    [
      "answered",
      `${row.answered} of ${row.called} requests${row.shed > 0 ? `, ${row.shed} shed` : ""}${row.queued > 0 ? `, ${row.queued} queued` : ""}; ${rate}`,
    ],
    ["latency", latencyText(measures.all, measures.mean, weighting)],
    ...(measures.reads.count > 0
      ? ([
          ["gets", latencyText(measures.reads, measures.readMean, weighting)],
          ["others", latencyText(measures.writes, measures.writeMean, weighting)],
        ] as [string, string][])
      : []),
    [
      "messages",
      `${each(traffic.sent)} per answer: ${types.join(", ")}${traffic.lost > 0 ? `; ${traffic.lost} lost` : ""}`,
    ],
    [
      "writes",
      `${each(traffic.writes)} per answer; ${traffic.slots} slots of ${(row.commandsPerSlot ?? 0).toFixed(2)} commands`,
    ],
    ["leaders", leaders.length === 0 ? "none" : abridged(leaders)],
    ["available", available],
    ...ownLines(reported),
    ...(setup.faults.length > 0
      ? ([["faults", struck.length === 0 ? "none did anything" : struck.join(", ")]] as [string, string][])
      : []),
    ...judgements
      .filter(({ verdict }) => verdict.verdict !== "holds")
      .map(({ name, verdict }): [string, string] => [
        "safety",
        `${verdict.verdict === "violated" ? red("violated") : verdict.verdict}: ${name}: ${verdict.because}`,
      ]),
    ...(violations.length === 0
      ? [["safety", `${heldInRun(reported.safety)}: ${held.join(", ")}`] as [string, string]]
      : []),
    ["trace", run.traceHash],
    ...safetyWarnings(reported.safety).map((warning): [string, string] => ["WARNING", warning]),
  ]
  return [
    `${row.system}, latency ${row.latency}, seed ${seed}`,
    "",
    ...lines.flatMap(([name, what]) => wrapped(name, what, io.width)),
  ]
}

/** The values of measures that the protocol adds to those of every log. */
function ownLines(reported: ReportedRun): [string, string][] {
  return ownValues(reported).map(([name, { details, shown }, value]) => [
    shown?.heading ?? name,
    value === null ? "–" : [Number(value.toFixed(details.digits ?? 3)), details.unit ?? []].flat().join(" "),
  ])
}

/** The first and the last where there are many. */
function abridged(items: readonly string[]): string {
  if (items.length <= 5) return items.join(", ")
  return [...items.slice(0, 3), `${items.length - 4} more`, items.at(-1)].join(", ")
}

function latencyText(histogram: LatencyHistogram, mean: number | null, weighting: string | null): string {
  const ms = (micros: number | null): string => (micros === null ? "–" : (micros / 1000).toFixed(3))
  const quantiles = [0.5, 0.99, 0.999].map((p) => `p${100 * p} ${ms(histogram.quantile(p))}`)
  const means =
    weighting === null
      ? `mean ${ms(mean)} ms`
      : `mean ${ms(mean)} ms over ${weighting}, ${ms(histogram.mean)} over requests`
  return [means, ...quantiles, `max ${ms(histogram.quantile(1))}`].join(", ")
}

/** What the mean latency is over; null where it is the same however they are weighted. */
function weightingOf({ groupWeights }: LogSetup, groups: number): string | null {
  if (groups === 1) return null
  return groupWeights.length === 0 ? "groups" : `groups weighted ${groupWeights.join(":")}`
}

/** A name and what there is to say, broken at spaces to the width. */
function wrapped(name: string, what: string, width: number): string[] {
  const lines = [""]
  for (const word of what.split(" ")) {
    const line = lines.at(-1)!
    if (line !== "" && 10 + line.length + 1 + word.length > width) lines.push(word)
    else lines[lines.length - 1] = line === "" ? word : `${line} ${word}`
  }
  return lines.map((line, i) => `${(i === 0 ? name : "").padEnd(10)}${line}`)
}

function groupsOf({ setup, run }: ReportedRun) {
  // It is about one leader, which was not replaced.
  const leader = firstLeader(setup)
  const led = run.measures.elections.every(({ process }) => process === leader)
  const predicted = led ? run.built.protocol.closedForm?.(setup) : undefined
  return placement(setup).groups.map((place, group) => {
    const histogram = run.measures.byGroup[group]
    return {
      group: `clients${group + 1}`,
      place,
      answered: histogram?.count ?? 0,
      latencyMs: inMs(histogram?.mean ?? null),
      latencyMsP50: inMs(histogram?.quantile(0.5) ?? null),
      latencyMsP99: inMs(histogram?.quantile(0.99) ?? null),
      latencyMsMax: inMs(histogram?.quantile(1) ?? null),
      closedFormMs: inMs(predicted?.[group] ?? null),
    }
  })
}

function tablesOf(reported: ReportedRun, isReport: boolean): Table[] {
  return [groupTable(reported, isReport), ...(reported.timeline ? [timelineTable(reported)] : [])]
}

/** `isReport`: below the lines of a run, which have said where processes are. */
function groupTable(reported: ReportedRun, isReport: boolean): Table {
  const groups = groupsOf(reported)
  const regions = placesText(placesOf(reported.setup))
  const exact = groups.some(({ closedFormMs }) => closedFormMs !== null)
  const ms = { unit: "ms", digits: 3 }
  return {
    id: "log",
    caption: `Latency by group of clients: ${reported.setup.plan.name}, latency ${latencyName(reported.setup.latency)}, seed ${reported.seed}.`,
    columns: [
      { heading: "group" },
      { heading: "at" },
      { heading: "answers" },
      { heading: "mean", ...ms },
      { heading: "p50", ...ms },
      { heading: "p99", ...ms },
      { heading: "max", ...ms },
      ...(exact ? [{ heading: "closed form", ...ms }] : []),
    ],
    rows: groups.map(
      ({ group, place, answered, latencyMs, latencyMsP50, latencyMsP99, latencyMsMax, closedFormMs }) => [
        group,
        place,
        answered,
        latencyMs,
        latencyMsP50,
        latencyMsP99,
        latencyMsMax,
        ...(exact ? [closedFormMs] : []),
      ],
    ),
    notes: [
      ...derivedNotes(reported.setup.plan),
      ...(isReport || regions.length === 0 ? [] : [`Placement: ${regions}.`]),
      ...safetyWarnings(reported.safety).map((warning) => `WARNING: ${warning}.`),
    ],
  }
}

function timelineTable(reported: ReportedRun): Table {
  const { setup, intervalMs } = reported
  return {
    id: "log-timeline",
    caption: `Answers in each interval of ${intervalMs} ms.`,
    columns: [{ heading: "from", unit: "ms" }, { heading: "answers" }],
    rows: intervalsOf(reported).map((answers, i) => [setup.warmUpMs + i * intervalMs, answers]),
    notes: [],
  }
}
