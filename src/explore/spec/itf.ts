import { type SpecModel, valueName } from "./model.ts"
import type { SpecTrace } from "./trace.ts"
import type { AcceptorState, SpecMessage, SpecState } from "./transition.ts"

/**
 * Runs in the ITF JSON format, which Apalache and Quint write and read.
 *
 * Names are those of Lamport's `Paxos.tla`: variables maxBal, maxVBal and maxVal
 * (maps from acceptors) and msgs (a set of records of type 1a, 1b, 2a, 2b); −1
 * and "None" before anything was promised or accepted.
 */
export interface ItfTrace {
  readonly "#meta": Readonly<Record<string, unknown>>
  readonly vars: readonly string[]
  readonly states: readonly Readonly<Record<string, unknown>>[]
}

export const itfVariables: readonly string[] = ["maxBal", "maxVBal", "maxVal", "msgs"]
/** What maxVal and mval are before anything is accepted. */
export const noValue = "None"

/** The run as an ITF trace: one state more than it has steps. `system` names the quorum system whose run it is. */
export function toItf(trace: SpecTrace, system: string, description: string): ItfTrace {
  const { model, states } = trace
  return {
    "#meta": {
      format: "ITF",
      "format-description": "https://apalache-mc.org/docs/adr/015adr-trace.html",
      source: "quorate explore --model spec",
      description,
      // Whose run it is, for quorate replay.
      system,
      values: model.values,
      epochs: model.epochs,
    },
    vars: itfVariables,
    states: states.map((state, index) => ({ "#meta": { index }, ...itfState(model, state) })),
  }
}

/**
 * A state in the variables of `Paxos.tla`; the set of messages is sorted, so
 * that equal states are equal text.
 */
function itfState(model: SpecModel, { acceptors, messages }: SpecState): Record<string, unknown> {
  const map = (entry: (acceptor: AcceptorState) => unknown): unknown => ({
    "#map": acceptors.map((acceptor, a) => [model.acceptors[a], entry(acceptor)]),
  })
  const sent = [...messages].sort(([a], [b]) => (a < b ? -1 : 1))
  return {
    maxBal: map(({ lastPromised }) => integer(lastPromised ?? -1)),
    maxVBal: map(({ lastAccepted }) => integer(lastAccepted?.epoch ?? -1)),
    maxVal: map(({ lastAccepted }) => (lastAccepted === null ? noValue : valueName(lastAccepted.value))),
    msgs: { "#set": sent.map(([, message]) => itfMessage(model, message)) },
  }
}

/** A message in Lamport's names: 1a is a prepare, 1b a promise, 2a a proposal, 2b an acceptance. */
function itfMessage(model: SpecModel, message: SpecMessage): Record<string, unknown> {
  const bal = integer(message.epoch)
  switch (message.type) {
    case "prepare":
      return { type: "1a", bal }
    case "promise": {
      const { acceptor, lastAccepted } = message
      const mval = lastAccepted === null ? noValue : valueName(lastAccepted.value)
      return {
        type: "1b",
        acc: model.acceptors[acceptor],
        bal,
        mbal: integer(lastAccepted?.epoch ?? -1),
        mval,
      }
    }
    case "propose":
      return { type: "2a", bal, val: valueName(message.value) }
    case "accept":
      return { type: "2b", acc: model.acceptors[message.acceptor], bal, val: valueName(message.value) }
  }
}

/** An integer as ITF has it, which leaves large ones whole. */
function integer(value: number): unknown {
  return { "#bigint": String(value) }
}
