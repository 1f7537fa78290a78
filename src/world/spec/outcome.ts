import { type Verdict, holds, unknown, violated } from "../../base/verdict.ts"
import { layoutOf } from "./layout.ts"
import type { SpecModel } from "./model.ts"
import { type AgreementViolation, describeViolation, explainViolation, traceTo } from "./trace.ts"

/** The outcome of an exploration for one phase-2 system. */
export interface SpecOutcome {
  readonly system: string
  readonly verdict: Verdict<AgreementViolation>
  /** The number of steps of the shortest violation. */
  readonly stepsToViolation?: number
}

/**
 * The outcomes of a search, by phase-2 system: violated where there is a
 * witness (a packed state), else what the search can say: `stopped` is why it
 * did not see every state, if it did not.
 */
export function specOutcomes(
  model: SpecModel,
  witnesses: readonly (Uint32Array | undefined)[],
  distinct: number,
  stopped: string | undefined,
): SpecOutcome[] {
  const scope = `${model.values} values, ${model.epochs} epochs`
  return model.phase2.map((system, i) => {
    const witness = witnesses[i]
    if (witness !== undefined) {
      const trace = traceTo(model, layoutOf(model), witness)
      const violation = explainViolation(trace, system)
      const verdict = violated(violation, describeViolation(violation))
      return { system: system.name, verdict, stepsToViolation: trace.steps.length }
    }
    const verdict =
      stopped === undefined
        ? holds(`all ${distinct} reachable states agree (${scope})`)
        : unknown(`${stopped}, no violation among them (${scope})`)
    return { system: system.name, verdict }
  })
}
