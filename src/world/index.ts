/** Exploring, as a library: abstract Paxos, and any actors over a modelled network. The rest is how it is done. */
export { type SpecExploration, exploreSpec } from "./spec/explore.ts"
export { type Phase2Quorums, type SpecBounds, type SpecModel, specModel } from "./spec/model.ts"
export type { AcceptorState, Proposal, SpecMessage, SpecState, SpecStep } from "./spec/transition.ts"
export type { ActorOutcome } from "./explore/outcome.ts"
export type { SpecOutcome } from "./spec/outcome.ts"
export type { SymmetryOptions } from "./spec/symmetry.ts"
export {
  type AgreementViolation,
  type SpecTrace,
  describeViolation,
  explainViolation,
  runDescribedSteps as runSpec,
} from "./spec/trace.ts"
export { type Clause, type InductionFailure, checkInductive, paxosInvariant } from "./spec/inductive.ts"
export { type ActorExploration, type ActorSearchOptions, exploreActors } from "./explore/breadth-first.ts"
export { type FingerprintExploration, exploreDepthFirst } from "./explore/depth-first.ts"
export { type ActorSample, type SamplingOptions, type Strategy, sampleActors } from "./explore/sampling.ts"
export { type EventuallyLimits, checkEventually } from "./explore/eventually.ts"
export type { ActorMachine, Interner, Transition } from "./explore/machine.ts"
export type {
  ActorModel,
  Envelope,
  History,
  Local,
  NetworkKind,
  World,
  WorldEvent,
  WorldStep,
} from "./explore/model.ts"
export type { Property } from "./explore/model.ts"
export { type ActorTrace, describeActorStep, runDescribedSteps as runActors } from "./explore/trace.ts"
export { describeStep } from "./spec/transition.ts"
export type { SpecOptions, SpecProgress } from "./spec/memory.ts"
