import { UsageError } from "../base/errors.ts"
import type { Random } from "../base/random.ts"
import type { LogSubject } from "../check/log/facts.ts"
import type { Property } from "../check/property.ts"
import type { Address, Micros } from "../protocol/actor.ts"
import type { ClientOptions } from "../protocol/log/client.ts"
import type { LogCluster } from "../protocol/log/cluster.ts"
import type { LogMessage, LogReport } from "../protocol/log/messages.ts"
import type { LogRecord } from "../protocol/log/records.ts"
import type { SafetyCondition } from "../quorum/meet/safety.ts"
import type { LatencyModel } from "../world/simulate/latency.ts"
import type { TraceEvent } from "../world/simulate/trace.ts"
import type { LogMeasures } from "./log-measures.ts"
import type { LogSetup } from "./log-settings.ts"
import type { ProtocolMeasure } from "./protocol-measures.ts"
import { type Protocol, type ProtocolMutant, settingsOf, whatIsUnnamed } from "./protocol.ts"
import { type Settings, defaultsOf } from "./setting.ts"

/**
 * A protocol of a replicated log. Its replicas execute the requests of clients; clients, workloads,
 * histories, and the reports that measures read are common to all logs, so that two logs differ in their
 * protocol only.
 *
 * The type parameters are its messages, the records on its disks and its own settings; `LogProtocol` without
 * parameters is any log, since only the protocol itself reads them. Messages include those of clients, and every
 * message has a `type`.
 */
export interface LogProtocol<Message = LogMessage, Stored = LogRecord, Setup = object> extends Pick<
  Protocol,
  "id" | "about" | "reference"
> {
  /**
   * Its own settings, in addition to those of every log; none by default. Those of `logSettings` have a
   * flag of `quorate log`; others are given by `--set`. All of them are keys of sweeps.
   */
  readonly settings?: Partial<Settings<Setup>>
  /** What a run must meet to be safe: requirements by their ids, 4.4, or 4.6 where the plan changes. */
  readonly requirements: (setup: LogSetup) => readonly SafetyCondition[]
  /** Replicas, in the order of the plan's nodes, then the groups of clients. */
  cluster(run: LogProtocolRun<Setup>): LogCluster<Message, Stored>
  /** Every type of message, for faults that name some. */
  readonly messageTypes: readonly string[]
  /** The size of a message in bytes. */
  bytes(message: Message): number
  /** The properties of its safety; those of clients come on top. */
  readonly safety: readonly Property<LogSubject, TraceEvent<Message, Stored, LogReport>>[]
  /** What its runs are measured by, by the names of columns in camelCase; `logMeasures` unless given. */
  readonly measures?: Readonly<Record<string, LogMeasure>>
  /** How long an answer takes in every run of a setup, in microseconds by group of clients, computed and not simulated; undefined where that is not known. */
  readonly closedForm?: ((setup: LogSetup) => readonly Micros[] | undefined) | undefined
  /** Mistakes to plant, as controls for the properties. */
  readonly mutants?: readonly LogMutant<Message, Stored>[]
  /** How swarms draw its runs. */
  readonly swarm?: LogSwarm<Setup>
}

/** What of a random run a protocol decides. */
export interface LogSwarm<Setup = object> {
  /** Draws its own settings; `drawn` is the rest of the setup, and settings shared with other logs are as drawn for these. */
  settings?(random: Random, drawn: LogSetup): Partial<Setup>
  /** Whether the log survives it that replicas lose their disks, as long as these hold no quorum of either phase; false by default: no disk is lost. */
  readonly survivesLostDisks?: boolean
  /** The types of messages that faults select; all by default. */
  readonly faultTypes?: readonly string[]
}

/** A measure of the runs of a log: of what its clients saw, or read from facts of the run. */
export type LogMeasure = ProtocolMeasure<LogMeasures, LogSetup>

/** A mistake to plant in a log. */
export interface LogMutant<Message = LogMessage, Stored = LogRecord> extends Pick<
  ProtocolMutant,
  "id" | "does"
> {
  /** The setup under which it can take effect. */
  readonly setup?: (setup: LogSetup) => LogSetup
  /** The cluster with its replicas changed. */
  readonly apply: (cluster: LogCluster<Message, Stored>, setup: LogSetup) => LogCluster<Message, Stored>
}

/** What one run of a log is made from. */
export interface LogProtocolRun<Setup = object> {
  readonly setup: LogSetup
  /** The protocol's own settings. */
  readonly settings: Setup
  readonly latency: LatencyModel
  readonly firstLeader: Address
  readonly clientGroups: readonly ClientOptions[]
  /** For quorums that are drawn. */
  readonly random: Random
}

/**
 * Makes a protocol of a replicated log, and checks what types cannot: throws a UsageError for what is
 * missing or misnamed.
 *
 * @example
 * export default defineLogProtocol({ ...multiPaxos, id: "my-log", cluster: (run) => … })
 */
export function defineLogProtocol<
  Message extends { readonly type: string } = LogMessage,
  Stored = LogRecord,
  Setup = object,
>(protocol: LogProtocol<Message, Stored, Setup>): LogProtocol {
  // The parameters are forgotten here and nowhere else.
  const any = protocol as unknown as LogProtocol
  const missing = whatIsMissingOfLog(any)
  if (missing !== undefined) throw new UsageError(`the protocol ${any.id} ${missing}`)
  return any
}

/** A protocol's own settings in a setup; the default of each that the setup does not have. */
export function ownSettingsIn(protocol: Pick<LogProtocol, "settings">, setup: LogSetup): object {
  const table = settingsOf(protocol)
  const given = Object.entries(setup).filter(([key]) => Object.hasOwn(table, key))
  return { ...defaultsOf(table), ...Object.fromEntries(given) }
}

/** What keeps a value from being a protocol of a log, in words that follow its name; undefined where nothing does. */
export function whatIsMissingOfLog(value: Partial<LogProtocol>): string | undefined {
  const unnamed = whatIsUnnamed(value)
  if (unnamed !== undefined) return unnamed
  const noFunction = (["cluster", "requirements", "bytes"] as const).find(
    (key) => typeof value[key] !== "function",
  )
  if (noFunction !== undefined) return `has no ${noFunction}: a function.`
  const noList = (["messageTypes", "safety"] as const).find((key) => !Array.isArray(value[key]))
  if (noList !== undefined) return `has no ${noList}: a list.`
  if (value.safety!.length === 0) return "has no safety: at least one property of its runs."
  return undefined
}

/** Which of the two kinds a protocol is: a log is judged by its safety, any other protocol by its facts. */
export const isLogProtocol = (protocol: object): protocol is LogProtocol =>
  "safety" in protocol && !("facts" in protocol)
