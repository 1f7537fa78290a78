import { type Actor, type Address, type Input, type Output, type Step, unchanged } from "../actor.ts"
import type { AcceptorActor } from "./acceptor.ts"
import type { PaxosMessage } from "./messages.ts"
import type { AcceptorRecord, PaxosRecord, ReplicaRecord } from "./records.ts"
import type { ProposerState } from "./proposer-state.ts"

/** Both roles' states, and one disk for the two. */
export interface ReplicaState {
  readonly self: Address
  readonly acceptor: AcceptorRecord
  readonly proposer: ProposerState
  /** What is on disk, or about to be. */
  readonly stored: ReplicaRecord
}

type ReplicaInput = Input<PaxosMessage, PaxosRecord>
type ReplicaOutput = Output<PaxosMessage, PaxosRecord>

/**
 * Acceptor and proposer in one process (Howard 2019, §3.7). They communicate without messages: a phase
 * contacts one acceptor fewer. The proposer's next epoch is greater than any its own acceptor has
 * promised.
 */
export function replica(
  acceptor: AcceptorActor,
  proposer: Actor<ProposerState, PaxosMessage, PaxosRecord>,
): Actor<ReplicaState, PaxosMessage, PaxosRecord> {
  const parts: Parts = { acceptor, proposer }
  return {
    start: (self) => {
      const own = { acceptor: acceptor.start(self), proposer: proposer.start(self) }
      const state: ReplicaState = {
        self,
        acceptor: own.acceptor.state,
        proposer: own.proposer.state,
        stored: { role: "replica", acceptor: null, proposer: null },
      }
      return settle(state, [...own.acceptor.outputs, ...own.proposer.outputs], parts)
    },
    step: (state, input) => {
      if (input.type === "recover") return recover(state, input.stored, parts)
      let step: Step<ReplicaState, PaxosMessage, PaxosRecord> = unchanged(state)
      for (const part of audience(input)) step = follow(step, toPart(step.state, part, input, parts))
      return step
    },
  }
}

/** The two actors, as they are: neither knows that it shares a process. */
interface Parts {
  readonly acceptor: AcceptorActor
  readonly proposer: Actor<ProposerState, PaxosMessage, PaxosRecord>
}

/** Which part an input is for; a decision concerns both. */
function audience(input: ReplicaInput): readonly (keyof Parts)[] {
  if (input.type !== "receive") return ["proposer"]
  switch (input.message.type) {
    case "prepare":
    case "propose":
    case "read":
      return ["acceptor"]
    case "ring":
      // On its return it has as many replies as contacted acceptors.
      return [input.message.replies.length < input.message.asked.length ? "acceptor" : "proposer"]
    case "decided":
      return ["acceptor", "proposer"]
    default:
      return ["proposer"]
  }
}

/** Executes a step of one part, and delivers its messages to the other. */
function toPart(state: ReplicaState, part: keyof Parts, input: ReplicaInput, parts: Parts) {
  if (part === "acceptor") {
    const step = parts.acceptor.step(state.acceptor, input)
    return settle({ ...state, acceptor: step.state }, step.outputs, parts)
  }
  // An epoch below what its own acceptor has promised could never win that acceptor.
  const step = parts.proposer.step(pastOwnPromise(state), input)
  return settle({ ...state, proposer: step.state }, step.outputs, parts)
}

/** The proposer, knowing what its own acceptor has promised. */
function pastOwnPromise({ acceptor, proposer }: ReplicaState): ProposerState {
  const { lastPromised } = acceptor
  if (lastPromised === null || lastPromised <= (proposer.lastEpoch ?? -1)) return proposer
  return { ...proposer, lastEpoch: lastPromised }
}

/**
 * The outputs visible to the network: messages to itself are delivered immediately, records are merged
 * into one.
 */
function settle(
  state: ReplicaState,
  outputs: readonly ReplicaOutput[],
  parts: Parts,
): Step<ReplicaState, PaxosMessage, PaxosRecord> {
  let now = state
  const out: ReplicaOutput[] = []
  const local: PaxosMessage[] = []
  for (const output of outputs) {
    if (output.type === "send" && output.to === state.self) local.push(output.message)
    else if (output.type === "broadcast" && output.to.includes(state.self)) {
      local.push(output.message)
      const to = output.to.filter((address) => address !== state.self)
      if (to.length > 0) out.push({ ...output, to })
    } else if (output.type === "store") {
      now = { ...now, stored: merged(now.stored, output.record) }
      out.push({ ...output, record: now.stored })
    } else out.push(output)
  }
  let step: Step<ReplicaState, PaxosMessage, PaxosRecord> = { state: now, outputs: out }
  for (const message of local) {
    const input: ReplicaInput = { type: "receive", from: state.self, message }
    for (const part of audience(input)) step = follow(step, toPart(step.state, part, input, parts))
  }
  return step
}

/** One step after another, as one: the later state, all outputs in order. */
function follow<State>(
  first: Step<unknown, PaxosMessage, PaxosRecord>,
  second: Step<State, PaxosMessage, PaxosRecord>,
): Step<State, PaxosMessage, PaxosRecord> {
  return { state: second.state, outputs: [...first.outputs, ...second.outputs] }
}

/** One record for the process: a write replaces the whole record, so it must hold both roles' parts. */
function merged(stored: ReplicaRecord, record: PaxosRecord): ReplicaRecord {
  if (record.role === "acceptor") return { ...stored, acceptor: record }
  return record.role === "proposer" ? { ...stored, proposer: record } : stored
}

/** Recovers both roles from their parts of the record. */
function recover(state: ReplicaState, stored: PaxosRecord | undefined, parts: Parts) {
  const record: ReplicaRecord =
    stored?.role === "replica" ? stored : { role: "replica", acceptor: null, proposer: null }
  const revived = (part: PaxosRecord | null): ReplicaInput => ({ type: "recover", stored: part ?? undefined })
  const acceptor = parts.acceptor.step(state.acceptor, revived(record.acceptor))
  const proposer = parts.proposer.step(state.proposer, revived(record.proposer))
  const next = { ...state, acceptor: acceptor.state, proposer: proposer.state, stored: record }
  return settle(next, [...acceptor.outputs, ...proposer.outputs], parts)
}
