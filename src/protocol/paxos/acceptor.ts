import type { Epoch } from "../../quorum/plan.ts"
import {
  type Actor,
  type Address,
  type Output,
  type Step,
  type Value,
  broadcast,
  send,
  unchanged,
} from "../actor.ts"
import {
  type DecidedMessage,
  type PaxosMessage,
  type PrepareMessage,
  type PromiseMessage,
  type Proposal,
  type ProposeMessage,
  type RefusalMessage,
  type RingMessage,
  takesPart,
} from "./messages.ts"
import type { AcceptorRecord, PaxosRecord } from "./records.ts"
import { type Variant, classic } from "./variant.ts"

/** Parameters of an acceptor. Quorums and proposers are not among them: an acceptor needs neither. */
export interface AcceptorOptions {
  /** Classic Paxos unless given. */
  readonly variant?: Variant
  /** The processes notified of every accepted proposal, besides its proposer. */
  readonly learners: readonly Address[]
}

/**
 * The acceptor of Howard 2019, Algorithm 4, and with the switches of the variant
 * those of Algorithms 6, 9, 10 and 24. Its state is what it has stored: all of
 * it is durable.
 *
 * By default it accepts messages of epochs not smaller than the last promised one: "≥" in both phases,
 * so that a duplicate gets a reply again.
 *
 * Chapters 4 to 6 do not change the acceptor: Flexible Paxos and Revisions B and C change only which
 * promises a proposer awaits and how it selects a value. One acceptor therefore serves the whole family.
 *
 * Every reply that rests on a change comes after the `store` that makes the change durable (property
 * 10). A message that changes no state gets its reply without a write. Cost: one message a reply, one
 * write a change.
 */
export function acceptor({ variant = classic, learners }: AcceptorOptions): AcceptorActor {
  const guards = acceptorGuards(variant)
  const rules: AcceptorRules = { guards, learners, tellsValue: variant.keepFirst, history: variant.history }
  const plain: AcceptorActor = {
    start: () => unchanged(nothingPromised),
    step: (state, input) => {
      if (input.type === "receive") {
        const { from, message } = input
        if (message.type === "prepare") return onPrepare(state, from, message, rules)
        if (message.type === "propose") return onPropose(state, from, message, rules)
        if (message.type === "read") return { state, outputs: [report(from, state.lastAccepted)] }
        return message.type === "ring" ? onRing(state, message, plain) : unchanged(state)
      }
      return unchanged(input.type === "recover" ? recovered(input.stored) : state)
    },
  }
  return variant.termination === "off" ? plain : answeringDecided(plain, variant)
}

/** A variant's switches, resolved once when the actor is built. */
interface AcceptorRules {
  readonly guards: AcceptorGuards
  readonly learners: readonly Address[]
  /** `accept` contains the value, because proposers share their epochs. */
  readonly tellsValue: boolean
  readonly history: boolean
}

/** The state before any message: e_pro and (e_acc, v_acc) are nil. */
export const nothingPromised: AcceptorRecord = { role: "acceptor", lastPromised: null, lastAccepted: null }

/** The state as it was stored; promises that were reserved count as given. */
function recovered(stored: PaxosRecord | undefined): AcceptorRecord {
  return stored?.role === "acceptor" ? stored : nothingPromised
}

function report(to: Address, lastAccepted: Proposal | null): AcceptorOutput {
  return send(to, { type: "report", lastAccepted })
}

function onPrepare(
  state: AcceptorRecord,
  from: Address,
  { epoch, value }: PrepareMessage,
  { guards, history }: AcceptorRules,
): AcceptorStep {
  // A prepare of a smaller epoch gets no reply or a negative reply, never a promise (property 6).
  if (!guards.mayPromise(state, epoch, from)) return refuse(state, from, "no-promise", epoch, guards)
  const promise = send(from, promiseOf(state, epoch, history))
  // A duplicate prepare: the promise is durable already, so it is sent again and nothing is written.
  if (epoch === state.lastPromised && guards.promisedTo(state, from)) return { state, outputs: [promise] }
  const promised = guards.promise(state, epoch, from)
  const next = value === undefined ? promised : { ...promised, offered: { epoch, value, from } }
  return { state: next, outputs: guards.isReserved(state, next) ? [promise] : [guards.store(next), promise] }
}

