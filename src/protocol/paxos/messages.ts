import type { Epoch } from "../../quorum/plan.ts"
import type { Address, Value } from "../actor.ts"

/**
 * The messages of Howard 2019: table 2.2 (Algorithms 3 and 4), the negative
 * replies of §3.1, `decided` of §3.3, the allocator's of §7.1, and those of the
 * further roles in §3.4, §3.7 and §3.12.
 */
export type PaxosMessage =
  | PrepareMessage
  | PromiseMessage
  | ProposeMessage
  | AcceptMessage
  | RefusalMessage
  | DecidedMessage
  /** Phase 0, to the allocator: which epoch may I use? With the value wanted, where the allocator keeps it. */
  | { readonly type: "generate-next"; readonly value?: Value }
  /** The epoch allocated, and the value it goes with, where the allocator keeps one (§7.1). */
  | { readonly type: "allocate"; readonly epoch: Epoch; readonly value?: Value }
  /** The allocator has nothing left to allocate (Algorithm 30). */
  | { readonly type: "no-allocate" }
  /** To the distinguished proposer: please get this value decided (§3.4). */
  | { readonly type: "forward"; readonly value: Value }
  /** From a reader to acceptors: what have you accepted last (§3.7)? */
  | { readonly type: "read" }
  | { readonly type: "report"; readonly lastAccepted: Proposal | null }
  | RingMessage

/** Phase 1, to acceptors: promise not to take part in smaller epochs. */
export type PrepareMessage = {
  readonly type: "prepare"
  readonly epoch: Epoch
  /** The value that will be proposed if phase 1 leaves the choice: then `propose` need not carry it. */
  readonly value?: Value
}

/** The promise, with the proposal accepted last, or null. */
export type PromiseMessage = {
  readonly type: "promise"
  readonly epoch: Epoch
  readonly lastAccepted: Proposal | null
  /** Every proposal ever accepted, where acceptors keep them all (§3.2). */
  readonly history?: readonly Proposal[]
}

/** Phase 2, to acceptors: accept this value. */
export type ProposeMessage = {
  readonly type: "propose"
  readonly epoch: Epoch
  readonly value: Value
  /** The value came with the prepare of the same epoch and is not sent again: the acceptor uses what it was sent then. */
  readonly valueSent?: true
}

/** The value is accepted; messages to learners, and to proposers that share their epochs, contain it. */
export type AcceptMessage = {
  readonly type: "accept"
  readonly epoch: Epoch
  readonly value?: Value
}

/** A prepare or proposal for `epoch` came too late: this acceptor has promised `lastPromised`. */
export type RefusalMessage = {
  readonly type: "no-promise" | "no-accept"
  readonly epoch: Epoch
  readonly lastPromised: Epoch
  /** (g, w), in the longer form of a negative reply (§3.1, Algorithm 11). */
  readonly lastAccepted?: Proposal | null
}

/**
 * The value is decided: phase 3, and the reply of an acceptor that knows the decision to every request
 * (§3.3). Without a value it is the short form decided(e).
 */
export type DecidedMessage = {
  readonly type: "decided"
  readonly epoch: Epoch
  readonly value?: Value
}

/**
 * A request forwarded from acceptor to acceptor, each adding its reply; the last returns all of them
 * (§3.12).
 */
export type RingMessage = {
  readonly type: "ring"
  readonly request: PrepareMessage | ProposeMessage
  readonly origin: Address
  /** The acceptors in the order they are contacted. */
  readonly asked: readonly Address[]
  /** Their replies so far, in that order. */
  readonly replies: readonly PaxosMessage[]
}

/** What a message is called: what traces count and faults select by. */
export type MessageType = PaxosMessage["type"]

const typesInOrder: Readonly<Record<MessageType, true>> = {
  prepare: true,
  promise: true,
  propose: true,
  accept: true,
  "no-promise": true,
  "no-accept": true,
  decided: true,
  "generate-next": true,
  allocate: true,
  "no-allocate": true,
  forward: true,
  read: true,
  report: true,
  ring: true,
}
/** Every type of message of a single decree. */
export const paxosMessageTypes = Object.keys(typesInOrder) as readonly MessageType[]

