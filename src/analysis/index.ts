/** The analyses, in the order of docs/analysis.md. Everything else in this folder is how they are done. */
export {
  type Analysis,
  type AnalysisOptions,
  type PhaseAnalysis,
  type StrategySummary,
  type UsedQuorum,
  analyse,
} from "./analyse.ts"
export type { Analysed, Tier } from "./exact/formula.ts"
export { type QuorumCensus, liveCounts, quorumCensus } from "./exact/counts.ts"
export { type Overlap, smallestOverlap } from "./exact/resilience.ts"
export {
  type Survival,
  resilience,
  resilienceOfPair,
  smallestKillingSet,
  survival,
} from "./exact/resilience.ts"
export {
  type FaultDomain,
  type NodeOptions,
  type NodeProperties,
  type NodeTable,
  type PhasePair,
  nodeTable,
} from "./nodes.ts"
export { type Phase1Fraction, type WorkloadPoint, workloadOf } from "./strategy/workload.ts"
export {
  type Strategy,
  type StrategyMeasures,
  type WeightedQuorum,
  measureStrategy,
  quorumSampler,
  strategyOf,
  uniformStrategy,
} from "./strategy/strategy.ts"
export type { Measure } from "./strategy/program.ts"
export {
  type OptimalStrategy,
  type StrategyRequest,
  type StrategyValue,
  optimalMeasures,
  optimalStrategy,
  optimalValue,
} from "./strategy/optimal.ts"
export type { Deadline } from "./strategy/solver.ts"
export {
  type FailureProbability,
  type Failures,
  type Sampling,
  eitherPhaseFails,
  failureProbability,
} from "./exact/availability.ts"
export {
  type DelayDistribution,
  constantDelay,
  erlangDelay,
  exponentialDelay,
  lognormalDelay,
  lossy,
  measuredDelay,
  normalDelay,
  twoUniformDelays,
  uniformDelay,
} from "./delay-law.ts"
export { type DelayLaw, meanOf, roundTrip } from "./delay-law.ts"
export { delayQuantile, meanDelay, quorumDelay, quorumLatency } from "./latency.ts"
export {
  type FoundSystem,
  type SearchProgress,
  type SearchRequest,
  type SearchResult,
  describeNothing,
  search,
} from "./search.ts"