/**
 * The promise reports the state before it (property 8); the epoch reported is never above the one
 * promised (lemma 8).
 */
function promiseOf({ lastAccepted, history }: AcceptorRecord, epoch: Epoch, all: boolean): PromiseMessage {
  if (!all) return { type: "promise", epoch, lastAccepted }
  return {
    type: "promise",
    epoch,
    lastAccepted,
    history: history ?? (lastAccepted === null ? [] : [lastAccepted]),
  }
}

function onPropose(
  state: AcceptorRecord,
  from: Address,
  message: ProposeMessage,
  { guards, learners, tellsValue, history }: AcceptorRules,
): AcceptorStep {
  const { epoch } = message
  const value = message.valueSent === true ? offeredValue(state, epoch, from) : message.value
  // The proposal refers to a value this acceptor was never sent. Silence is a lost message; a guess
  // would be unsafe.
  if (value === null) return unchanged(state)
  if (!guards.mayAccept(state, epoch, value)) return refuse(state, from, "no-accept", epoch, guards)
  const replies: AcceptorOutput[] = [
    send<PaxosMessage>(from, tellsValue ? { type: "accept", epoch, value } : { type: "accept", epoch }),
  ]
  if (learners.length > 0) replies.push(broadcast<PaxosMessage>(learners, { type: "accept", epoch, value }))
  const { lastAccepted } = state
  // A copy of a proposal that has been accepted: the write is done.
  if (lastAccepted?.epoch === epoch && lastAccepted.value === value) return { state, outputs: replies }
  // One write makes the promise of this epoch and the acceptance durable together (lemma 7: e_pro ≥ e_acc).
  const accepted = guards.accept(state, epoch, value)
  const next = history ? withHistory(accepted, state, { epoch, value }) : accepted
  return { state: next, outputs: [guards.store(next), ...replies] }
}

/** The value that came with this proposer's prepare; without it a proposal that relies on it means nothing here. */
function offeredValue({ offered }: AcceptorRecord, epoch: Epoch, from: Address): Value | null {
  return offered?.epoch === epoch && offered.from === from ? offered.value : null
}

function withHistory(
  next: AcceptorRecord,
  { history = [] }: AcceptorRecord,
  proposal: Proposal,
): AcceptorRecord {
  return { ...next, history: [...history, proposal] }
}

/** The negative reply, where the variant has them; otherwise silence, as in Algorithm 4. */
function refuse(
  state: AcceptorRecord,
  to: Address,
  type: "no-promise" | "no-accept",
  epoch: Epoch,
  guards: AcceptorGuards,
): AcceptorStep {
  const refusal = guards.refusal(state, type, epoch)
  return refusal === null ? unchanged(state) : { state, outputs: [send(to, refusal)] }
}

/**
 * The acceptor's switches of a variant as functions, built once: switches that are off cost nothing per
 * message.
 */
export interface AcceptorGuards {
  mayPromise(state: AcceptorRecord, epoch: Epoch, to: Address): boolean
  mayAccept(state: AcceptorRecord, epoch: Epoch, value: Value): boolean
  /** Whether the last promise was given to this proposer, where that is kept; true where it is not. */
  promisedTo(state: AcceptorRecord, to: Address): boolean
  promise(state: AcceptorRecord, epoch: Epoch, to: Address): AcceptorRecord
  /** Whether a promise is covered by a bound that is already durable. */
  isReserved(before: AcceptorRecord, after: AcceptorRecord): boolean
  accept(state: AcceptorRecord, epoch: Epoch, value: Value): AcceptorRecord
  store(state: AcceptorRecord): Output<PaxosMessage, PaxosRecord>
  /** The negative reply, or null where there is none. */
  refusal(state: AcceptorRecord, type: RefusalMessage["type"], epoch: Epoch): RefusalMessage | null
}

/**
 * The guards of a variant.
 *
 * Classic Paxos is Howard 2019, Algorithm 4: promise and accept in any epoch that is not smaller than
 * the last promised (properties 6 to 9), write, then reply. The other guards are Algorithm 10 (voting),
 * Algorithm 24 (an accepted value of an epoch stays), and the stricter and cheaper forms of §3.8 and
 * §3.12.
 */
