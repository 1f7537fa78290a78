import { InvariantError, UsageError } from "../../base/errors.ts"
import { members } from "../../base/node-set.ts"
import { type Layout, acceptField, promiseField } from "./layout.ts"
import { type Phase2Quorums, type SpecModel, valueName } from "./model.ts"
import {
  type Proposal,
  type SpecState,
  type SpecStep,
  applyStep,
  changingSteps,
  decisions,
  describeStep,
  initialState,
} from "./transition.ts"

/** A run of abstract Paxos: `states[i]` is the state before `steps[i]`; the last state has no step. */
export interface SpecTrace {
  readonly model: SpecModel
  readonly steps: readonly SpecStep[]
  readonly states: readonly SpecState[]
}

/**
 * A shortest run to two decisions, and why it could happen.
 *
 * The proposal of the second value was allowed by a phase-1 quorum that shares
 * no acceptor with the phase-2 quorum of the first: had they shared one, its
 * promise would have reported the first value.
 */
export interface AgreementViolation {
  readonly system: string
  readonly trace: SpecTrace
  /** The decision of the lower epoch. */
  readonly first: Proposal & { readonly quorum: number }
  /** The decision of another value. */
  readonly second: Proposal & { readonly quorum: number }
  /** The first proposal above `first` of another value, with its phase-1 quorum, disjoint from `first.quorum`. */
  readonly culprit: Proposal & { readonly quorum: number }
}

/** The states a run of steps goes through. Throws UsageError at a step that is not possible. */
export function runSteps(model: SpecModel, steps: readonly SpecStep[]): SpecTrace {
  const states = [initialState(model)]
  for (const step of steps) states.push(applyStep(model, states[states.length - 1]!, step))
  return { model, steps, states }
}

/** The same for steps given as `describeStep` writes them. */
export function runDescribedSteps(model: SpecModel, descriptions: readonly string[]): SpecTrace {
  const steps: SpecStep[] = []
  let state = initialState(model)
  for (const wanted of descriptions) {
    const step = changingSteps(model, state).find((possible) => describeStep(model, possible) === wanted)
    if (step === undefined)
      throw new UsageError(`the step ${wanted} is not possible after ${steps.length} steps.`)
    steps.push(step)
    state = applyStep(model, state, step)
  }
  return runSteps(model, steps)
}

/**
 * A shortest run to a packed state, epoch by epoch: prepare, promises, proposal,
 * acceptances.
 *
 * Every run to a state has as many steps as the state has messages. Sending
 * them in the order of their epochs is always possible when any order is:
 * promises and acceptances of lower epochs never wait for higher ones, and no
 * report changes, since an acceptor that has promised an epoch accepts nothing
 * below it. The run is executed step by step here, so a mistake in that
 * argument or in the search is an InvariantError and not a wrong trace.
 */
export function traceTo(model: SpecModel, layout: Layout, packed: Uint32Array): SpecTrace {
  const trace: { steps: SpecStep[]; states: SpecState[] } = { steps: [], states: [initialState(model)] }
  const take = (wanted: (step: SpecStep) => boolean): void => {
    const state = trace.states[trace.states.length - 1]!
    const step = changingSteps(model, state).find(wanted)
    if (step === undefined) {
      throw new InvariantError(
        `no run leads to the state ${[...packed].join(" ")} found by the search, from step ${trace.steps.length + 1} on.`,
      )
    }
    trace.steps.push(step)
    trace.states.push(applyStep(model, state, step))
  }
  for (let epoch = 0; epoch < model.epochs; epoch++) takeEpoch(layout, packed, epoch, take)
  return { model, ...trace }
}

function takeEpoch(
  layout: Layout,
  packed: Uint32Array,
  epoch: number,
  take: (wanted: (step: SpecStep) => boolean) => void,
): void {
  const promises = promiseField(layout, packed, 0, epoch)
  const accepts = acceptField(layout, packed, 0, epoch)
  const proposal = accepts >>> layout.acceptors
  if (promises >>> layout.acceptors !== 0) take((step) => step.action === "prepare" && step.epoch === epoch)
  for (const acceptor of members(promises & layout.everyone)) {
    take((step) => step.action === "promise" && step.epoch === epoch && step.acceptor === acceptor)
  }
  if (proposal !== 0) {
    take((step) => step.action === "propose" && step.epoch === epoch && step.value === proposal - 1)
  }
  for (const acceptor of members(accepts & layout.everyone)) {
    take((step) => step.action === "accept" && step.epoch === epoch && step.acceptor === acceptor)
  }
}

/** The violation at the end of a trace; throws InvariantError if it ends in agreement. */
export function explainViolation(trace: SpecTrace, system: Phase2Quorums): AgreementViolation {
  const found = decisions(trace.states[trace.states.length - 1]!, system.quorums)
  const first = found[0]
  const second = found.find(({ value }) => first !== undefined && value !== first.value)
  // By theorem 13 there is no such proposal where quorums meet: the first one is where the proof breaks.
  const culprit = trace.steps.find(
    (step) =>
      step.action === "propose" &&
      first !== undefined &&
      step.epoch > first.epoch &&
      step.value !== first.value,
  )
  if (first === undefined || second === undefined || culprit?.action !== "propose") {
    throw new InvariantError(`the trace does not violate agreement for ${system.name}.`)
  }
  const { epoch, value, quorum } = culprit
  return { system: system.name, trace, first, second, culprit: { epoch, value, quorum } }
}

/** What happened, in a sentence or two, for the acceptors' names of the model. */
export function describeViolation({ trace, first, second, culprit }: AgreementViolation): string {
  const { acceptors } = trace.model
  const show = (set: number): string =>
    `{${members(set)
      .map((a) => acceptors[a])
      .join(" ")}}`
  return (
    `${valueName(first.value)} is decided in epoch ${first.epoch} by ${show(first.quorum)} and ` +
    `${valueName(second.value)} in epoch ${second.epoch} by ${show(second.quorum)}: ` +
    `the phase-1 quorum ${show(culprit.quorum)} that allowed proposing ${valueName(culprit.value)} in epoch ` +
    `${culprit.epoch} shares no acceptor with the phase-2 quorum ${show(first.quorum)}.`
  )
}
