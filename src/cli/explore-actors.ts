import { UsageError } from "../base/errors.ts"
import { randomFromSeed } from "../base/random.ts"
import {
  type ExploredPaxos,
  type PaxosModel,
  type PaxosOutcome,
  type PaxosProperty,
  paxosProperties,
} from "../check/explored-paxos.ts"
import { exploreActors } from "../explore/actors/breadth-first.ts"
import { exploreDepthFirst } from "../explore/actors/depth-first.ts"
import { type Strategy, sampleActors } from "../explore/actors/sampling.ts"
import { actorReplay, paxosDiagram } from "./actor-replay.ts"
import type { Context } from "./context.ts"
import type { Counterexample } from "./counterexample-files.ts"
import type { ExploreOptions } from "./explore-options.ts"
import { exploreProgress } from "./explore-progress.ts"
import { type ExploreReport, finishExploration, timed } from "./explore-report.ts"
import { type ActorSettings, exploredCluster } from "./explored-cluster.ts"
import { readPlan } from "./plan-argument.ts"

/** What every way to search answers. */
interface Found {
  readonly distinct: number
  readonly generated: number
  readonly depth: number
  readonly complete: boolean
  readonly bytesMax: number
  readonly outcomes: readonly PaxosOutcome[]
  /** More keys for programs. */
  readonly details: Readonly<Record<string, unknown>>
}

/** `quorate explore --model actors`. */
export async function runActors(context: Context, text: string, options: ExploreOptions): Promise<void> {
  const { variant, proposers, epochs, network, lossy, timeouts, crashes, nacks } = options
  if (options.values !== undefined && options.values !== proposers) {
    throw new UsageError(
      "--values is of --model spec; with --model actors every proposer has its own: try --proposers.",
    )
  }
  const { name: system } = await readPlan(text)
  const settings = { system, variant, proposers, epochs, network, lossy, timeouts, crashes, nacks }
  const { explored, model } = await exploredCluster(settings)
  const { result, ...time } = await timed(async () => search(context, explored, model, options))
  await finishExploration(context, options, reportOf(settings, result), time)
}

function search(
  context: Context,
  explored: ExploredPaxos,
  model: PaxosModel,
  options: ExploreOptions,
): Found {
  const properties = paxosProperties(explored)
  if (options.search === "walk" || options.search === "pct") return sample(model, properties, options)
  const progress = exploreProgress(context.io)
  const limits = {
    mostBytes: options.memory,
    stopAtViolation: options.stopAtViolation,
    onProgress: progress.update,
    ...(options.maxStates !== undefined && { mostStates: options.maxStates }),
  }
  if (options.search === "breadth") {
    const result = exploreActors(model, properties, limits)
    progress.end()
    return { ...result, details: { search: "breadth", cut: result.cut } }
  }
  const result = exploreDepthFirst(model, properties, limits)
  progress.end()
  const { cut, collisionProbability } = result
  return { ...result, details: { search: "depth", cut, collisionProbability } }
}

function sample(model: PaxosModel, properties: readonly PaxosProperty[], options: ExploreOptions): Found {
  const { runs, steps: mostSteps, changes, seed } = options
  const strategy: Strategy = options.search === "pct" ? { kind: "pct", changes } : { kind: "walk" }
  const result = sampleActors(model, properties, { runs, mostSteps, strategy, random: randomFromSeed(seed) })
  const { distinct, depth, bytesMax, outcomes, steps } = result
  const details = { search: strategy.kind, seed, runs }
  return { distinct, generated: steps, depth, complete: false, bytesMax, outcomes, details }
}

function reportOf(settings: ActorSettings, found: Found): ExploreReport {
  const { distinct, generated, depth, complete, bytesMax, outcomes, details } = found
  const { collisionProbability } = found.details
  const remark =
    typeof collisionProbability === "number"
      ? `; a state missed by a fingerprint collision with probability ≤ ${collisionProbability.toExponential(1)}`
      : ""
  return {
    title:
      `${settings.system}: ${settings.variant === "classic" ? "" : `${settings.variant}, `}actors, ${settings.proposers} proposers, ${settings.epochs} epochs, ` +
      `${settings.lossy ? "lossy " : ""}${settings.network} network, ${settings.crashes} crashes`,
    settings: { model: "actors", ...settings },
    distinct,
    generated,
    depth,
    complete,
    bytesMax,
    verdicts: outcomes.map(({ property, verdict, stepsToViolation }) => ({
      of: `${property.kind} ${property.name}`,
      verdict: verdict.verdict,
      because: verdict.because + (verdict.verdict === "holds" && property.kind === "always" ? remark : ""),
      stepsToViolation: stepsToViolation ?? null,
    })),
    counterexample: counterexampleOf(settings, outcomes),
    details,
  }
}

function counterexampleOf(
  settings: ActorSettings,
  outcomes: readonly PaxosOutcome[],
): Counterexample | undefined {
  for (const { property, verdict } of outcomes) {
    if (verdict.verdict !== "violated" || property.kind === "sometimes") continue
    const title = `${settings.system}: ${verdict.because}`
    return {
      diagram: paxosDiagram(verdict.witness, title),
      replay: actorReplay(verdict.witness, settings, verdict.because),
    }
  }
  return undefined
}
