import type { Command } from "commander"
import { UsageError } from "../../base/errors.ts"
import { type Column, count, measure, text } from "../../experiment/column.ts"
import { rowsToCsv } from "../../experiment/csv.ts"
import type { CaseSafety } from "../../experiment/define.ts"
import { safeCells, safeColumns } from "../../experiment/safety.ts"
import { storedRow } from "../../experiment/sweep.ts"
import type { DecreeSetup } from "../../run/decree-settings.ts"
import {
  type ClosedForm,
  type Protocol,
  type TraceMeasure,
  messageText,
  ownPlanOf,
  traceMeasures,
  withDefaults,
} from "../../run/protocol.ts"
import { type Observed, commonMeasures } from "../../run/protocol-measures.ts"
import { ownedSettings } from "../../run/protocols/index.ts"
import { latencyName, simulationReplayCommand } from "../../run/replay.ts"
import { flagOf } from "../../run/setting.ts"
import {
  type ProtocolRunResult,
  type SimulationRun,
  runProtocol,
  simulationOf,
} from "../../run/simulation.ts"
import { derivedNotes, derivedPhase2 } from "../../quorum/plan.ts"
import { heldRemark, runSafety, safetyWarnings } from "../../run/safety.ts"
import type { Observer, TraceEvent } from "../../world/simulate/trace.ts"
import { type Context, exitCodes } from "../shared/context.ts"
import type { Format } from "../shared/options.ts"
import { countsByName, printJson, printTables, styler } from "../shared/output.ts"
import { readAssignments, readProtocol } from "../shared/protocol-argument.ts"

/** What `quorate simulate` was asked for, where it names a protocol. */
export interface ProtocolFlags {
  readonly protocol: string
  readonly set: readonly string[]
  readonly seed: number
  readonly trace: boolean
  readonly format: Format
}

/** Flags that only Paxos has, beside its settings. */
const ofPaxos = ["checks", "registers", "randomFaults", "unsafe", "acceptors"]

/** Refuses flags that say something to another protocol. */
export function refuseForeignFlags(command: Command, { id }: Protocol): void {
  const foreign = [...ownedSettings, ...ofPaxos].find((key) => command.getOptionValueSource(key) === "cli")
  if (foreign === undefined) return
  throw new UsageError(
    `${flagOf(foreign)} requires --protocol paxos; settings of ${id} are given by --set name=value.`,
  )
}

/** The quorums that the protocol is designed for, where no system is given. */
export function refuseNoSystem(protocol: Protocol): never {
  ownPlanOf(protocol, "own(3)", withDefaults(protocol))
  throw new UsageError(`--protocol ${protocol.id} needs a quorum system, such as "majority(3)".`)
}

/** Simulates a protocol that has no measures of its own, and prints what any protocol can say. */
export async function simulateProtocol(
  context: Context,
  setup: DecreeSetup,
  flags: ProtocolFlags,
): Promise<void> {
  const protocol = await readProtocol(flags.protocol)
  const settings = withDefaults(protocol, readAssignments(protocol, flags.set))
  const simulation = { protocol, conditions: setup, settings }
  const simulated = simulationOf(simulation)(flags.seed)
  const lines: string[] = []
  const result = runProtocol(
    { protocol },
    simulated,
    ...(flags.trace ? [tracer(protocol, simulated, lines)] : []),
  )
  const replay = simulationReplayCommand(simulation, flags.seed, flags.protocol)
  const safety = runSafety(protocol, simulated.run)
  const closedForm = protocol.closedForm?.(simulated.run, setup) ?? null
  await print(context, { protocol, setup, flags, result, replay, lines, safety, closedForm })
  const { warnOfSafety } = await import("../shared/cautions.ts")
  warnOfSafety(context.io, safety)
  if (result.judgements.some(({ verdict }) => verdict.verdict === "violated")) context.end(exitCodes.violated)
}

