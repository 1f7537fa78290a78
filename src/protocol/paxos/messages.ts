import type { Epoch } from "../../quorum/plan.ts"
import type { Value } from "../actor.ts"

/** The pair (e, v) of Howard 2019, table 2.1. */
export interface Proposal {
  readonly epoch: Epoch
  readonly value: Value
}

/**
 * The messages of Howard 2019, chapter 2 (Algorithms 3 and 4), and the two
 * negative replies of §3.1 (Algorithms 5 and 6).
 */
export type PaxosMessage =
  /** Phase 1, to acceptors: promise not to take part in smaller epochs. */
  | { readonly type: "prepare"; readonly epoch: Epoch }
  /** The promise, with the proposal accepted last, or null. */
  | { readonly type: "promise"; readonly epoch: Epoch; readonly lastAccepted: Proposal | null }
  /** Phase 2, to acceptors: accept this value. */
  | { readonly type: "propose"; readonly epoch: Epoch; readonly value: Value }
  /** The value is accepted; learners are told which, the proposer knows. */
  | { readonly type: "accept"; readonly epoch: Epoch; readonly value?: Value }
  /** A prepare for `epoch` came too late: this acceptor has promised `lastPromised`. */
  | { readonly type: "no-promise"; readonly epoch: Epoch; readonly lastPromised: Epoch }
  /** A proposal for `epoch` came too late. */
  | { readonly type: "no-accept"; readonly epoch: Epoch; readonly lastPromised: Epoch }

export type MessageType = PaxosMessage["type"]

/** The message as the thesis writes it: `promise(2, 0, A)`, `accept(1)`. */
export function formatMessage(message: PaxosMessage): string {
  switch (message.type) {
    case "prepare":
      return `prepare(${message.epoch})`
    case "promise":
      return `promise(${message.epoch}, ${formatProposal(message.lastAccepted)})`
    case "propose":
      return `propose(${message.epoch}, ${message.value})`
    case "accept":
      return message.value === undefined
        ? `accept(${message.epoch})`
        : `accept(${message.epoch}, ${message.value})`
    case "no-promise":
    case "no-accept":
      return `${message.type}(${message.epoch}, ${message.lastPromised})`
  }
}

function formatProposal(proposal: Proposal | null): string {
  return proposal === null ? "nil, nil" : `${proposal.epoch}, ${proposal.value}`
}

/** What a process keeps on disk: its role says which. */
export type PaxosRecord = AcceptorRecord | ProposerRecord

/** An acceptor's durable state (Howard 2019, property 10). */
export interface AcceptorRecord {
  readonly role: "acceptor"
  /** e_pro: the greatest epoch promised, or null. */
  readonly lastPromised: Epoch | null
  /** (e_acc, v_acc): the proposal accepted last, or null. */
  readonly lastAccepted: Proposal | null
}

/** A proposer's durable state: the epoch it used last, never to be used again (property 1). */
export interface ProposerRecord {
  readonly role: "proposer"
  readonly lastEpoch: Epoch
}
