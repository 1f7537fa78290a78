import type { Epoch } from "../../quorum/plan.ts"
import type { Output, Outputs } from "../actor.ts"
import type { LogRecord } from "./records.ts"
import type { Proposals } from "./slots.ts"
import type { Snapshot } from "./state-machine.ts"
import type { Bars } from "./versions.ts"
import type { Batch, Command, Result } from "./command.ts"

/**
 * What replicas and clients say to each other. The first six are the messages of
 * Howard 2019, chapter 2 and §3.1, for all slots at once in phase 1 and for one
 * slot in phase 2 (§3.6). `decidedUpTo` is the commit index: every slot before
 * it is decided.
 */
export type LogMessage =
  /** Phase 1 for every slot from `from` on. */
  | { readonly type: "prepare"; readonly epoch: Epoch; readonly from: number }
  | {
      readonly type: "promise"
      readonly epoch: Epoch
      /** What was accepted last in each slot asked about. */
      readonly accepted: Proposals
      /** Where the slots asked about begin before the log does: the state they led to. */
      readonly snapshot: Snapshot | null
    }
  | {
      readonly type: "propose"
      readonly epoch: Epoch
      readonly slot: number
      readonly batch: Batch
      readonly decidedUpTo: number
    }
  | { readonly type: "accept"; readonly epoch: Epoch; readonly slot: number }
  /**
   * Phase 2 of all slots, from `slot` on, that a new leader does not know to be decided: in
   * one message, and one write at each receiver. Answered slot by slot.
   */
  | {
      readonly type: "repropose"
      readonly epoch: Epoch
      readonly slot: number
      readonly batches: readonly Batch[]
      readonly decidedUpTo: number
    }
  | { readonly type: "no-promise"; readonly epoch: Epoch; readonly lastPromised: Epoch }
  | { readonly type: "no-accept"; readonly epoch: Epoch; readonly lastPromised: Epoch }
  /** The leader is alive, and asks for its lease to be renewed if there are leases. */
  | {
      readonly type: "heartbeat"
      readonly epoch: Epoch
      readonly round: number
      readonly decidedUpTo: number
    }
  | { readonly type: "heartbeat-ack"; readonly epoch: Epoch; readonly round: number }
  /** The receiver should lead next: the leader resigns. */
  | { readonly type: "hand-over"; readonly epoch: Epoch }
  /** What is decided from this slot on? */
  | { readonly type: "fetch"; readonly from: number }
  | { readonly type: "decided"; readonly entries: Proposals; readonly snapshot: Snapshot | null }
  /** A quorum read: how far have you accepted? */
  | { readonly type: "read-ask"; readonly read: number }
  | { readonly type: "read-answer"; readonly read: number; readonly acceptedUpTo: number }
  /** A replica that has lost its disk asks what it may have promised and accepted, and says whose disks are gone. */
  | { readonly type: "rejoin"; readonly life: number; readonly barred: Bars }
  | {
      readonly type: "rejoin-answer"
      readonly life: number
      /** What the answer was given under. */
      readonly barred: Bars
      readonly lastPromised: Epoch
      readonly accepted: Proposals
      readonly snapshot: Snapshot | null
    }
  /** The answer of one that has lost its own disk, in this life. */
  | { readonly type: "rejoin-blank"; readonly life: number; readonly version: number }
  /** To itself, once all that it has been told is on its disk: it takes part again. */
  | { readonly type: "rejoined"; readonly life: number }
  | ClientMessage

/** What clients of any log and its replicas say to each other. */
export type ClientMessage =
  /** From a client to its replica, and on to the leader. */
  | { readonly type: "request"; readonly command: Command }
  | { readonly type: "reply"; readonly client: number; readonly request: number; readonly result: Result }

/** What a message is called: what traffic is counted and faults are selected by. */
export type LogMessageType = LogMessage["type"]

/** The messages of one type. */
export type LogMessageOf<T extends LogMessageType> = Extract<LogMessage, { readonly type: T }>

/** A record rather than a list, so that the compiler misses any type that is left out. */
const typesInOrder: Readonly<Record<LogMessageType, true>> = {
  prepare: true,
  promise: true,
  propose: true,
  accept: true,
  repropose: true,
  "no-promise": true,
  "no-accept": true,
  heartbeat: true,
  "heartbeat-ack": true,
  "hand-over": true,
  fetch: true,
  decided: true,
  "read-ask": true,
  "read-answer": true,
  rejoin: true,
  "rejoin-answer": true,
  "rejoin-blank": true,
  rejoined: true,
  request: true,
  reply: true,
}
/** Every type of message, in the order of tables. */
export const logMessageTypes = Object.keys(typesInOrder) as readonly LogMessageType[]

/** What processes say of themselves, for measures and checks. */
export type LogReport =
  /** This replica has executed the commands of a slot, with these results. */
  | {
      readonly type: "executed"
      readonly slot: number
      readonly batch: Batch
      readonly results: readonly Result[]
    }
  /** Its state is now that of a snapshot, which covers every slot before `upTo`. */
  | { readonly type: "installed"; readonly upTo: number }
  /** It has finished phase 1 of this epoch. */
  | { readonly type: "leads"; readonly epoch: Epoch }
  /** It had led, and no longer does. */
  | { readonly type: "resigned"; readonly epoch: Epoch }
  /** A client sends a request for the first time; `waited` if it was queued before. */
  | { readonly type: "call"; readonly command: Command; readonly waited?: true }
  /** A request arrived when no client was free to make it, and is not made … */
  | { readonly type: "shed" }
  /** … or is made as soon as one is, in the order of arrival. */
  | { readonly type: "queued" }
  /** A client has the answer to its outstanding request. */
  | { readonly type: "return"; readonly command: Command; readonly result: Result }

/** An output of a replica or of a group of clients. */
export type LogOutput = Output<LogMessage, LogRecord, LogReport>

/**
 * Where a step of a replica or of a group of clients puts its outputs. Order matters: what follows a
 * `store` waits until it is durable, so a reply that rests on a promise or an acceptance is sent after it.
 */
export type LogOutputs = Outputs<LogMessage, LogRecord, LogReport>

/** What a message carries besides commands: type, epoch, slot, commit index and sender. */
const headerBytes = 32

/** How large a message is: 32 bytes, and the payloads of the commands it carries. */
export function bytesOf(message: LogMessage): number {
  switch (message.type) {
    case "propose":
      return headerBytes + batchBytes(message.batch)
    case "repropose":
      return headerBytes + batchesBytes(message.batches)
    case "request":
      return headerBytes + message.command.bytes
    case "reply":
      return headerBytes + (message.result?.length ?? 0)
    case "promise":
    case "rejoin-answer":
      return headerBytes + proposalBytes(message.accepted)
    case "decided":
      return headerBytes + proposalBytes(message.entries)
    default:
      return headerBytes
  }
}

function batchBytes(batch: Batch): number {
  let bytes = 0
  for (const command of batch) bytes += command.bytes
  return bytes
}

function proposalBytes({ batches }: Proposals): number {
  return batchesBytes(batches)
}

function batchesBytes(batches: readonly Batch[]): number {
  return batches.reduce((bytes, batch) => bytes + headerBytes + batchBytes(batch), 0)
}
