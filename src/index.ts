/**
 * quorate as a library: the same values the command line works with. Below
 * this file nothing reads a clock, a file or the console, and everything runs
 * in a browser.
 *
 * What is asked most stands here by itself; the rest of a room is under its
 * name: `analysis`, `paxos`, `explore`. What may load a solver is asynchronous,
 * everything else is not. Every type that a signature names is exported.
 */
export { load, capacity, resilience, failureProbability, check, safe } from "./questions.ts"
export type { SystemOrText, PlanOrText } from "./questions.ts"

// Quorum systems.
export { catalogue } from "../quorums/index.ts"
export { quorumPlanFrom, quorumSystemFrom } from "../quorums/from-text.ts"
export * from "./quorum/define.ts"
export * from "./quorum/expression.ts"
export * from "./quorum/plan.ts"
export * from "./quorum/system.ts"
export * from "./quorum/meet/tally.ts"
export * from "./quorum/meet/safety.ts"
export * from "./quorum/meet/requirement.ts"
export * from "./quorum/meet/intersect.ts"
export type { Answers, Meeting, Question, Side } from "./quorum/meet/question.ts"
export * as parameter from "./quorum/parameter.ts"
export * as analysis from "./analysis/index.ts"

// Protocols, and the world they run in.
export * from "./protocol/actor.ts"
export * as paxos from "./protocol/paxos/index.ts"
export { type Cluster, paxosCluster } from "./protocol/paxos/cluster.ts"
export type { PaxosMessage } from "./protocol/paxos/messages.ts"
export type { Variant } from "./protocol/paxos/variant.ts"
export type * as log from "./protocol/log/index.ts"
export { withClients } from "./protocol/log/cluster.ts"
export * as latency from "./world/simulate/latency.ts"
export type { Places } from "./world/simulate/latency-matrix.ts"
export * as network from "./world/simulate/network.ts"
export * as faults from "./world/faults/index.ts"
export * from "./world/simulate/scenario.ts"
export { type RunEnd, simulate, traceOf } from "./world/simulate/simulate.ts"
export type {
  Observer,
  Reported,
  SelectiveObserver,
  TraceEvent,
  TraceEventType,
  Transfer,
  Watching,
} from "./world/simulate/trace.ts"
export { combinedHash } from "./world/simulate/trace-hash.ts"
export * as explore from "./world/index.ts"

// What is checked of them.
export * as checks from "./check/index.ts"
export { type ExploredPaxos, paxosModel, paxosProperties } from "./check/explored-paxos.ts"
export { safety } from "./check/paxos/safety.ts"
export * as history from "./history/index.ts"

// Runs by their settings, and what is measured of them.
export {
  type ClosedForm,
  type ExploredModel,
  type FactsOf,
  type MessageForm,
  type MessageForms,
  type Protocol,
  type ProtocolCluster,
  type ProtocolEvent,
  type ProtocolMutant,
  type ProtocolProperty,
  type ProtocolRun,
  type TraceJudged,
  defineProtocol,
} from "./run/protocol.ts"
export {
  type ProtocolRunResult,
  type Simulation,
  type SimulationRun,
  runProtocol,
  simulationOf,
} from "./run/simulation.ts"
export * as setting from "./run/setting.ts"
export * from "./run/from-text.ts"
export * from "./run/safety.ts"
export { type ClockRate, formatBackOff } from "./run/common-settings.ts"
export * from "./run/decree-settings.ts"
export * from "./run/decree.ts"
export * from "./run/decree-measures.ts"
export * from "./run/protocol-measures.ts"
export * from "./run/log-settings.ts"
export {
  type LogMeasure,
  type LogMutant,
  type LogProtocol,
  type LogProtocolRun,
  type LogSwarm,
  defineLogProtocol,
} from "./run/log-protocol.ts"
export { multiPaxos } from "./run/protocols/multi-paxos.ts"
export * from "./run/log-placement.ts"
export * from "./run/log.ts"
export * from "./run/log-measures.ts"
export * from "./run/closed-form.ts"
export * from "./run/latency-histogram.ts"
export * from "./run/drawn-quorums.ts"
export * from "./run/exploration.ts"
export * from "./run/random-decree.ts"
export * from "./run/random-variant.ts"
export * from "./run/replay.ts"
export * as swarm from "./run/swarm.ts"
export type { SwarmSetup } from "./run/swarm-settings.ts"
export { type SeededBug, knownBugs } from "./run/bugs.ts"
export * as diagram from "./run/diagrams/index.ts"
export { namedLatencies } from "../experiments/data/latencies.ts"

// Experiments, tables and figures.
export * from "./experiment/define.ts"
export type { Chunk, ChunkResult, Executor } from "./experiment/executor.ts"
export type { Stopping } from "./experiment/stopping.ts"
export * from "./experiment/sweep.ts"
export * from "./experiment/safety.ts"
export * from "./experiment/measured.ts"
export * from "./experiment/table.ts"
export * as column from "./experiment/column.ts"
export * as figure from "./experiment/figure/index.ts"

// What they are made of.
export { ExperimentError, InvariantError, UsageError } from "./base/errors.ts"
export { once, oncePer } from "./base/memo.ts"
export * from "./base/node-set.ts"
export * from "./base/random.ts"
export * from "./base/verdict.ts"
export * as statistics from "./base/statistics/index.ts"
