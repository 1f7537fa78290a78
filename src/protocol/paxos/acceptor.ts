import type { Epoch } from "../../quorum/plan.ts"
import { type Actor, type Address, type Output, type Step, type Value, send, unchanged } from "../actor.ts"
import type { AcceptorRecord, PaxosMessage, PaxosRecord } from "./messages.ts"

type AcceptorStep = Step<AcceptorRecord, PaxosMessage, PaxosRecord>

export interface AcceptorOptions {
  /** Whether to answer messages of old epochs with a negative reply (Howard 2019, §3.1) or not at all. */
  readonly nacks: boolean
  /** Who is told of every accepted proposal besides its proposer. */
  readonly learners: readonly Address[]
}

/**
 * The acceptor of Howard 2019, Algorithm 4 (Algorithm 6 with negative replies).
 * Its state is what it has stored: all of it is durable.
 *
 * It takes part in an epoch that is not smaller than the last it promised: "≥"
 * in both phases, so that a repeated message is answered again.
 */
export function acceptor(options: AcceptorOptions): Actor<AcceptorRecord, PaxosMessage, PaxosRecord> {
  return {
    start: () => unchanged(nothingPromised),
    step: (state, input) => {
      if (input.type === "recover") return unchanged(recovered(input.stored))
      if (input.type !== "receive") return unchanged(state)
      const { from, message } = input
      if (message.type === "prepare") return onPrepare(state, from, message.epoch, options)
      if (message.type === "propose") return onPropose(state, from, message.epoch, message.value, options)
      return unchanged(state)
    },
  }
}

const nothingPromised: AcceptorRecord = { role: "acceptor", lastPromised: null, lastAccepted: null }

function recovered(stored: PaxosRecord | undefined): AcceptorRecord {
  return stored?.role === "acceptor" ? stored : nothingPromised
}

function onPrepare(
  state: AcceptorRecord,
  from: Address,
  epoch: Epoch,
  { nacks }: AcceptorOptions,
): AcceptorStep {
  const { lastPromised, lastAccepted } = state
  if (lastPromised !== null && epoch < lastPromised) {
    return refusal(state, nacks, from, { type: "no-promise", epoch, lastPromised })
  }
  const promise = send(from, { type: "promise", epoch, lastAccepted } as const)
  if (epoch === lastPromised) return { state, outputs: [promise] }
  const next: AcceptorRecord = { role: "acceptor", lastPromised: epoch, lastAccepted }
  return { state: next, outputs: [{ type: "store", record: next }, promise] }
}

function onPropose(
  state: AcceptorRecord,
  from: Address,
  epoch: Epoch,
  value: Value,
  { nacks, learners }: AcceptorOptions,
): AcceptorStep {
  const { lastPromised, lastAccepted } = state
  if (lastPromised !== null && epoch < lastPromised) {
    return refusal(state, nacks, from, { type: "no-accept", epoch, lastPromised })
  }
  const replies: Output<PaxosMessage, PaxosRecord>[] = [send(from, { type: "accept", epoch } as const)]
  for (const learner of learners) replies.push(send(learner, { type: "accept", epoch, value }))
  if (lastAccepted?.epoch === epoch && lastAccepted.value === value) return { state, outputs: replies }
  // One write makes the promise of this epoch and the acceptance durable together (lemma 7: e_pro ≥ e_acc).
  const next: AcceptorRecord = { role: "acceptor", lastPromised: epoch, lastAccepted: { epoch, value } }
  return { state: next, outputs: [{ type: "store", record: next }, ...replies] }
}

function refusal(state: AcceptorRecord, nacks: boolean, to: Address, message: PaxosMessage): AcceptorStep {
  return nacks ? { state, outputs: [send(to, message)] } : unchanged(state)
}
