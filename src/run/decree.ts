import { oncePer } from "../base/memo.ts"
import { InvariantError } from "../base/errors.ts"
import type { PaxosProperty } from "../check/paxos/facts.ts"
import { safety } from "../check/paxos/safety.ts"
import { Facts, type Judgement, judge } from "../check/property.ts"
import type { CaseSafety } from "../experiment/define.ts"
import type { Cluster } from "../protocol/paxos/cluster.ts"
import type { PaxosMessage } from "../protocol/paxos/messages.ts"
import type { PaxosRecord } from "../protocol/paxos/records.ts"
import type { Scenario } from "../world/simulate/scenario.ts"
import { type RunEnd, simulate } from "../world/simulate/simulate.ts"
import type { Observer } from "../world/simulate/trace.ts"
import { type RunMeasures, decreeMeasures } from "./decree-measures.ts"
import type { DecreeSetup } from "./decree-settings.ts"
import type { ClosedForm } from "./protocol.ts"
import { paxos } from "./protocols/paxos.ts"
import { replayCommand } from "./replay.ts"
import { runSafety } from "./safety.ts"
import { simulationOf } from "./simulation.ts"

export { proposedValue } from "./protocol.ts"

/** A cluster, and the scenario it is in. */
export interface ScenarioOfCluster {
  readonly cluster: Cluster
  readonly scenario: Scenario<PaxosMessage, PaxosRecord>
}

/**
 * The cluster and scenario of a setup and a seed. What does not depend on the seed is made once per
 * setup, since a sweep runs thousands of seeds of each.
 */
export function decreeScenario(setup: DecreeSetup, seed: number): ScenarioOfCluster {
  // What Paxos is given back are its own processes.
  return prepared(setup)(seed) as unknown as ScenarioOfCluster
}

const prepared = oncePer((setup: DecreeSetup) =>
  simulationOf({ protocol: paxos, conditions: setup, settings: setup }),
)

/** Whether a setup is safe with its quorums, independent of any run: by the requirements of its variant. */
export function decreeSafety(setup: DecreeSetup): CaseSafety {
  return runSafety(paxos, prepared(setup)(0).run)
}

/** What the measures of a setup come to in every run, by their names, where that is known. */
export function closedFormOf(setup: DecreeSetup): ClosedForm | null {
  return paxos.closedForm?.(prepared(setup)(0).run, setup) ?? null
}

/** A property that a run broke, and how to see it again. */
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

/** Simulates one instance, of a setup or of one that was prepared for many seeds; further observers see the trace as it is made. */
export function runDecree(
  setup: DecreeSetup,
  seed: number,
  ...observers: readonly Observer<PaxosMessage, PaxosRecord>[]
): DecreeRun {
  return runJudgedDecree(setup, seed, () => safety, ...observers)
}

/** The same with other properties than those of safety; their verdicts come with it. */
export function runJudgedDecree(
  setup: DecreeSetup,
  seed: number,
  propertiesFor: (cluster: Cluster) => readonly PaxosProperty[],
  ...observers: readonly Observer<PaxosMessage, PaxosRecord>[]
): DecreeRun & { readonly judgements: readonly Judgement[] } {
  const { cluster, scenario } = decreeScenario(setup, seed)
  const properties = propertiesFor(cluster)
  const facts = new Facts(cluster, [decreeMeasures, ...properties])
  const end = simulate(scenario, facts.observe, ...observers)
  const judgements = judge(properties, facts)
  const violations = judgements.flatMap((judgement) => violationOf(judgement, setup, seed))
  return { measures: decreeMeasures.read(facts), violations, end, judgements }
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

function violationOf({ name, verdict }: Judgement, setup: DecreeSetup, seed: number): RunViolation[] {
  if (verdict.verdict !== "violated") return []
  return [{ check: name, message: verdict.because, replay: replayCommand(setup, seed) }]
}