export function acceptorGuards(variant: Variant): AcceptorGuards {
  const { promiseAhead, failStop } = variant
  const voting = variant.promise === "voting"
  const extended = voting || promiseAhead > 0 || variant.history || variant.termination !== "off"
  return {
    mayPromise: mayPromise(variant),
    mayAccept: mayAccept(variant),
    promisedTo: voting ? (state, to) => state.promisedTo === to : () => true,
    promise: extended
      ? (state, epoch, to) => ({
          ...state,
          lastPromised: epoch,
          ...(voting && { promisedTo: to }),
          ...(promiseAhead > 0 && { reserved: reservedBound(state, epoch, promiseAhead) }),
        })
      : // Written out where no switch adds a field: spreads are what a step spends its time on.
        ({ lastAccepted }, epoch) => ({ role: "acceptor", lastPromised: epoch, lastAccepted }),
    isReserved: promiseAhead > 0 ? (before, after) => before.reserved === after.reserved : () => false,
    accept: extended
      ? (state, epoch, value) => ({
          ...state,
          // An acceptance promises its epoch too (property 9), or a smaller proposal could still follow
          // it.
          lastPromised: epoch,
          lastAccepted: { epoch, value },
          ...(promiseAhead > 0 && { reserved: reservedBound(state, epoch, promiseAhead) }),
        })
      : (_state, epoch, value) => ({ role: "acceptor", lastPromised: epoch, lastAccepted: { epoch, value } }),
    // With epochs reserved, the bound is what goes to disk as the promise: after a crash the acceptor
    // has promised up to it, which exceeds what it sent and is therefore safe.
    store: failStop
      ? (record) => ({ type: "store", record, volatile: true })
      : promiseAhead > 0
        ? (record) => ({ type: "store", record: { ...record, lastPromised: record.reserved! } })
        : (record) => ({ type: "store", record }),
    refusal: refusal(variant),
  }
}

/**
 * Property 6, or its stricter forms. Voting makes an epoch exclusive: it is promised to one proposer
 * only, which may send its prepare again (Algorithm 10).
 */
function mayPromise({ promise }: Variant): AcceptorGuards["mayPromise"] {
  switch (promise) {
    case "at-least":
      return ({ lastPromised }, epoch) => takesPart(lastPromised, epoch)
    case "greater":
      return ({ lastPromised }, epoch) => lastPromised === null || epoch > lastPromised
    case "voting":
      return ({ lastPromised, promisedTo }, epoch, to) =>
        lastPromised === null || epoch > lastPromised || (epoch === lastPromised && promisedTo === to)
  }
}

/**
 * Property 6 for proposals. With `keepFirst` an acceptor that has accepted in this epoch takes the same
 * value again and no other: what makes a value decided in a shared epoch the only one (property 17,
 * Algorithm 24).
 */
function mayAccept({ accept, keepFirst }: Variant): AcceptorGuards["mayAccept"] {
  const epochFits: AcceptorGuards["mayAccept"] =
    accept === "equal"
      ? ({ lastPromised }, epoch) => epoch === lastPromised
      : ({ lastPromised }, epoch) => takesPart(lastPromised, epoch)
  if (!keepFirst) return epochFits
  return (state, epoch, value) =>
    epochFits(state, epoch, value) &&
    (epoch !== state.lastAccepted?.epoch || value === state.lastAccepted.value)
}

/**
 * Negative replies of §3.1: none, no-promise(e, f) and no-accept(e, f) with f the last promised epoch,
 * or these with the last accepted proposal added. They are never needed for safety; they replace waiting
 * for a timeout.
 */
function refusal({ nacks }: Variant): AcceptorGuards["refusal"] {
  switch (nacks) {
    case "none":
      return () => null
    case "epoch":
      return ({ lastPromised }, type, epoch) => ({ type, epoch, lastPromised: lastPromised ?? epoch })
    case "proposal":
      return ({ lastPromised, lastAccepted }, type, epoch) => ({
        type,
        epoch,
        lastPromised: lastPromised ?? epoch,
        lastAccepted,
      })
  }
}

/** The bound that stays if `epoch` is within it, else a new one `ahead` epochs further. */
function reservedBound({ reserved }: AcceptorRecord, epoch: Epoch, ahead: number): Epoch {
  return reserved !== undefined && epoch <= reserved ? reserved : epoch + ahead
}

