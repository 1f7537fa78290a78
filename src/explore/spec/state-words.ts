import { type SpecModel, valueName } from "./model.ts"
import {
  type AcceptorState,
  type Proposal,
  type SpecMessage,
  type SpecState,
  applyStep,
  changingSteps,
  describeStep,
  stateText,
} from "./transition.ts"

/** "a1: 0, nil; a2: 1, (1, B); sent prepare(0), a1: promise(0, nil)": a state in the names of its model. */
export function describeState(model: SpecModel, { acceptors, messages }: SpecState): string {
  const memories = acceptors.map((acceptor, a) => `${model.acceptors[a]}: ${memoryWords(acceptor)}`)
  const sent = [...messages.entries()].sort(([a], [b]) => (a < b ? -1 : 1))
  const words = sent.map(([, message]) => messageWords(model, message))
  return `${memories.join("; ")}; sent ${words.length === 0 ? "nothing" : words.join(", ")}`
}

/**
 * Why no step leads from one state to another: the messages unsent, sent together
 * or sent by a step that is not possible, or the memory that does not follow.
 */
export function whyNoStep(model: SpecModel, before: SpecState, after: SpecState): string {
  const onlyIn = (one: SpecState, other: SpecState): string[] =>
    [...one.messages.entries()]
      .filter(([key]) => !other.messages.has(key))
      .map(([, message]) => messageWords(model, message))
  const [unsent, sent] = [onlyIn(before, after), onlyIn(after, before)]
  if (unsent.length > 0) return `${unsent.join(", ")} was sent before and is not in msgs any more.`
  if (sent.length > 1) return `${sent.join(", ")} are sent at once; a step sends one message.`
  if (sent.length === 0) return `no message is sent, and yet ${changedMemories(model, before, after)}.`
  const right = successors(model, before).find((state) => sameMessages(state, after))
  if (right !== undefined) return `after ${sent[0]} it must be that ${changedMemories(model, after, right)}.`
  const possible = changingSteps(model, before).map((step) => describeStep(model, step))
  return `${sent[0]} cannot be sent here; the steps that are possible: ${possible.join(", ")}.`
}

function successors(model: SpecModel, state: SpecState): SpecState[] {
  return changingSteps(model, state).map((step) => applyStep(model, state, step))
}

/** Whether the same messages have been sent, whatever acceptors remember. */
function sameMessages(one: SpecState, other: SpecState): boolean {
  const messagesOf = ({ messages }: SpecState): string => stateText({ acceptors: [], messages })
  return messagesOf(one) === messagesOf(other)
}

/** "a1 is 0, nil and not 1, nil": where the memories of `to` are not those of `from`. */
function changedMemories(model: SpecModel, from: SpecState, to: SpecState): string {
  const changed = to.acceptors.flatMap((acceptor, a) => {
    const [is, was] = [memoryWords(acceptor), memoryWords(from.acceptors[a]!)]
    return is === was ? [] : [`${model.acceptors[a]} is ${is} and not ${was}`]
  })
  return changed.join(", ")
}

function memoryWords({ lastPromised, lastAccepted }: AcceptorState): string {
  return `${lastPromised ?? "nil"}, ${proposalWords(lastAccepted)}`
}

function proposalWords(proposal: Proposal | null): string {
  return proposal === null ? "nil" : `(${proposal.epoch}, ${valueName(proposal.value)})`
}

function messageWords(model: SpecModel, message: SpecMessage): string {
  switch (message.type) {
    case "prepare":
      return `prepare(${message.epoch})`
    case "promise":
      return `${model.acceptors[message.acceptor]}: promise(${message.epoch}, ${proposalWords(message.lastAccepted)})`
    case "propose":
      return `propose(${message.epoch}, ${valueName(message.value)})`
    case "accept":
      return `${model.acceptors[message.acceptor]}: accept(${message.epoch}, ${valueName(message.value)})`
  }
}
