import type { Epoch } from "../../quorum/plan.ts"
import type { Address, Value } from "../actor.ts"
import { type PaxosMessage, type Proposal, formatMessage } from "./messages.ts"

/** The durable record of a process, by its role. */
export type PaxosRecord = AcceptorRecord | ProposerRecord | AllocatorRecord | ReplicaRecord

/** An acceptor's durable state (Howard 2019, property 10). The optional parts belong to variants that need them. */
export interface AcceptorRecord {
  readonly role: "acceptor"
  /** e_pro: the greatest epoch promised, or null. */
  readonly lastPromised: Epoch | null
  /** (e_acc, v_acc): the proposal accepted last, or null. */
  readonly lastAccepted: Proposal | null
  /** p_lst: the proposer to which `lastPromised` was promised (Algorithm 10). */
  readonly promisedTo?: Address
  /** v_dec, with the epoch it was reported in (Algorithm 9). */
  readonly decided?: Proposal
  /** Every proposal accepted, in order, where acceptors keep them all (§3.2). */
  readonly history?: readonly Proposal[]
  /** The value of the last promised prepare and its sender, where prepares contain values. */
  readonly offered?: { readonly epoch: Epoch; readonly value: Value; readonly from: Address }
  /** A bound on the epochs it may promise without another write (§3.8). */
  readonly reserved?: Epoch
}

/** A proposer's durable state: no epoch up to `lastEpoch` may be used again (property 1). */
export interface ProposerRecord {
  readonly role: "proposer"
  /** Null where the version alone keeps epochs apart. */
  readonly lastEpoch: Epoch | null
  /** vid: how often this proposer has restarted, where that is what makes its epochs unique (§3.8). */
  readonly version?: number
}

/** The allocator's durable state (§7.1). */
export interface AllocatorRecord {
  readonly role: "allocator"
  /** vid: bumped at each restart (Algorithm 21). */
  readonly version: number
  /** The value of the first epoch, once given, where the allocator keeps it. */
  readonly value: Value | null
}

/** A process that is acceptor and proposer in one (§3.7). */
export interface ReplicaRecord {
  readonly role: "replica"
  readonly acceptor: AcceptorRecord | null
  readonly proposer: ProposerRecord | null
}

/** The acceptor's part of a record; null if it has none. */
export function acceptorPart(record: PaxosRecord): AcceptorRecord | null {
  if (record.role === "acceptor") return record
  return record.role === "replica" ? record.acceptor : null
}

/** The record in words: "epoch 4"; "promised 4, accepted (3, B)". Processes are called by `nameOf`. */
export function formatRecord(record: PaxosRecord, nameOf: (address: Address) => string = String): string {
  switch (record.role) {
    case "acceptor":
      return formatAcceptor(record, nameOf)
    case "proposer":
      return record.version === undefined ? `epoch ${nilOr(record.lastEpoch)}` : `version ${record.version}`
    case "allocator":
      return `version ${record.version}${record.value === null ? "" : `, value ${record.value}`}`
    case "replica":
      return [record.proposer, record.acceptor]
        .flatMap((part) => (part === null ? [] : [formatRecord(part, nameOf)]))
        .join("; ")
  }
}

function formatAcceptor(
  { lastPromised, lastAccepted, decided, promisedTo }: AcceptorRecord,
  nameOf: (address: Address) => string,
): string {
  const accepted = lastAccepted === null ? "nil" : `(${lastAccepted.epoch}, ${lastAccepted.value})`
  const to = promisedTo === undefined ? "" : ` to ${nameOf(promisedTo)}`
  const end = decided === undefined ? "" : `, decided ${decided.value}`
  return `promised ${nilOr(lastPromised)}${to}, accepted ${accepted}${end}`
}

/** The record of an acceptor as scripts write it: "promised 5 accepted 5 B", "promised nil accepted nil". */
export function parseAcceptorRecord(text: string): AcceptorRecord | undefined {
  const parts = /^promised (\d+|nil) accepted (?:(\d+) (\S+)|nil)$/.exec(text)
  if (parts === null) return undefined
  const [, promised, epoch, value] = parts
  return {
    role: "acceptor",
    lastPromised: promised === "nil" ? null : Number(promised),
    lastAccepted: epoch === undefined ? null : { epoch: Number(epoch), value: value! },
  }
}

/** Messages and records as transcripts and scripts of a single decree write them; what proposers store is left out. */
export const paxosTexts = {
  formatMessage: (message: PaxosMessage): string => formatMessage(message),
  formatRecord: (record: PaxosRecord, nameOf: (address: Address) => string): string | null =>
    record.role === "proposer" ? null : formatRecord(record, nameOf),
  parseRecord: (text: string): PaxosRecord | undefined => parseAcceptorRecord(text),
}

const nilOr = (epoch: Epoch | null): string => (epoch === null ? "nil" : String(epoch))
