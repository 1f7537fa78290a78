import { UsageError } from "../base/errors.ts"
import type { Random } from "../base/random.ts"
import type { LogProperty } from "../check/log/facts.ts"
import type { Address, Micros } from "../protocol/actor.ts"
import type { ClientOptions } from "../protocol/log/client.ts"
import type { LogCluster } from "../protocol/log/cluster.ts"
import type { LogMessage } from "../protocol/log/messages.ts"
import type { SafetyCondition } from "../quorum/meet/safety.ts"
import type { LatencyModel } from "../world/simulate/latency.ts"
import type { LogMeasures } from "./log-measures.ts"
import type { LogSetup } from "./log-settings.ts"
import type { ProtocolMeasure } from "./protocol-measures.ts"
import { type Protocol, type ProtocolMutant, whatIsUnnamed } from "./protocol.ts"

/**
 * A protocol of a replicated log. Its replicas execute the requests of clients; clients, workloads,
 * histories, and the reports that measures read are common to all logs, so that two logs differ in their
 * protocol only.
 */
export interface LogProtocol extends Pick<Protocol, "id" | "about" | "reference"> {
  /** What a run must meet to be safe: requirements by their ids, 4.4, or 4.6 where the plan changes. */
  readonly requirements: (setup: LogSetup) => readonly SafetyCondition[]
  /** Replicas, in the order of the plan's nodes, then the groups of clients. */
  cluster(run: LogProtocolRun): LogCluster
  /** Every type of message, for faults that name some. */
  readonly messageTypes: readonly string[]
  /** The size of a message in bytes. */
  bytes(message: LogMessage): number
  /** The properties of its safety; those of clients come on top. */
  readonly safety: readonly LogProperty[]
  /** What its runs are measured by, by the names of columns in camelCase; `logMeasures` unless given. */
  readonly measures?: Readonly<Record<string, LogMeasure>>
  /** How long an answer takes in every run of a setup, in microseconds by group of clients, computed and not simulated; undefined where that is not known. */
  readonly closedForm?: (setup: LogSetup) => readonly Micros[] | undefined
  /** Mistakes to plant, as controls for the properties. */
  readonly mutants?: readonly LogMutant[]
}

/** A measure of the runs of a log: of what its clients saw, or read from facts of the run. */
export type LogMeasure = ProtocolMeasure<LogMeasures, LogSetup>

/** A mistake to plant in a log. */
export interface LogMutant extends Pick<ProtocolMutant, "id" | "does"> {
  /** The setup under which it can take effect. */
  readonly setup?: (setup: LogSetup) => LogSetup
  /** The cluster with its replicas changed. */
  readonly apply: (cluster: LogCluster, setup: LogSetup) => LogCluster
}

/** What one run of a log is made from. */
export interface LogProtocolRun {
  readonly setup: LogSetup
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
export function defineLogProtocol(protocol: LogProtocol): LogProtocol {
  const missing = whatIsMissingOfLog(protocol)
  if (missing !== undefined) throw new UsageError(`the protocol ${protocol.id} ${missing}`)
  return protocol
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
