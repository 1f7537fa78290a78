import { members } from "../../base/node-set.ts"
import { type Verdict, holds, violated } from "../../base/verdict.ts"
import type { SpecModel } from "./model.ts"
import {
  type AcceptorState,
  type Proposal,
  type SpecMessage,
  type SpecState,
  type SpecStep,
  branches,
  decisions,
  describeState,
  describeStep,
  initialState,
  messageText,
} from "./transition.ts"

/** One conjunct of an invariant. */
export interface Clause {
  readonly name: string
  readonly holds: (state: SpecState, model: SpecModel) => boolean
}

/** A step out of the invariant, or a state in it that violates agreement (no step). */
export interface InductionFailure {
  readonly clause: string
  readonly state: SpecState
  readonly step?: SpecStep
}

/**
 * The inductive invariant of Paxos, as Lamport's proof of `Paxos.tla` has it,
 * with "quorum" read as phase-1 quorum in `proposalsAreSafe` (Howard, Malkhi
 * and Spiegelman 2016 prove Flexible Paxos with it).
 *
 * That an acceptor has accepted a value if and only if it has accepted an
 * epoch, a clause in Lamport's text, is here a matter of types; and
 * `acceptedWasPromised`, also his, follows from the two clauses after it.
 */
export const paxosInvariant: readonly Clause[] = [
  { name: "acceptedWasPromised", holds: acceptedWasPromised },
  { name: "memoryIsLastAcceptance", holds: memoryIsLastAcceptance },
  { name: "promisesAreKept", holds: promisesAreKept },
  { name: "reportsAreTrue", holds: reportsAreTrue },
  { name: "oneProposalPerEpoch", holds: oneProposalPerEpoch },
  { name: "proposalsAreSafe", holds: proposalsAreSafe },
  { name: "acceptancesAreOfProposals", holds: acceptancesAreOfProposals },
]

/**
 * Whether an invariant holds initially, is preserved by every step from every
 * type-correct state that satisfies it, reachable or not, and implies agreement.
 *
 * Where it does, agreement holds in every run of the model, and the argument does not depend on which
 * states are reachable. States that violate the invariant are skipped: `states` may omit them. Cost:
 * exponential in everything; for two or three acceptors and two epochs.
 *
 * It is the only check here that covers states no search has visited. In return, a failure may start in
 * an unreachable state, and then shows a gap in the invariant, not in the protocol.
 */
export function checkInductive(
  model: SpecModel,
  invariant: readonly Clause[] = paxosInvariant,
  states: Iterable<SpecState> = statesOfInvariant(model),
): Verdict<InductionFailure> {
  const failing = (state: SpecState): Clause | undefined =>
    invariant.find((clause) => !clause.holds(state, model))
  const start = failing(initialState(model))
  if (start !== undefined) return failed(model, { clause: start.name, state: initialState(model) })
  let checked = 0
  for (const state of states) {
    if (failing(state) !== undefined) continue
    checked++
    const failure = preservation(model, state, failing) ?? disagreement(model, state)
    if (failure !== undefined) return failed(model, failure)
  }
  return holds(`the invariant is inductive and implies agreement: ${checked} type-correct states satisfy it`)
}

/** The first step out of the invariant from a state in it, if there is one. */
function preservation(
  model: SpecModel,
  state: SpecState,
  failing: (state: SpecState) => Clause | undefined,
): InductionFailure | undefined {
  for (const { step, next } of branches(model, state)) {
    const clause = failing(next)
    if (clause !== undefined) return { clause: clause.name, state, step }
  }
  return undefined
}

/** A state of the invariant in which two values are decided: then it is too weak to be worth proving. */
function disagreement(model: SpecModel, state: SpecState): InductionFailure | undefined {
  const disagrees = model.phase2.some(
    ({ quorums }) => new Set(decisions(state, quorums).map(({ value }) => value)).size > 1,
  )
  return disagrees ? { clause: "agreement", state } : undefined
}

/** The verdict, in the words of a state and a step. */
function failed(model: SpecModel, failure: InductionFailure): Verdict<InductionFailure> {
  const { clause, state, step } = failure
  const from = `the state ${describeState(model, state)}`
  if (step === undefined) return violated(failure, `${clause} does not hold in ${from}`)
  return violated(failure, `the step ${describeStep(model, step)} breaks ${clause} from ${from}`)
}

type Promise1b = Extract<SpecMessage, { type: "promise" }>
type Accept2b = Extract<SpecMessage, { type: "accept" }>