/** An acceptor of any variant; its state is its record. */
export type AcceptorActor = Actor<AcceptorRecord, PaxosMessage, PaxosRecord>

/** What an acceptor makes of one input. */
export type AcceptorStep = Step<AcceptorRecord, PaxosMessage, PaxosRecord>

/** An output of an acceptor: a message or a write, never a timer. */
export type AcceptorOutput = Output<PaxosMessage, PaxosRecord>

/**
 * Adds phase 3 to an acceptor (Howard 2019, Algorithm 9): it stores the decision it receives, and
 * replies with it to every prepare and proposal.
 *
 * The decision is stored before it is used. The thesis keeps v_dec in memory and lets all other state be
 * discarded; together, a restart loses both (erratum E14). With `afterDecision: "discard"` the last
 * accepted proposal is dropped by the same write that makes the decision durable.
 *
 * decided(e) contains only the epoch. An acceptor that has accepted in e or later knows the value:
 * proposals above e can have no other (theorem 13).
 */
export function answeringDecided(inner: AcceptorActor, { afterDecision, failStop }: Variant): AcceptorActor {
  return {
    start: (self) => inner.start(self),
    step: (state, input) => {
      if (input.type !== "receive") return inner.step(state, input)
      const { from, message } = input
      if (message.type === "decided") return onDecided(state, message, afterDecision, failStop)
      // A ring (§3.12) carries a question of its origin: the acceptor that may have forgotten what it
      // accepted must not reply to it.
      const asker = message.type === "ring" ? message.origin : from
      const asks = isQuestion(message.type === "ring" ? message.request : message)
      if (!asks || state.decided === undefined) return inner.step(state, input)
      return { state, outputs: [send(asker, { type: "decided", ...state.decided })] }
    },
  }
}

const isQuestion = ({ type }: PaxosMessage): boolean =>
  type === "prepare" || type === "propose" || type === "read"

function onDecided(
  state: AcceptorRecord,
  message: DecidedMessage,
  afterDecision: Variant["afterDecision"],
  failStop: boolean,
): AcceptorStep {
  const decided = state.decided === undefined ? decisionIn(state, message) : null
  if (decided === null) return unchanged(state)
  const { role, lastPromised } = state
  const next: AcceptorRecord =
    afterDecision === "discard" ? { role, lastPromised, lastAccepted: null, decided } : { ...state, decided }
  // What it may have promised without a write stays promised.
  const record: AcceptorRecord =
    state.reserved === undefined ? next : { ...next, lastPromised: state.reserved }
  return {
    state: next,
    outputs: [failStop ? { type: "store", record, volatile: true } : { type: "store", record }],
  }
}

/** What an acceptor learns from decided(v), or from decided(e) if it has accepted since. */
function decisionIn({ lastAccepted }: AcceptorRecord, { epoch, value }: DecidedMessage): Proposal | null {
  if (value !== undefined) return { epoch, value }
  return lastAccepted !== null && lastAccepted.epoch >= epoch ? { epoch, value: lastAccepted.value } : null
}

/**
 * The acceptor in a ring (Howard 2019, §3.12): it adds its reply to the origin's request and forwards
 * request and replies to the next acceptor; the last returns all replies. A phase that contacts q
 * acceptors costs q + 1 messages and as many hops: ⌊n/2⌋ + 2 for a majority.
 *
 * An acceptor without a reply, because the epoch is too small, breaks the ring, as a lost message would;
 * with negative replies it sends one to the origin immediately.
 */
function onRing(state: AcceptorRecord, message: RingMessage, acceptor: AcceptorActor): AcceptorStep {
  const { origin, request } = message
  const step = acceptor.step(state, { type: "receive", from: origin, message: request })
  return { state: step.state, outputs: step.outputs.map((output) => passOn(output, message)) }
}

/** Appends the reply to the ring message; all other outputs are unchanged. */
function passOn(output: AcceptorOutput, message: RingMessage): AcceptorOutput {
  if (output.type !== "send" || output.to !== message.origin) return output
  const { type } = output.message
  if (type !== "promise" && type !== "accept") return output
  const replies = [...message.replies, output.message]
  return send(message.asked[replies.length] ?? message.origin, { ...message, replies })
}
