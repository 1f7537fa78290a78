/** Properties of runs and of explored states, the proof they come from, and the mutants that they must catch. */
export * from "./disagreement.ts"
export {
  type ExploredPaxos,
  type ExploredProperty,
  type ExploredSubject,
  type PaxosMemory,
  type PaxosModel,
  type PaxosOutcome,
  type PaxosProperty as ExploredPaxosProperty,
  type PaxosTrace,
  decidedIn,
  exploredProperties,
  paxosModel,
  paxosProgress,
  paxosProperties,
  paxosStateText,
} from "./explored-paxos.ts"
export * from "./log/client-history.ts"
export type { LogEvent, LogFact, LogProperty, LogSubject } from "./log/facts.ts"
export * from "./paxos/mutants.ts"
export * from "./paxos/facts.ts"
export * from "./paxos/lemmas.ts"
export * from "./paxos/progress.ts"
export * from "./paxos/rules.ts"
export * from "./paxos/safety.ts"
export * from "./paxos/selections.ts"
export * from "./property.ts"
export * from "./state-property.ts"
export * from "./traffic.ts"