/** The messages of one type ever sent. */
function ofType<T extends SpecMessage["type"]>(
  state: SpecState,
  type: T,
): Extract<SpecMessage, { type: T }>[] {
  return [...state.messages.values()].filter(
    (message): message is Extract<SpecMessage, { type: T }> => message.type === type,
  )
}

/** Whether an acceptor has ever accepted this very proposal. */
function hasAccepted(state: SpecState, acceptor: number, { epoch, value }: Proposal): boolean {
  return state.messages.has(messageText({ type: "accept", acceptor, epoch, value }))
}

/** Whether it has accepted anything in that epoch. */
function hasAcceptedIn(state: SpecState, acceptor: number, epoch: number): boolean {
  return ofType(state, "accept").some((message) => message.acceptor === acceptor && message.epoch === epoch)
}

/** e_acc ≤ e_pro. */
function acceptedWasPromised({ acceptors }: SpecState): boolean {
  return acceptors.every(
    ({ lastPromised, lastAccepted }) =>
      lastAccepted === null || (lastPromised !== null && lastAccepted.epoch <= lastPromised),
  )
}

/** What an acceptor remembers was accepted, and nothing was accepted in a later epoch. */
function memoryIsLastAcceptance(state: SpecState): boolean {
  const remembered = state.acceptors.every(
    ({ lastAccepted }, a) => lastAccepted === null || hasAccepted(state, a, lastAccepted),
  )
  const last = (message: Accept2b): number => state.acceptors[message.acceptor]!.lastAccepted?.epoch ?? -1
  return remembered && ofType(state, "accept").every((message) => message.epoch <= last(message))
}

/** No one has promised or accepted above its e_pro. */
function promisesAreKept(state: SpecState): boolean {
  const sent = [...ofType(state, "promise"), ...ofType(state, "accept")]
  return sent.every(({ acceptor, epoch }) => epoch <= (state.acceptors[acceptor]!.lastPromised ?? -1))
}

/** A promise's report was accepted, and nothing between it and the promise was. */
function reportsAreTrue(state: SpecState): boolean {
  return ofType(state, "promise").every((message: Promise1b) => {
    const { acceptor, epoch, lastAccepted } = message
    const between = (accepted: Accept2b): boolean =>
      accepted.acceptor === acceptor && accepted.epoch > (lastAccepted?.epoch ?? -1) && accepted.epoch < epoch
    const was = lastAccepted === null || hasAccepted(state, acceptor, lastAccepted)
    return was && !ofType(state, "accept").some(between)
  })
}

/** Lemma 9: an epoch has one value. */
function oneProposalPerEpoch(state: SpecState): boolean {
  const epochs = ofType(state, "propose").map(({ epoch }) => epoch)
  return new Set(epochs).size === epochs.length
}

/**
 * For every epoch below a proposal's there is a phase-1 quorum whose members
 * accepted the same value there, or accepted nothing there and never will.
 */
function proposalsAreSafe(state: SpecState, model: SpecModel): boolean {
  const harmless = (acceptor: number, epoch: number, value: number): boolean =>
    hasAccepted(state, acceptor, { epoch, value }) ||
    (!hasAcceptedIn(state, acceptor, epoch) && (state.acceptors[acceptor]!.lastPromised ?? -1) > epoch)
  return ofType(state, "propose").every(({ epoch, value }) =>
    range(epoch).every((below) =>
      model.phase1.some((quorum) => members(quorum).every((acceptor) => harmless(acceptor, below, value))),
    ),
  )
}

/** Nothing is accepted that was not proposed. */
function acceptancesAreOfProposals(state: SpecState): boolean {
  return ofType(state, "accept").every(({ epoch, value }) =>
    state.messages.has(messageText({ type: "propose", epoch, value })),
  )
}

function range(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i)
}

/** Every type-correct state: any memories, any set of messages. 2 to the number of messages: the tiniest models only. */
export function* typeCorrectStates(model: SpecModel): Generator<SpecState> {
  const proposals = allProposals(model)
  const memories = product<number | null, Proposal | null, AcceptorState>(
    [null, ...range(model.epochs)],
    [null, ...proposals],
    (lastPromised, lastAccepted) => ({ lastPromised, lastAccepted }),
  )
  const messages = allMessages(model)
  for (const acceptors of tuples(model.acceptors.map(() => memories))) {
    for (const sent of subsets(messages)) yield stateOf(acceptors, sent)
  }
}

/**
 * The type-correct states that can satisfy the Paxos invariant, built clause by
 * clause instead of filtered: at most one proposal per epoch, acceptances of
 * proposals only, memories that follow from them, promises and reports that
 * they allow. Whether the proposals are safe is left to the clause.
 */
