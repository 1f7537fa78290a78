import type { Epoch } from "../../quorum/plan.ts"
import type { Proposals, Slots } from "./slots.ts"
import type { MachineState } from "./state-machine.ts"
import type { Bars } from "./versions.ts"

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
   * one message, and one write at whoever hears it. Answered slot by slot.
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
  /** Whoever hears it should lead next: the leader gives up. */
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
  /** From a client to its replica, and on to the leader. */
  | { readonly type: "request"; readonly command: Command }
  | { readonly type: "reply"; readonly client: number; readonly request: number; readonly result: Result }

/** What a message is called: what traffic is counted and faults are selected by. */
export type LogMessageType = LogMessage["type"]

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

/** The state that all slots before `upTo` led to. */
export interface Snapshot {
  readonly upTo: number
  readonly machine: MachineState
}

/** One write to a replica's disk; and, as `image`, all that is on it. */
export type LogRecord =
  | { readonly type: "promise"; readonly epoch: Epoch }
  | { readonly type: "accept"; readonly slot: number; readonly epoch: Epoch; readonly batch: Batch }
  /** Acceptance of consecutive slots, from `slot` on. */
  | {
      readonly type: "accepts"
      readonly slot: number
      readonly epoch: Epoch
      readonly batches: readonly Batch[]
    }
  | { readonly type: "snapshot"; readonly snapshot: Snapshot }
  /** Epochs of replicas that have lost their disks are void from now on. */
  | { readonly type: "bar"; readonly barred: Bars }
  | LogImage

/** All that is on a replica's disk: what `recover` starts from. */
export interface LogImage {
  readonly type: "image"
  readonly lastPromised: Epoch
  readonly accepted: Slots
  readonly snapshot: Snapshot | null
  /** The life in which the disk was last lost; 0 if it never was. */
  readonly version: number
  readonly barred: Bars
}

/** What processes say of themselves, for measures and checks. */
export type LogReport =
  /** This replica has carried out the commands of a slot, with these results. */
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
  /** A client sends a request for the first time. */
  | { readonly type: "call"; readonly command: Command }
  /** A request arrived when no client was free to make it. */
  | { readonly type: "shed" }
  /** A client has the answer to its outstanding request. */
  | { readonly type: "return"; readonly command: Command; readonly result: Result }

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

/**
 * What a client asks of the key–value store. A client has one request at a time
 * outstanding, numbered from 1 up; the pair (client, request) is what makes a
 * command carried out once, however often it is sent.
 */
export interface Command {
  /** Number of the client, from 0 up, over the whole cluster. */
  readonly client: number
  readonly request: number
  readonly operation: Operation
  /** Number of the key, from 0 up. */
  readonly key: number
  /** What put writes, append adds, and cas would write. */
  readonly value: string
  /** What cas must find; null for an absent key. */
  readonly expected: string | null
  /** The size of its payload. */
  readonly bytes: number
}

/** What a command does to its key: read it, write it, write it if it is as expected, or add to its end. */
export type Operation = "get" | "put" | "cas" | "append"

/** What get finds, or null; "ok" for put and append; "ok" or "no" for cas. */
export type Result = string | null

/** What one slot of the log decides on: commands, in order. An empty batch is a no-op (Howard 2019, §3.12). */
export type Batch = readonly Command[]

/** The batch of no commands, which fills a slot that must have some value. */
export const noOp: Batch = []

/** `put(k1, x)` and the like, with whose request it is: `c3.7: put(k1, x)`. */
export function formatCommand({ client, request, operation, key, value, expected }: Command): string {
  const argument =
    operation === "get" ? "" : operation === "cas" ? `, ${expected ?? "nil"} → ${value}` : `, ${value}`
  return `c${client}.${request}: ${operation}(k${key}${argument})`
}

/** Whether two batches are the same commands; the same object nearly always, and another only after a recovery. */
export function sameBatch(a: Batch, b: Batch): boolean {
  if (a === b) return true
  return (
    a.length === b.length &&
    a.every((command, i) => command.client === b[i]!.client && command.request === b[i]!.request)
  )
}