/** "learned after 40.000 ms, messages 20": what measures that tables show come to in every run, where that is known. */
export function closedFormText(protocol: Protocol, closedForm: ClosedForm | null): string | undefined {
  const known = Object.entries(traceMeasures(protocol)).flatMap(
    ([
      name,
      {
        details: { unit },
        shown,
      },
    ]) => {
      const value = closedForm?.[name]
      if (value === undefined || shown === undefined) return []
      return [`${shown.heading} ${unit === undefined ? value : `${value.toFixed(3)} ${unit}`}`]
    },
  )
  return known.length === 0 ? undefined : known.join(", ")
}

/** The measures that a protocol has beside those of all. */
function ownMeasures(protocol: Protocol): [string, TraceMeasure][] {
  return Object.entries(traceMeasures(protocol)).filter(([name]) => !Object.hasOwn(commonMeasures, name))
}

interface Printed {
  readonly protocol: Protocol
  readonly setup: DecreeSetup
  readonly flags: ProtocolFlags
  readonly result: ProtocolRunResult
  readonly replay: string
  readonly lines: readonly string[]
  /** Whether the quorums are safe, whatever the run came to. */
  readonly safety: CaseSafety
  /** What measures come to in every such run; null where that is not known. */
  readonly closedForm: ClosedForm | null
}

const columnsOf = (protocol: Protocol): readonly Column[] => [
  text("protocol", "The protocol."),
  text("system", "The quorum system."),
  text("latency", "The latency model."),
  count("seed", "The seed of the run."),
  count("messagesSent", "Messages sent by all processes."),
  count("messagesDelivered", "Messages delivered."),
  count("messagesLost", "Messages lost by the network, or arriving at a crashed process."),
  count("syncWrites", "Synchronous writes by all processes."),
  count("learned", "Processes that learned a value."),
  count("violations", "Properties that were violated."),
  ...safeColumns,
  ...ownMeasures(protocol).map(([name, { meaning, details }]) =>
    measure(name, meaning, { empty: "no value in this run", ...details }),
  ),
]

function rowOf({ protocol, setup, flags, safety, result: { totals, measures, judgements } }: Printed) {
  const { messagesSent, messagesDelivered, messagesLost, syncWrites, learned } = totals
  return {
    protocol: protocol.id,
    system: setup.plan.name,
    latency: latencyName(setup.latency),
    seed: flags.seed,
    ...{ messagesSent, messagesDelivered, messagesLost, syncWrites },
    learned: learned.length,
    violations: judgements.filter(({ verdict }) => verdict.verdict === "violated").length,
    ...safeCells(safety),
    ...Object.fromEntries(ownMeasures(protocol).map(([name]) => [name, asNumber(measures[name] ?? null)])),
  }
}

const asNumber = (value: Observed): number | null => (value === null ? null : Number(value))

async function print({ io }: Context, printed: Printed): Promise<void> {
  const { flags, result, replay, lines } = printed
  const { totals, judgements } = result
  const row = rowOf(printed)
  const derived = derivedPhase2(printed.setup.plan)
  const messagesByType = countsByName(Object.entries(totals.messagesByType))
  const verdicts = judgements.map(({ name, reference, verdict: { verdict, because } }) => ({
    ...{ property: name, reference, verdict, because },
  }))
  if (flags.format === "json") {
    const trace = flags.trace ? { trace: lines } : {}
    const { measures } = result
    const { closedForm } = printed
    printJson(io, {
      ...row,
      derived: derived !== undefined,
      learned: totals.learned,
      messagesByType,
      measures,
      closedForm,
      verdicts,
      replay,
      ...trace,
    })
  } else if (flags.format === "csv") {
    const columns = columnsOf(printed.protocol)
    io.out(rowsToCsv(columns, [storedRow({ id: "simulate", columns }, row)]))
  } else if (flags.format === "table") {
    if (flags.trace) io.out(`   time ms  event\n${lines.join("\n")}\n\n`)
    io.out(`${(await runLines(printed, await styler(io, "red"))).join("\n")}\n`)
  } else {
    await printTables(io, flags.format, [
      {
        id: "simulate",
        caption: `One run of ${row.protocol} with ${row.system}, latency ${row.latency}, seed ${row.seed}`,
        columns: ["property", "verdict", "because"].map((heading) => ({ heading })),
        rows: verdicts.map(({ property, verdict, because }) => [property, verdict, because]),
        notes: [
          ...derivedNotes(printed.setup.plan),
          ...safetyWarnings(printed.safety).map((warning) => `WARNING: ${warning}.`),
        ],
      },
    ])
  }
}

