import type { Epoch } from "../../quorum/plan.ts"
import { type Address, type Value, send, unchanged } from "../actor.ts"
import { type AcceptorGuards, acceptorGuards } from "./acceptor-guards.ts"
import type { AcceptorActor, AcceptorOutput, AcceptorStep } from "./acceptor-step.ts"
import type {
  AcceptorRecord,
  PaxosMessage,
  PaxosRecord,
  PrepareMessage,
  PromiseMessage,
  Proposal,
  ProposeMessage,
} from "./messages.ts"
import { onRing } from "./ring.ts"
import { answeringDecided } from "./termination.ts"
import { type Variant, classic } from "./variant.ts"

/**
 * What an acceptor is told when it is built. It knows neither quorums nor proposers: those are the
 * proposer's affair.
 */
export interface AcceptorOptions {
  /** Classic Paxos unless given. */
  readonly variant?: Variant
  /** Who is told of every accepted proposal besides its proposer. */
  readonly learners: readonly Address[]
}

/**
 * The acceptor of Howard 2019, Algorithm 4, and with the switches of the variant
 * those of Algorithms 6, 9, 10 and 24. Its state is what it has stored: all of
 * it is durable.
 *
 * Unless told otherwise it takes part in an epoch that is not smaller than the
 * last it promised: "≥" in both phases, so that a repeated message is answered again.
 *
 * Chapters 4 to 6 leave the acceptor as it is: Flexible Paxos and Revisions B and C only change for how
 * long a proposer waits and what it makes of the promises. That is why one acceptor serves the whole
 * family.
 *
 * Every reply that rests on a change comes after the `store` that makes the change durable (property
 * 10). A message that changes nothing is answered without a write. Cost: one message a reply, one write
 * a change.
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
  /** `accept` says which value, because proposers share their epochs. */
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
  // A prepare that came too late is answered with silence or a refusal, never with a promise (property
  // 6).
  if (!guards.mayPromise(state, epoch, from)) return refuse(state, from, "no-promise", epoch, guards)
  const promise = send(from, promiseOf(state, epoch, history))
  // A copy of a prepare: promised and durable already, so it is answered again and nothing is written.
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
  for (const learner of learners) replies.push(send<PaxosMessage>(learner, { type: "accept", epoch, value }))
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
