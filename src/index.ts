/**
 * quorate as a library: the same values the command line works with. Below
 * this file nothing reads a clock, a file or the console, and everything runs
 * in a browser.
 */
export { ExperimentError, InvariantError, UsageError } from "./base/errors.ts"
export { type NodeSet, fullSet, has, members, nodeSet, size } from "./base/node-set.ts"
export { type Random, randomFromSeed } from "./base/random.ts"
export * as statistics from "./base/statistics/estimates.ts"
export type { Verdict } from "./base/verdict.ts"

export { catalogue } from "../quorums/index.ts"
export { quorumSystemFrom } from "../quorums/from-text.ts"
export { defineQuorumSystem } from "./quorum/define.ts"
export { type QuorumExpr, and, dual, node, or, threshold, weighted } from "./quorum/expression.ts"
export { everyPairMeets } from "./quorum/meet/intersect.ts"
export * as parameter from "./quorum/parameter.ts"
export { type Epoch, type QuorumPlan, constantPlan, piecewisePlan } from "./quorum/plan.ts"
export { type Replies, type Tally, tally } from "./quorum/meet/tally.ts"
export { type Requirement, requirementById, requirements } from "./quorum/meet/requirement.ts"
export {
  type NodeId,
  type Phase,
  type QuorumSystem,
  formatSet,
  namesOf,
  quorumSystem,
  setOf,
} from "./quorum/system.ts"

export * as analysis from "./analysis/index.ts"

export {
  type Actor,
  type Address,
  type Input,
  type Output,
  type Process,
  type Step,
  broadcast,
  send,
} from "./protocol/actor.ts"
export { type Cluster, paxosCluster } from "./protocol/paxos/cluster.ts"
export type { PaxosMessage } from "./protocol/paxos/messages.ts"

export * as latency from "./world/simulate/latency.ts"
export * as network from "./world/simulate/network.ts"
export type { Scenario } from "./world/simulate/scenario.ts"
export { simulate } from "./world/simulate/simulate.ts"
export { traceOf } from "./world/simulate/simulate.ts"
export type { TraceEvent } from "./world/simulate/trace.ts"
export { type RunMeasures, decreeMeasures } from "./run/decree-measures.ts"
export { safety } from "./check/paxos/safety.ts"
export * as history from "./history/index.ts"
export * as explore from "./world/index.ts"
export { type ExploredPaxos, paxosModel, paxosProperties } from "./check/explored-paxos.ts"

export { namedLatencies } from "../experiments/data/latencies.ts"
export * as column from "./experiment/column.ts"
export { type DecreeSetup, decreeDefaults } from "./run/decree-settings.ts"
export { defineExperiment } from "./experiment/define.ts"
export {
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
  defineProtocol,
} from "./run/protocol.ts"
export * as setting from "./run/setting.ts"
export { type LeaderLatency, leaderLatencies } from "./run/closed-form.ts"
export { type LogSetup, logDefaults } from "./run/log-settings.ts"
export { runLog } from "./run/log.ts"
export { runDecree } from "./run/decree.ts"
export { sweep } from "./experiment/sweep.ts"
export { type Table, intervalOf } from "./experiment/table.ts"
