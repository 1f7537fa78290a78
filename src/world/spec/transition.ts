import { UsageError } from "../../base/errors.ts"
import { members } from "../../base/node-set.ts"
import { type SpecModel, valueName } from "./model.ts"

/** A value proposed in an epoch. Values are numbers from 0; `valueName` prints them. */
export interface Proposal {
  readonly epoch: number
  readonly value: number
}

/** What an acceptor remembers: nothing (null) before its first promise, or its first acceptance. */
export interface AcceptorState {
  readonly lastPromised: number | null
  readonly lastAccepted: Proposal | null
}

/** A message of abstract Paxos; acceptors are positions in the model's list. */
export type SpecMessage =
  | { readonly type: "prepare"; readonly epoch: number }
  | {
      readonly type: "promise"
      readonly epoch: number
      readonly acceptor: number
      readonly lastAccepted: Proposal | null
    }
  | { readonly type: "propose"; readonly epoch: number; readonly value: number }
  | { readonly type: "accept"; readonly epoch: number; readonly acceptor: number; readonly value: number }

/** A state written out: the acceptors, and the set of all messages ever sent by their text. */
export interface SpecState {
  readonly acceptors: readonly AcceptorState[]
  readonly messages: ReadonlyMap<string, SpecMessage>
}

/**
 * One action. `quorum` is the phase-1 quorum (a set of acceptors) whose
 * promises allow the proposal.
 */
export type SpecStep =
  | { readonly action: "prepare"; readonly epoch: number }
  | { readonly action: "promise"; readonly epoch: number; readonly acceptor: number }
  | { readonly action: "propose"; readonly epoch: number; readonly value: number; readonly quorum: number }
  | { readonly action: "accept"; readonly epoch: number; readonly acceptor: number }

/** Nothing promised, accepted or sent. */
export function initialState(model: SpecModel): SpecState {
  const blank: AcceptorState = { lastPromised: null, lastAccepted: null }
  return { acceptors: model.acceptors.map(() => blank), messages: new Map() }
}

/**
 * Every action branch of a state with the state it leads to: the transition
 * system of Lamport's `Paxos.tla`, read off the page.
 *
 * Obvious and slow: what the packed search is tested against, what steps
 * through replays, and what the inductive check runs. In any state, reachable
 * or not, a branch is yielded even if it changes nothing.
 */
export function* branches(
  model: SpecModel,
  state: SpecState,
): Generator<{ step: SpecStep; next: SpecState }> {
  for (let epoch = 0; epoch < model.epochs; epoch++) {
    yield { step: { action: "prepare", epoch }, next: send(state, { type: "prepare", epoch }) }
  }
  const sent = [...state.messages.values()]
  for (const message of sent) {
    if (message.type !== "prepare" && message.type !== "propose") continue
    for (let acceptor = 0; acceptor < model.acceptors.length; acceptor++) {
      const next =
        message.type === "prepare"
          ? promise(state, acceptor, message.epoch)
          : accept(state, acceptor, message)
      const action = message.type === "prepare" ? "promise" : "accept"
      if (next !== undefined) yield { step: { action, epoch: message.epoch, acceptor }, next }
    }
  }
  yield* proposals(model, state, sent)
}

/** Phase2a: in an epoch without a proposal, every value that some phase-1 quorum of promises allows. */
function* proposals(
  model: SpecModel,
  state: SpecState,
  sent: readonly SpecMessage[],
): Generator<{ step: SpecStep; next: SpecState }> {
  for (let epoch = 0; epoch < model.epochs; epoch++) {
    if (sent.some(({ type, epoch: other }) => type === "propose" && other === epoch)) continue
    for (const quorum of model.phase1) {
      for (const value of allowedBy(model, sent, epoch, quorum)) {
        const step: SpecStep = { action: "propose", epoch, value, quorum }
        yield { step, next: send(state, { type: "propose", epoch, value }) }
      }
    }
  }
}

/** The values the promises of a quorum allow, one entry per branch; none if a member has not promised. */
function allowedBy(model: SpecModel, sent: readonly SpecMessage[], epoch: number, quorum: number): number[] {
  const inside = members(quorum)
  const promises = sent.filter(
    (message) => message.type === "promise" && message.epoch === epoch && inside.includes(message.acceptor),
  ) as Extract<SpecMessage, { type: "promise" }>[]
  if (!inside.every((acceptor) => promises.some((message) => message.acceptor === acceptor))) return []
  const reports = promises.flatMap(({ lastAccepted }) => (lastAccepted === null ? [] : [lastAccepted]))
  if (reports.length === 0) return Array.from({ length: model.values }, (_, value) => value)
  const latest = Math.max(...reports.map((report) => report.epoch))
  return reports.filter((report) => report.epoch === latest).map(({ value }) => value)
}

/**
 * Phase1b: to an epoch above the last promised. Stricter than Algorithm 4, which replies to a repeated
 * prepare again: a set of messages has no duplicates.
 */
