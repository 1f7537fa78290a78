import { UsageError } from "../../base/errors.ts"
import type { CaseSafety } from "../../experiment/define.ts"
import { safeCells } from "../../experiment/safety.ts"
import { constantPlan, derivedNotes } from "../../quorum/plan.ts"
import type { QuorumSystem } from "../../quorum/system.ts"
import { violationDiagram } from "../../run/diagrams/spec.ts"
import { heldRemark, planSafety, safetyWarnings } from "../../run/safety.ts"
import { type SpecExploration, exploreSpec } from "../../world/spec/explore.ts"
import { checkInductive } from "../../world/spec/inductive.ts"
import { toItf } from "../../world/spec/itf.ts"
import { type SpecModel, specModel } from "../../world/spec/model.ts"
import { violationReplay } from "../../world/spec/replay-file.ts"
import { describeSymmetry } from "../../world/spec/symmetry.ts"
import { type Context, exitCodeOf } from "../shared/context.ts"
import { warnOfSafety } from "../shared/cautions.ts"
import { printJson } from "../shared/output.ts"
import type { Counterexample } from "./counterexample.ts"
import type { ExploreOptions } from "./options.ts"
import { exploreInParallel } from "./parallel.ts"

import { type ExploreReport, finishExploration, timed } from "./report.ts"
import type { SpecOptions } from "../../world/spec/memory.ts"
import { exploreProgress } from "../shared/progress.ts"

/** `quorate explore --model spec`. */
export async function runSpec(
  context: Context,
  systems: readonly QuorumSystem[],
  options: ExploreOptions,
): Promise<void> {
  const model = specModel(systems, { values: options.values ?? 2, epochs: options.epochs })
  const safeties = systems.map((system) => planSafety(constantPlan(system), ["4.4"]))
  const derived = systems.flatMap((system) => derivedNotes(constantPlan(system)))
  if (options.inductive) return runInductive(context, model, safeties[0]!, options)
  const symmetry = {
    acceptors: options.symmetry === "acceptors" || options.symmetry === "all",
    values: options.symmetry === "values" || options.symmetry === "all",
  }
  const progress = exploreProgress(context.io)
  const search: SpecOptions = {
    symmetry,
    maxBytes: options.memory,
    stopAtViolation: options.stopAtViolation,
    onProgress: progress.update,
    ...(options.maxStates !== undefined && { maxStates: options.maxStates }),
  }
  const { result, ...time } = await timed(async () =>
    options.workers === 1 ? exploreSpec(model, search) : exploreInParallel(model, search, options.workers),
  )
  progress.end()
  await finishExploration(
    context,
    options,
    { ...reportOf(model, result, describeSymmetry(model, symmetry), safeties), derived },
    time,
  )
}

function reportOf(
  model: SpecModel,
  result: SpecExploration,
  symmetry: string,
  safeties: readonly CaseSafety[],
): Omit<ExploreReport, "derived"> {
  const { distinct, generated, depth, complete, bytesMax, levels, outcomes } = result
  const names = outcomes.map(({ system }) => system)
  return {
    title: `${names.join(", ")}: abstract Paxos, ${model.values} values, ${model.epochs} epochs, symmetry ${symmetry}`,
    settings: {
      model: "spec",
      system: names[0],
      values: model.values,
      epochs: model.epochs,
      symmetry,
    },
    distinct,
    generated,
    depth,
    complete,
    bytesMax,
    verdicts: outcomes.map(({ system, verdict, stepsToViolation }, i) => ({
      of: system,
      verdict: verdict.verdict,
      because: verdict.because,
      stepsToViolation: stepsToViolation ?? null,
      safety: safeties[i]!,
    })),
    counterexample: counterexampleOf(outcomes),
    details: { levels },
  }
}

function counterexampleOf(outcomes: SpecExploration["outcomes"]): Counterexample | undefined {
  for (const { verdict } of outcomes) {
    if (verdict.verdict !== "violated") continue
    return {
      diagram: violationDiagram(verdict.witness),
      replay: violationReplay(verdict.witness),
      itf: toItf(verdict.witness.trace, verdict.witness.system, verdict.because),
    }
  }
  return undefined
}

/** The largest instance of the inductive check, in bits of a type-correct state: larger ones take hours. */
const maxInductiveBits = 14

async function runInductive(
  context: Context,
  model: SpecModel,
  safety: CaseSafety,
  options: ExploreOptions,
): Promise<void> {
  const size = model.acceptors.length * model.epochs * (1 + Math.log2(model.values + 1))
  if (size > maxInductiveBits) {
    throw new UsageError(
      `the inductive check enumerates all type-correct states, too many for ${model.acceptors.length} acceptors, ` +
        `${model.values} values and ${model.epochs} epochs. Try --values 1, --epochs 1, or two acceptors.`,
    )
  }
  const { result, ...time } = await timed(async () => checkInductive(model))
  const { verdict, because } = result
  if (options.format === "json") {
    const { values, epochs } = model
    const system = model.phase2[0]!.name
    printJson(context.io, {
      model: "spec",
      check: "inductive",
      system,
      values,
      epochs,
      verdict,
      because,
      ...safeCells(safety),
      ...time,
    })
  } else {
    context.io.out(
      `${model.phase2[0]!.name}: the inductive invariant of Paxos\n\nverdict  ${verdict}${verdict === "holds" ? heldRemark(safety) : ""}\nbecause  ${because}\n${safetyWarnings(
        safety,
      )
        .map((warning) => `WARNING  ${warning}\n`)
        .join("")}`,
    )
  }
  warnOfSafety(context.io, safety)
  context.end(exitCodeOf([result]))
}
