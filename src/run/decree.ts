import { InvariantError } from "../base/errors.ts"
import type { TraceCheck } from "../check/check.ts"
import { safetyChecks } from "../check/safety.ts"
import { Measuring, type RunMeasures } from "./decree-measures.ts"
import type { Cluster } from "../protocol/paxos/cluster.ts"
import type { PaxosMessage, PaxosRecord } from "../protocol/paxos/messages.ts"
import { type RunEnd, simulate } from "../world/simulate/simulate.ts"
import type { Observer } from "../world/simulate/trace.ts"
import { decreeScenario } from "./decree-scenario.ts"
import type { DecreeSetup } from "./decree-setup.ts"
import { replayCommand } from "./replay-command.ts"

export { decreeScenario, proposedValue } from "./decree-scenario.ts"

/** A safety property that a run broke, and how to see it again. */
export interface RunViolation {
  readonly check: string
  readonly message: string
  readonly replay: string
}

/** A run of one instance: what was measured, and which safety checks failed. */
export interface DecreeRun {
  readonly measures: RunMeasures
  /** One entry for each safety check that failed: none, if the quorums meet. */
  readonly violations: readonly RunViolation[]
  readonly end: RunEnd
}

/** Simulates one instance; further observers see the trace as it is made. */
export function runDecree(
  setup: DecreeSetup,
  seed: number,
  ...observers: readonly Observer<PaxosMessage, PaxosRecord>[]
): DecreeRun {
  return runJudgedDecree(setup, seed, safetyChecks, ...observers)
}

/** The same before other checks than those of safety; their verdicts come with it. */
export function runJudgedDecree(
  setup: DecreeSetup,
  seed: number,
  checksFor: (cluster: Cluster) => readonly TraceCheck[],
  ...observers: readonly Observer<PaxosMessage, PaxosRecord>[]
): DecreeRun & { readonly checks: readonly TraceCheck[] } {
  const { cluster, scenario } = decreeScenario(setup, seed)
  const measuring = new Measuring(cluster)
  const checks = checksFor(cluster)
  const observeChecks = checks.map(
    (check): Observer<PaxosMessage, PaxosRecord> =>
      (event) =>
        check.observe(event),
  )
  const end = simulate(scenario, measuring.observe, ...observeChecks, ...observers)
  const violations = checks.flatMap((check) => violationOf(check, setup, seed))
  return { measures: measuring.result, violations, end, checks }
}

/** The same, where a violation would be a defect of this program: it is thrown, with its replay, never averaged. */
export function runSafeDecree(
  setup: DecreeSetup,
  seed: number,
  ...observers: readonly Observer<PaxosMessage, PaxosRecord>[]
): DecreeRun {
  const run = runDecree(setup, seed, ...observers)
  const [violation] = run.violations
  if (violation !== undefined) {
    throw new InvariantError(
      `${setup.plan.name}, seed ${seed}: ${violation.check} was violated: ${violation.message}.`,
      violation.replay,
    )
  }
  return run
}

function violationOf(check: TraceCheck, setup: DecreeSetup, seed: number): RunViolation[] {
  const verdict = check.verdict()
  if (verdict.verdict !== "violated") return []
  return [{ check: check.name, message: verdict.because, replay: replayCommand(setup, seed) }]
}
