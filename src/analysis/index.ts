/** The analyses, in the order of docs/analysis.md. Everything else in this folder is how they are done. */
export { type Analysis, type AnalysisOptions, type PhaseAnalysis, analyse } from "./analyse.ts"
export { type QuorumCensus, liveCounts, quorumCensus } from "./counts.ts"
export { type Overlap, smallestOverlap } from "./overlap.ts"
export { type Survival, resilience, resilienceOfPair, smallestKillingSet, survival } from "./resilience.ts"
export {
  type FaultDomain,
  type NodeOptions,
  type NodeProperties,
  type NodeTable,
  nodeTable,
} from "./nodes.ts"
export { type Phase1Fraction, type WorkloadPoint, workloadOf } from "./workload.ts"
export {
  type Strategy,
  type StrategyMeasures,
  type WeightedQuorum,
  measureStrategy,
  quorumSampler,
  strategyOf,
  uniformStrategy,
} from "./strategy.ts"
export {
  type OptimalStrategy,
  type StrategyRequest,
  optimalStrategy,
  optimalValue,
} from "./optimal-strategy.ts"
export {
  type FailureProbability,
  type Failures,
  type Sampling,
  eitherPhaseFails,
  failureProbability,
} from "./availability.ts"
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
} from "./distribution.ts"
export { type DelayLaw, meanOf, roundTrip } from "./round-trip.ts"
export { delayQuantile, meanDelay, quorumDelay, quorumLatency } from "./latency.ts"
export { type FoundSystem, type SearchRequest, type SearchResult, search } from "./search.ts"