function promise(state: SpecState, acceptor: number, epoch: number): SpecState | undefined {
  const { lastPromised, lastAccepted } = state.acceptors[acceptor]!
  if (lastPromised !== null && epoch <= lastPromised) return undefined
  const next = withAcceptor(state, acceptor, { lastPromised: epoch, lastAccepted })
  return send(next, { type: "promise", epoch, acceptor, lastAccepted })
}

/** Phase2b: in an epoch not below the last promised; an acceptance promises its epoch as well. */
function accept(state: SpecState, acceptor: number, { epoch, value }: Proposal): SpecState | undefined {
  const { lastPromised } = state.acceptors[acceptor]!
  if (lastPromised !== null && epoch < lastPromised) return undefined
  const next = withAcceptor(state, acceptor, { lastPromised: epoch, lastAccepted: { epoch, value } })
  return send(next, { type: "accept", epoch, acceptor, value })
}

function withAcceptor(state: SpecState, acceptor: number, changed: AcceptorState): SpecState {
  return { ...state, acceptors: state.acceptors.map((old, i) => (i === acceptor ? changed : old)) }
}

/** The state with a message among those sent. The set never shrinks: nothing is ever too late to arrive. */
function send(state: SpecState, message: SpecMessage): SpecState {
  const key = messageText(message)
  if (state.messages.has(key)) return state
  return { ...state, messages: new Map([...state.messages, [key, message]]) }
}

/** The state a step leads to. Throws UsageError, with the reason, if the step is not possible. */
export function applyStep(model: SpecModel, state: SpecState, step: SpecStep): SpecState {
  const wanted = JSON.stringify(step)
  for (const branch of branches(model, state)) {
    if (JSON.stringify(branch.step) === wanted) return branch.next
  }
  throw new UsageError(
    `the step ${describeStep(model, step)} is not possible in this state; the steps that change the state are:\n` +
      changingSteps(model, state)
        .map((possible) => `  ${describeStep(model, possible)}`)
        .join("\n"),
  )
}

/** The steps that lead to another state, each once; proposals of one value by several quorums are several steps. */
export function changingSteps(model: SpecModel, state: SpecState): SpecStep[] {
  const steps = new Map<string, SpecStep>()
  for (const { step, next } of branches(model, state)) {
    if (next.messages.size > state.messages.size) steps.set(JSON.stringify(step), step)
  }
  return [...steps.values()]
}

/** "prepare(1)", "a2: promise(1)", "propose(1, B) by {a2 a3}", "a2: accept(1)". */
export function describeStep(model: SpecModel, step: SpecStep): string {
  if (step.action === "prepare") return `prepare(${step.epoch})`
  if (step.action !== "propose") return `${model.acceptors[step.acceptor]}: ${step.action}(${step.epoch})`
  const quorum = members(step.quorum).map((acceptor) => model.acceptors[acceptor])
  return `propose(${step.epoch}, ${valueName(step.value)}) by {${quorum.join(" ")}}`
}

/** A text that tells messages apart: the key of the set of messages. */
export function messageText(message: SpecMessage): string {
  switch (message.type) {
    case "prepare":
      return `prepare ${message.epoch}`
    case "promise":
      return `promise ${message.epoch} ${message.acceptor} ${proposalText(message.lastAccepted)}`
    case "propose":
      return `propose ${message.epoch} ${message.value}`
    case "accept":
      return `accept ${message.epoch} ${message.acceptor} ${message.value}`
  }
}

function proposalText(proposal: Proposal | null): string {
  return proposal === null ? "nil" : `${proposal.epoch}:${proposal.value}`
}

/** A text that tells states apart. */
export function stateText(state: SpecState): string {
  const acceptors = state.acceptors.map(
    ({ lastPromised, lastAccepted }) => `${lastPromised ?? "nil"}/${proposalText(lastAccepted)}`,
  )
  return [...acceptors, ...[...state.messages.keys()].sort()].join("; ")
}

/** By value: the first epoch, and a phase-2 quorum, in which it was accepted by the whole quorum. */
export function decisions(
  state: SpecState,
  quorums: readonly number[],
): (Proposal & { readonly quorum: number })[] {
  const accepted = new Map<string, Proposal & { quorum: number }>()
  for (const message of state.messages.values()) {
    if (message.type !== "accept") continue
    const { epoch, value, acceptor } = message
    const key = `${epoch} ${value}`
    accepted.set(key, { epoch, value, quorum: (accepted.get(key)?.quorum ?? 0) | (1 << acceptor) })
  }
  const found = [...accepted.values()].sort((a, b) => a.epoch - b.epoch || a.value - b.value)
  return found.flatMap(({ epoch, value, quorum: by }) => {
    const quorum = quorums.find((candidate) => (candidate & ~by) === 0)
    return quorum === undefined ? [] : [{ epoch, value, quorum }]
  })
}

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

/** Whether the same messages have been sent, independent of the acceptors' states. */
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
