import { defaultProtocol } from "../../run/common-settings.ts"
import { UsageError } from "../../base/errors.ts"
import { randomFromSeed } from "../../base/random.ts"
import {
  type Exploration,
  type ExplorationModel,
  type ExplorationOutcome,
  type ExplorationProperty,
  explainViolation,
  explorationDiagram,
} from "../../run/exploration.ts"
import { derivedNotes } from "../../quorum/plan.ts"
import { runSafety } from "../../run/safety.ts"
import { exploreActors } from "../../world/explore/breadth-first.ts"
import { exploreDepthFirst } from "../../world/explore/depth-first.ts"
import { type Strategy, sampleActors } from "../../world/explore/sampling.ts"
import { actorReplay } from "../replay/actors.ts"
import type { Context } from "../shared/context.ts"
import type { Counterexample } from "./counterexample.ts"
import { type ExplorationWords, readExploration, settingWords } from "./exploration.ts"
import type { ExploreOptions } from "./options.ts"

import { type ExploreReport, finishExploration, timed } from "./report.ts"
import { readPlan } from "../shared/system-argument.ts"
import { exploreProgress } from "../shared/progress.ts"

/** The result of a search, whatever its strategy. */
interface Found {
  readonly distinct: number
  readonly generated: number
  readonly depth: number
  readonly complete: boolean
  readonly bytesMax: number
  readonly outcomes: readonly ExplorationOutcome[]
  /** Further keys of the JSON. */
  readonly details: Readonly<Record<string, unknown>>
}

/** `quorate explore --model actors`. */
export async function runActors(context: Context, text: string, options: ExploreOptions): Promise<void> {
  const { protocol, proposers, epochs, network, lossy, timeouts, crashes, mutant } = options
  if (options.values !== undefined && options.values !== proposers) {
    throw new UsageError(
      "--values requires --model spec; with --model actors each proposer has its own value: try --proposers.",
    )
  }
  const isOwn = /^\s*own\(/.test(text)
  const system = isOwn ? text.trim() : (await readPlan(text)).name
  const own = await settingWords(protocol, options)
  const conditions = { epochs, network, lossy, timeouts, crashes }
  const words: ExplorationWords = {
    ...{ protocol, system, ...own, proposers, ...conditions },
    ...(mutant !== undefined && { mutant }),
  }
  const exploration = await readExploration(words)
  const { result, ...time } = await timed(async () => search(context, exploration, options))
  const report = reportOf(words, exploration, result)
  await finishExploration(context, options, report, time)
}

function search(
  context: Context,
  { model, properties: always, progress: eventual }: Exploration,
  options: ExploreOptions,
): Found {
  const properties = [...always, ...(options.eventually ? eventual : [])]
  if (options.search === "walk" || options.search === "pct") return sample(model, properties, options)
  const progress = exploreProgress(context.io)
  const limits = {
    maxBytes: options.memory,
    stopAtViolation: options.stopAtViolation,
    reduce: options.reduce,
    onProgress: progress.update,
    ...(options.maxStates !== undefined && { maxStates: options.maxStates }),
  }
  if (options.search === "breadth") {
    const result = exploreActors(model, properties, limits)
    progress.end()
    return { ...result, details: { search: "breadth", reduced: options.reduce, cut: result.cut } }
  }
  const result = exploreDepthFirst(model, properties, limits)
  progress.end()
  const { cut, collisionProbability } = result
  return { ...result, details: { search: "depth", reduced: options.reduce, cut, collisionProbability } }
}

function sample(
  model: ExplorationModel,
  properties: readonly ExplorationProperty[],
  options: ExploreOptions,
): Found {
  const { runs, steps: maxSteps, changes, seed } = options
  const strategy: Strategy = options.search === "pct" ? { kind: "pct", changes } : { kind: "walk" }
  const result = sampleActors(model, properties, { runs, maxSteps, strategy, random: randomFromSeed(seed) })
  const { distinct, depth, bytesMax, outcomes, steps } = result
  const details = { search: strategy.kind, seed, runs }
  return { distinct, generated: steps, depth, complete: false, bytesMax, outcomes, details }
}

function reportOf(words: ExplorationWords, exploration: Exploration, found: Found): ExploreReport {
  const { distinct, generated, depth, complete, bytesMax, outcomes, details } = found
  const { collisionProbability } = found.details
  const safety = runSafety(exploration.protocol, exploration.run)
  const remark =
    typeof collisionProbability === "number"
      ? `; probability of a state missed by a fingerprint collision ≤ ${collisionProbability.toExponential(1)}`
      : ""
  return {
    title:
      `${subjectOf(words, exploration)}: actors, ${words.proposers} proposers, ${words.epochs} epochs, ` +
      `${words.lossy ? "lossy " : ""}${words.network} network, ${words.crashes} crashes`,
    settings: { model: "actors", ...words },
    distinct,
    generated,
    depth,
    complete,
    bytesMax,
    verdicts: outcomes.map((outcome) => ({
      of: `${outcome.property.kind} ${outcome.property.name}`,
      verdict: outcome.verdict.verdict,
      because: becauseOf(exploration, outcome, remark),
      stepsToViolation: outcome.stepsToViolation ?? null,
      safety,
      ...(outcome.property.kind === "sometimes" && { isFound: true as const }),
    })),
    derived: derivedNotes(exploration.run.plan),
    counterexample: counterexampleOf(words, exploration, outcomes),
    details,
  }
}

/** "majority(3), nacks, silent-promises": the system, with protocol, variant and seeded bug where they are not the default. */
function subjectOf({ system, variant, mutant }: ExplorationWords, { protocol: { id } }: Exploration): string {
  const unusual = [
    id === defaultProtocol.decree ? [] : id,
    typeof variant !== "string" || variant === "classic" ? [] : variant,
    mutant ?? [],
  ]
  return [system, ...unusual.flat()].join(", ")
}

/** The reason of an outcome: the protocol explains a violation, a search with fingerprints states its collision probability. */
function becauseOf(
  exploration: Exploration,
  { property, verdict }: ExplorationOutcome,
  remark: string,
): string {
  if (verdict.verdict === "holds") return verdict.because + (property.kind === "always" ? remark : "")
  if (verdict.verdict !== "violated" || property.kind !== "always") return verdict.because
  return explainViolation(exploration, property.name, verdict.witness) ?? verdict.because
}

function counterexampleOf(
  words: ExplorationWords,
  exploration: Exploration,
  outcomes: readonly ExplorationOutcome[],
): Counterexample | undefined {
  for (const outcome of outcomes) {
    const { property, verdict, stepsToViolation } = outcome
    if (verdict.verdict !== "violated" || property.kind === "sometimes") continue
    const title = `${subjectOf(words, exploration)}: ${property.name} violated in ${stepsToViolation ?? verdict.witness.steps.length} steps`
    return {
      diagram: explorationDiagram(exploration, verdict.witness, title),
      replay: actorReplay(verdict.witness, words, becauseOf(exploration, outcome, "")),
    }
  }
  return undefined
}
