import { type ExperimentCatalogue, experimentCatalogue } from "../src/experiment/define.ts"
import analysisVsSimulation from "./analysis-vs-simulation.ts"
import availabilityUnderFaults from "./availability-under-faults.ts"
import availability from "./availability.ts"
import clockDrift from "./clock-drift.ts"
import counterexamples from "./counterexamples.ts"
import driftAndLeases from "./drift-and-leases.ts"
import duelling from "./duelling.ts"
import evenN from "./even-n.ts"
import failureTimeline from "./failure-timeline.ts"
import failures from "./failures.ts"
import fpaxosEvaluation from "./fpaxos-evaluation.ts"
import leaderFailure from "./leader-failure.ts"
import loadResilience from "./load-resilience.ts"
import mutations from "./mutations.ts"
import phase2Size from "./phase2-size.ts"
import randomRuns from "./random-runs.ts"
import readStrategies from "./read-strategies.ts"
import recoveryEpochs from "./recovery-epochs.ts"
import revisions from "./revisions.ts"
import seededBugs from "./seeded-bugs.ts"
import smallScope from "./small-scope.ts"
import systems from "./systems.ts"
import tailLatency from "./tail-latency.ts"
import unsafe from "./unsafe.ts"
import valueWithPrepare from "./value-with-prepare.ts"

/** Every experiment, in teaching order. */
export const experiments: ExperimentCatalogue = experimentCatalogue([
  phase2Size,
  systems,
  failures,
  duelling,
  revisions,
  valueWithPrepare,
  recoveryEpochs,
  clockDrift,
  unsafe,
  randomRuns,
  mutations,
  loadResilience,
  availability,
  evenN,
  analysisVsSimulation,
  smallScope,
  counterexamples,
  fpaxosEvaluation,
  leaderFailure,
  failureTimeline,
  availabilityUnderFaults,
  readStrategies,
  tailLatency,
  driftAndLeases,
  seededBugs,
])
