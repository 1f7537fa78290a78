import { send, unchanged } from "../actor.ts"
import type { AcceptorActor, AcceptorStep } from "./acceptor-step.ts"
import type { AcceptorRecord, DecidedMessage, Proposal } from "./messages.ts"
import type { Variant } from "./variant.ts"

/**
 * Adds phase 3 to an acceptor (Howard 2019, Algorithm 9): once told what is
 * decided it remembers, and answers every prepare and proposal with that.
 *
 * The decision is stored before it is used. The thesis keeps v_dec in memory and
 * lets all other state be discarded; together, after a restart, both are gone
 * (erratum E14). With `afterDecision: "discard"` the last accepted proposal is
 * dropped by the same write that makes the decision durable.
 *
 * decided(e) tells only the epoch. An acceptor that has accepted in e or later
 * knows the value: proposals above e can have no other (theorem 13).
 */
export function answeringDecided(inner: AcceptorActor, { afterDecision, failStop }: Variant): AcceptorActor {
  return {
    start: (self) => inner.start(self),
    step: (state, input) => {
      if (input.type !== "receive") return inner.step(state, input)
      const { from, message } = input
      if (message.type === "decided") return onDecided(state, message, afterDecision, failStop)
      // Late answers of a ring and the like still reach the inner acceptor; only questions are cut
      // short.
      const asks = message.type === "prepare" || message.type === "propose" || message.type === "read"
      if (!asks || state.decided === undefined) return inner.step(state, input)
      return { state, outputs: [send(from, { type: "decided", ...state.decided })] }
    },
  }
}

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