async function runLines(printed: Printed, red: (text: string) => string): Promise<string[]> {
  const { totals, measures, judgements } = printed.result
  const predicted = closedFormText(printed.protocol, printed.closedForm)
  const row = rowOf(printed)
  const derived = derivedPhase2(printed.setup.plan)
  const learned = totals.learned.map(({ process, value, at }) => `${process} ${value} at ${inMs(at)} ms`)
  const types = Object.entries(totals.messagesByType).map(([type, sent]) => `${sent} ${type}`)
  const remark = heldRemark(printed.safety)
  const width = Math.max(...judgements.map(({ name }) => name.length))
  return [
    `${row.protocol}, ${row.system}, latency ${row.latency}, seed ${row.seed}`,
    "",
    ...(derived === undefined ? [] : [`phase 2   ${derived}`]),
    ...(learned.length === 0 ? [] : [`learned   ${learned.join(", ")}`]),
    `messages  ${row.messagesSent} sent, ${row.messagesDelivered} delivered, ${row.messagesLost} lost`,
    ...(types.length === 0 ? [] : [`          ${types.join(", ")}`]),
    `writes    ${row.syncWrites} synchronous`,
    ...ownMeasures(printed.protocol).map(([name, one]) => measureLine(name, one, measures[name] ?? null)),
    ...(predicted === undefined ? [] : [`predicted ${predicted} (closed form)`]),
    "",
    ...judgements.map(
      ({ name, verdict: { verdict, because } }) =>
        `${name.padEnd(width)}  ${verdict === "violated" ? red(verdict) : verdict === "holds" ? `holds${remark}` : verdict}: ${because}`,
    ),
    ...(row.violations === 0 ? [] : [`replay    ${printed.replay}`]),
    ...safetyWarnings(printed.safety).map((warning) => `${red("WARNING")}   ${warning}`),
  ]
}

/** "take-overs  2": what one measure comes to in a run. */
function measureLine(name: string, { details, shown }: TraceMeasure, value: Observed): string {
  const { unit, digits = 3 } = details
  const text = typeof value === "number" ? Number(value.toFixed(digits)) : (value ?? "–")
  return `${(shown?.heading ?? name).padEnd(8)}  ${String(text)}${unit === undefined ? "" : ` ${unit}`}`
}

const inMs = (micros: number): string => (micros / 1000).toFixed(3)

/** Writes every event into `lines`. */
function tracer(
  protocol: Protocol,
  { cluster: { processes } }: SimulationRun,
  lines: string[],
): Observer<unknown, unknown, unknown> {
  const name = (address: number): string => processes[address]!.name
  const told = (event: TraceEvent<unknown, unknown, unknown>): string => {
    switch (event.type) {
      case "send":
        return `${name(event.from)} → ${name(event.to)}  ${messageText(protocol, event.message)}${event.copies === 0 ? " (lost)" : ""}`
      case "deliver":
        return `${name(event.to)} ← ${name(event.from)}  ${messageText(protocol, event.message)}`
      case "miss":
        return `${name(event.to)} is down and misses ${messageText(protocol, event.message)} from ${name(event.from)}`
      case "store":
        return `${name(event.process)} has written ${JSON.stringify(event.record)}`
      case "learn":
        return `${name(event.process)} learns ${event.value}, decided in epoch ${event.epoch}`
      case "report":
        return `${name(event.process)} reports ${messageText({ messages: {} }, event.report)}`
      case "propose":
        return `${name(event.process)} is asked for ${event.value}`
      case "timeout":
        return `${name(event.process)} timeout ${event.timer}`
      case "crash":
      case "recover":
        return `${name(event.process)} ${event.type}`
    }
  }
  return (event) => lines.push(`${inMs(event.at).padStart(10)}  ${told(event)}`)
}
