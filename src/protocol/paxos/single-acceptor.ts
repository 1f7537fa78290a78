import { type Actor, type Address, type TimerRange, type Value, send, unchanged } from "../actor.ts"
import type { PaxosMessage } from "./messages.ts"
import type { AcceptorRecord, PaxosRecord } from "./records.ts"

/*
 * The single acceptor algorithm (Howard 2019, §2.1.1): consensus as a write-once
 * register in one process. It has no epochs; its messages are Paxos messages of
 * the one epoch 0, so that the same checks and diagrams serve.
 */

/** Algorithm 2: the first value proposed is accepted, and is the reply to all later proposals. */
export function singleAcceptor(): Actor<AcceptorRecord, PaxosMessage, PaxosRecord> {
  return {
    start: () => unchanged(empty),
    step: (state, input) => {
      if (input.type === "recover") return unchanged(input.stored?.role === "acceptor" ? input.stored : empty)
      if (input.type !== "receive" || input.message.type !== "propose") return unchanged(state)
      const { from, message } = input
      const value = state.lastAccepted?.value ?? message.value
      const reply = send<PaxosMessage>(from, { type: "accept", epoch: 0, value })
      if (state.lastAccepted !== null) return { state, outputs: [reply] }
      const next: AcceptorRecord = { role: "acceptor", lastPromised: 0, lastAccepted: { epoch: 0, value } }
      return { state: next, outputs: [{ type: "store", record: next }, reply] }
    },
  }
}

const empty: AcceptorRecord = { role: "acceptor", lastPromised: null, lastAccepted: null }

/** What a proposer of the single acceptor algorithm remembers. */
export interface SingleProposerState {
  readonly candidate: Value | null
  readonly learned: Value | null
}

/** Algorithm 1: proposes to the acceptor, again after each timeout, and learns the value of its reply. */
export function singleProposer(
  acceptor: Address,
  timeout: TimerRange,
): Actor<SingleProposerState, PaxosMessage, PaxosRecord> {
  const nothing: SingleProposerState = { candidate: null, learned: null }
  const ask = (candidate: Value) => ({
    state: { candidate, learned: null },
    outputs: [
      send<PaxosMessage>(acceptor, { type: "propose", epoch: 0, value: candidate }),
      { type: "set-timer", timer: "answer", after: timeout } as const,
    ],
  })
  return {
    start: () => unchanged(nothing),
    step: (state, input) => {
      if (input.type === "recover") return unchanged(nothing)
      if (input.type === "propose") return state.candidate === null ? ask(input.value) : unchanged(state)
      if (input.type === "timeout") {
        return state.candidate === null || state.learned !== null ? unchanged(state) : ask(state.candidate)
      }
      const { message } = input
      if (message.type !== "accept" || message.value === undefined || state.learned !== null)
        return unchanged(state)
      return {
        state: { ...state, learned: message.value },
        outputs: [
          { type: "cancel-timer", timer: "answer" },
          { type: "learn", epoch: 0, value: message.value },
        ],
      }
    },
  }
}
