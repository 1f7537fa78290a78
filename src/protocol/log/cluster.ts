import { UsageError } from "../../base/errors.ts"
import type { QuorumPlan } from "../../quorum/plan.ts"
import type { Address, Process } from "../actor.ts"
import { roundRobinEpochs } from "../paxos/epochs.ts"
import { Interned } from "./interned.ts"
import { type ClientOptions, clients } from "./client.ts"
import { type LogRecord, emptyImage, keepRecord } from "./records.ts"
import type { ClientMessage, LogMessage, LogReport } from "./messages.ts"
import type { ReplicaOptions } from "./options.ts"
import { replica } from "./replica.ts"

/** A process of a log: a replica or a group of clients. */
export type LogProcess<Message = LogMessage, Stored = LogRecord> = Process<Message, Stored, LogReport>

/** Replicas first, in the order of the plan's nodes, then groups of clients. */
export interface LogCluster<Message = LogMessage, Stored = LogRecord> {
  readonly plan: QuorumPlan
  readonly processes: readonly LogProcess<Message, Stored>[]
  readonly replicas: readonly Address[]
  readonly clientGroups: readonly Address[]
}

/** What all replicas have in common, and the groups of clients. */
export interface LogClusterOptions {
  readonly replica: Omit<ReplicaOptions, "epochs" | "interned">
  readonly clientGroups: readonly ClientOptions[]
}

/**
 * A log of as many replicas as the plan has nodes, and its clients. Epochs are dealt out in turn, so
 * that no two replicas ever lead in the same one (property 1). Throws UsageError where reads need
 * heartbeats and there are none.
 */
export function logCluster(options: LogClusterOptions): LogCluster {
  refuseSilentLeader(options.replica)
  const { plan } = options.replica
  const n = plan.nodes.length
  const interned = new Interned()
  const replicas = plan.nodes.map((name, index): LogProcess => ({
    name,
    role: "replica",
    actor: replica({ ...options.replica, epochs: roundRobinEpochs(index, n), interned }),
    keep: keepRecord,
    prepared: emptyImage,
    follows: ({ type }) => type === "snapshot" || type === "image",
  }))
  return withClients(plan, replicas, options.clientGroups)
}

/**
 * Replicas of any log, in the order of the plan's nodes, and its clients. Of its messages clients send
 * `request` and read `reply`, as those of `LogMessage` are.
 */
export function withClients<Message, Stored>(
  plan: QuorumPlan,
  replicas: readonly LogProcess<Message | ClientMessage, Stored>[],
  clientGroups: readonly ClientOptions[],
): LogCluster<Message | ClientMessage, Stored> {
  const groups = clientGroups.map((group, index): LogProcess<Message | ClientMessage, Stored> => ({
    name: `clients${index + 1}`,
    role: "client",
    // A client reads replies and leaves any other message alone, and writes nothing.
    actor: clients(group) as unknown as LogProcess<Message | ClientMessage, Stored>["actor"],
  }))
  return {
    plan,
    processes: [...replicas, ...groups],
    replicas: replicas.map((_, address) => address),
    clientGroups: groups.map((_, index) => replicas.length + index),
  }
}

/** Leases are renewed by heartbeats, and a quorum read waits for a commit index that only they bring to an idle replica. */
function refuseSilentLeader({ detector, reads }: LogClusterOptions["replica"]): void {
  if (detector === "heartbeat" || (reads !== "quorum" && reads !== "lease")) return
  throw new UsageError(
    `${reads} reads require heartbeats, and the failure detector is ${detector}. Read through the log, or choose the detector heartbeat.`,
  )
}
