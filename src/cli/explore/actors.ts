import { UsageError } from "../../base/errors.ts"
import { randomFromSeed } from "../../base/random.ts"
import {
  type ExploredPaxos,
  type PaxosModel,
  type PaxosOutcome,
  type PaxosProperty,
  paxosProgress,
  paxosProperties,
} from "../../check/explored-paxos.ts"
import { describeDisagreement, disagreementOf } from "../../check/disagreement.ts"
import { exploreActors } from "../../world/explore/breadth-first.ts"
import { exploreDepthFirst } from "../../world/explore/depth-first.ts"
import { type Strategy, sampleActors } from "../../world/explore/sampling.ts"
import type { QuorumPlan } from "../../quorum/plan.ts"
import { actorReplay, paxosDiagram } from "../replay/actors.ts"
import type { Context } from "../shared/context.ts"
import type { Counterexample } from "./counterexample.ts"
import type { ExploreOptions } from "./options.ts"
import { exploreProgress } from "./progress.ts"
import { type ExploreReport, finishExploration, timed } from "./report.ts"
import { type ActorSettings, exploredCluster } from "./cluster.ts"
import { readPlan } from "../shared/system-argument.ts"

/** The result of a search, whatever its strategy. */
interface Found {
  readonly distinct: number
  readonly generated: number
  readonly depth: number
  readonly complete: boolean
  readonly bytesMax: number
  readonly outcomes: readonly PaxosOutcome[]
  /** Further keys of the JSON. */
  readonly details: Readonly<Record<string, unknown>>
}

/** `quorate explore --model actors`. */
export async function runActors(context: Context, text: string, options: ExploreOptions): Promise<void> {
  const { variant, proposers, epochs, network, lossy, timeouts, crashes, nacks, mutant } = options
  if (options.values !== undefined && options.values !== proposers) {
    throw new UsageError(
      "--values requires --model spec; with --model actors each proposer has its own value: try --proposers.",
    )
  }
  const isOwn = /^\s*own\(/.test(text)
  const system = isOwn ? text.trim() : (await readPlan(text)).name
  const conditions = { epochs, network, lossy, timeouts, crashes, nacks }
  const settings = { system, variant, proposers, ...conditions, ...(mutant !== undefined && { mutant }) }
  const { explored, model } = await exploredCluster(settings)
  const { result, ...time } = await timed(async () => search(context, explored, model, options))
  const report = reportOf(settings, explored.cluster.plan, result)
  await finishExploration(context, options, report, time)
}

function search(
  context: Context,
  explored: ExploredPaxos,
  model: PaxosModel,
  options: ExploreOptions,
): Found {
  const properties = [...paxosProperties(explored), ...(options.eventually ? paxosProgress(explored) : [])]
  if (options.search === "walk" || options.search === "pct") return sample(model, properties, options)
  const progress = exploreProgress(context.io)
  const limits = {
    mostBytes: options.memory,
    stopAtViolation: options.stopAtViolation,
    reduce: options.reduce,
    onProgress: progress.update,
    ...(options.maxStates !== undefined && { mostStates: options.maxStates }),
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

function sample(model: PaxosModel, properties: readonly PaxosProperty[], options: ExploreOptions): Found {
  const { runs, steps: mostSteps, changes, seed } = options
  const strategy: Strategy = options.search === "pct" ? { kind: "pct", changes } : { kind: "walk" }
  const result = sampleActors(model, properties, { runs, mostSteps, strategy, random: randomFromSeed(seed) })
  const { distinct, depth, bytesMax, outcomes, steps } = result
  const details = { search: strategy.kind, seed, runs }
  return { distinct, generated: steps, depth, complete: false, bytesMax, outcomes, details }
}

function reportOf(settings: ActorSettings, plan: QuorumPlan, found: Found): ExploreReport {
  const { distinct, generated, depth, complete, bytesMax, outcomes, details } = found
  const { collisionProbability } = found.details
  const remark =
    typeof collisionProbability === "number"
      ? `; probability of a state missed by a fingerprint collision ≤ ${collisionProbability.toExponential(1)}`
      : ""
  return {
    title:
      `${subjectOf(settings)}: actors, ${settings.proposers} proposers, ${settings.epochs} epochs, ` +
      `${settings.lossy ? "lossy " : ""}${settings.network} network, ${settings.crashes} crashes`,
    settings: { model: "actors", ...settings },
    distinct,
    generated,
    depth,
    complete,
    bytesMax,
    verdicts: outcomes.map((outcome) => ({
      of: `${outcome.property.kind} ${outcome.property.name}`,
      verdict: outcome.verdict.verdict,
      because: becauseOf(plan, outcome, remark),
      stepsToViolation: outcome.stepsToViolation ?? null,
    })),
    counterexample: counterexampleOf(settings, plan, outcomes),
    details,
  }
}

/** "majority(3), nacks, silent-promises": the system, with variant and seeded bug if any. */
function subjectOf({ system, variant, mutant }: ActorSettings): string {
  const unusual = [variant === "classic" ? [] : variant, mutant ?? []].flat()
  return [system, ...unusual].join(", ")
}

/** The reason of an outcome: a disagreement names its decisions and quorums, a search with fingerprints its collision probability. */
function becauseOf(plan: QuorumPlan, { property, verdict }: PaxosOutcome, remark: string): string {
  if (verdict.verdict === "holds") return verdict.because + (property.kind === "always" ? remark : "")
  if (verdict.verdict !== "violated" || property.name !== "agreement") return verdict.because
  const found = disagreementOf(plan, verdict.witness)
  return found === undefined ? verdict.because : describeDisagreement(plan, found)
}

function counterexampleOf(
  settings: ActorSettings,
  plan: QuorumPlan,
  outcomes: readonly PaxosOutcome[],
): Counterexample | undefined {
  for (const outcome of outcomes) {
    const { property, verdict, stepsToViolation } = outcome
    if (verdict.verdict !== "violated" || property.kind === "sometimes") continue
    const title = `${subjectOf(settings)}: ${property.name} violated in ${stepsToViolation ?? verdict.witness.steps.length} steps`
    return {
      diagram: paxosDiagram(verdict.witness, plan, title),
      replay: actorReplay(verdict.witness, settings, becauseOf(plan, outcome, "")),
    }
  }
  return undefined
}
