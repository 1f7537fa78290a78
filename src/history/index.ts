/** Histories of client operations, and checks of linearizability and session guarantees. */
export {
  type HistoryFormat,
  type HistoryModel,
  type ReadHistory,
  type ReadOptions,
  readHistory,
} from "./formats/read-history.ts"
export type { Lines } from "./formats/recorded-event.ts"
export type { CellOutput, Content } from "./cell.ts"
export { writeJsonLines } from "./formats/json-lines.ts"
export { type KeyValueInput, type KeyValueOutput, keyValueStore } from "./key-value.ts"
export {
  type LinearizabilityOptions,
  type LinearizabilityVerdict,
  LinearizabilityCheck,
  checkLinearizability,
} from "./linearizability.ts"
export {
  type History,
  type Operation,
  type TimedOperation,
  historyFromTimes,
  historyOf,
  neverReturned,
} from "./operation.ts"
export { HistoryRecorder } from "./recorder.ts"
export {
  type KeyValueOperation,
  type SessionGuarantee,
  type SessionVerdict,
  type SessionWitness,
  checkSessionGuarantees,
} from "./session-guarantees.ts"
export type { Answered, Effect, Origin, Outline, Specification, StateKey } from "./specification.ts"
export type { FailingWindow } from "./window.ts"