export function* statesOfInvariant(model: SpecModel): Generator<SpecState> {
  const choices = range(model.epochs).map(() => [null, ...range(model.values)])
  for (const values of tuples(choices)) {
    const proposals = values.flatMap((value, epoch) => (value === null ? [] : [{ epoch, value }]))
    const locals = model.acceptors.map((_, acceptor) => [...acceptorParts(model, acceptor, proposals)])
    const prepares = [...subsets(range(model.epochs))].map((epochs) =>
      epochs.map((epoch): SpecMessage => ({ type: "prepare", epoch })),
    )
    const common = proposals.map((proposal): SpecMessage => ({ type: "propose", ...proposal }))
    for (const parts of tuples(locals)) {
      const sent = [...common, ...parts.flatMap((part) => part.sent)]
      const acceptors = parts.map(({ memory }) => memory)
      for (const prepare of prepares) yield stateOf(acceptors, [...prepare, ...sent])
    }
  }
}

/** One acceptor's memory and what it has sent: parts of different acceptors combine freely. */
interface AcceptorPart {
  readonly memory: AcceptorState
  readonly sent: readonly SpecMessage[]
}

/** What one acceptor can remember and have sent, given the proposals. */
function* acceptorParts(
  model: SpecModel,
  acceptor: number,
  proposals: readonly Proposal[],
): Generator<AcceptorPart> {
  for (const accepted of subsets(proposals)) {
    const lastAccepted = accepted[accepted.length - 1] ?? null
    const accepts = accepted.map((proposal): SpecMessage => ({ type: "accept", acceptor, ...proposal }))
    const min = lastAccepted?.epoch ?? -1
    for (let lastPromised = min; lastPromised < model.epochs; lastPromised++) {
      const memory = { lastPromised: lastPromised < 0 ? null : lastPromised, lastAccepted }
      const possible = range(lastPromised + 1).flatMap((epoch) => truePromises(acceptor, epoch, accepted))
      for (const promises of subsets(possible)) yield { memory, sent: [...accepts, ...promises] }
    }
  }
}

/** The promises of an epoch that report an acceptance, or none, with no acceptance between the two. */
function truePromises(acceptor: number, epoch: number, accepted: readonly Proposal[]): SpecMessage[] {
  return [null, ...accepted]
    .filter((report) => !accepted.some((other) => other.epoch > (report?.epoch ?? -1) && other.epoch < epoch))
    .map((lastAccepted) => ({ type: "promise", epoch, acceptor, lastAccepted }))
}

function allProposals(model: SpecModel): Proposal[] {
  return product(range(model.epochs), range(model.values), (epoch, value) => ({ epoch, value }))
}

function allMessages(model: SpecModel): SpecMessage[] {
  const proposals = allProposals(model)
  const acceptors = range(model.acceptors.length)
  const epochs = range(model.epochs)
  return [
    ...epochs.map((epoch): SpecMessage => ({ type: "prepare", epoch })),
    ...proposals.map((proposal): SpecMessage => ({ type: "propose", ...proposal })),
    ...product(acceptors, proposals, (acceptor, proposal): SpecMessage => ({
      type: "accept",
      acceptor,
      ...proposal,
    })),
    ...product(acceptors, epochs, (acceptor, epoch) => ({ acceptor, epoch })).flatMap(({ acceptor, epoch }) =>
      [null, ...proposals].map((lastAccepted): SpecMessage => ({
        type: "promise",
        acceptor,
        epoch,
        lastAccepted,
      })),
    ),
  ]
}

function stateOf(acceptors: readonly AcceptorState[], sent: readonly SpecMessage[]): SpecState {
  return { acceptors, messages: new Map(sent.map((message) => [messageText(message), message])) }
}

function product<A, B, C>(left: readonly A[], right: readonly B[], pair: (a: A, b: B) => C): C[] {
  return left.flatMap((a) => right.map((b) => pair(a, b)))
}

/** Every sublist, by binary counting; feasible for at most some thirty items. */
function* subsets<T>(items: readonly T[]): Generator<T[]> {
  for (let chosen = 0; chosen < 2 ** items.length; chosen++) {
    yield items.filter((_, i) => Math.floor(chosen / 2 ** i) % 2 === 1)
  }
}

function* tuples<T>(choices: readonly (readonly T[])[]): Generator<T[]> {
  const [first, ...rest] = choices
  if (first === undefined) {
    yield []
    return
  }
  for (const item of first) for (const others of tuples(rest)) yield [item, ...others]
}
