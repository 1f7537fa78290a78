/** Histories of client operations, and checks of linearizability and session guarantees. */
export { type ReadHistory, type ReadOptions, readHistory } from "./formats/read-history.ts"
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
export { type SessionVerdict, checkSessionGuarantees } from "./session-guarantees.ts"
export type { Outline, Specification } from "./specification.ts"
export type { FailingWindow } from "./window.ts"