/** The message as the thesis writes it: `promise(2, 0, A)`, `accept(1)`. */
export function formatMessage(message: PaxosMessage): string {
  switch (message.type) {
    case "prepare":
      return call("prepare", message.epoch, message.value)
    case "promise":
      return `promise(${message.epoch}, ${formatProposal(message.lastAccepted)})`
    case "propose":
      return call("propose", message.epoch, message.valueSent === true ? undefined : message.value)
    case "accept":
      return call("accept", message.epoch, message.value)
    case "no-promise":
    case "no-accept":
      return message.lastAccepted === undefined
        ? call(message.type, message.epoch, message.lastPromised)
        : call(message.type, message.epoch, message.lastPromised, formatProposal(message.lastAccepted))
    case "decided":
      return call("decided", message.value ?? message.epoch)
    case "generate-next":
      return call("generate-next", message.value)
    case "allocate":
      return call("allocate", message.epoch, message.value)
    case "no-allocate":
    case "read":
      return `${message.type}()`
    case "forward":
      return `forward(${message.value})`
    case "report":
      return `report(${formatProposal(message.lastAccepted)})`
    case "ring":
      return `ring(${[formatMessage(message.request), ...message.replies.map(formatMessage)].join("; ")})`
  }
}

function call(name: string, ...values: readonly (string | number | undefined)[]): string {
  return `${name}(${values.filter((value) => value !== undefined).join(", ")})`
}

/** What every message carries: type, epoch, sender. */
const headerBytes = 24
/** The size of a proposal without its value: the epoch. */
const epochBytes = 8

/**
 * How large a message is on the wire, in bytes, where a value has `valueBytes`. Nothing accepted takes no room.
 *
 * A model, for comparing protocols on links of limited rate: FPaxos' evaluation sends values of 64 bytes
 * over 10 Mbit/s (its §5), where what a message carries is what counts. The header stands for what any
 * encoding has to say; it is not the size of any particular one.
 */
export function messageBytes(message: PaxosMessage, valueBytes: number): number {
  return headerBytes + contentBytes(message, valueBytes)
}

function contentBytes(message: PaxosMessage, valueBytes: number): number {
  const proposal = (accepted: Proposal | null | undefined): number =>
    accepted === null || accepted === undefined ? 0 : epochBytes + valueBytes
  switch (message.type) {
    case "promise":
      return message.history === undefined
        ? proposal(message.lastAccepted)
        : message.history.length * (epochBytes + valueBytes)
    case "propose":
      return message.valueSent === true ? 0 : valueBytes
    case "no-promise":
    case "no-accept":
      return epochBytes + proposal(message.lastAccepted)
    case "report":
      return proposal(message.lastAccepted)
    case "ring":
      return [message.request, ...message.replies].reduce(
        (sum, part) => sum + contentBytes(part, valueBytes),
        0,
      )
    case "read":
    case "no-allocate":
      return 0
    default:
      return message.value === undefined ? 0 : valueBytes
  }
}

/**
 * The pair (e, v) of Howard 2019, table 2.1.
 *
 * Compared by epoch only when choosing, by both when counting: two proposals of one epoch and different
 * values exist where epochs are shared, and then are different proposals.
 */
export interface Proposal {
  readonly epoch: Epoch
  readonly value: Value
}

/** "0, A", or "nil, nil" for nothing accepted. */
export function formatProposal(proposal: Proposal | null): string {
  return proposal === null ? "nil, nil" : `${proposal.epoch}, ${proposal.value}`
}

/**
 * The rules shared by single-decree Paxos and the replicated log: the protocols differ in their state
 * and recipients, not in these.
 */

/**
 * Whether an acceptor that has promised `lastPromised` may promise or accept in an epoch (Howard 2019,
 * property 6). "≥", so that a duplicate gets a reply again.
 */
export function takesPart(lastPromised: Epoch | null, epoch: Epoch): boolean {
  return lastPromised === null || epoch >= lastPromised
}

/** Of two reports by acceptors the one of the greater epoch, which a proposer must adopt (property 4); the first of equals. */
export function greaterProposal<P extends { readonly epoch: Epoch }>(a: P | null, b: P | null): P | null {
  if (a === null || b === null) return a ?? b
  return b.epoch > a.epoch ? b : a
}
