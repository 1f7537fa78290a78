import { type Verdict, holds, violated } from "../base/verdict.ts"
import type { ClientHistory } from "../check/log/client-history.ts"
import { DurableAnswers } from "../check/log/durable-answers.ts"
import type { Judgement } from "../check/log/judge.ts"
import type { Micros } from "../protocol/actor.ts"
import type { QuorumSystem } from "../quorum/system.ts"
import { type NamedFault, endOfFaults } from "../world/faults/fault.ts"
import { type BuiltLog, type LogObserver, buildLog, runBuiltLog } from "./log.ts"
import type { LogSetup } from "./log-settings.ts"
import { type SeededBug, withBug } from "./bugs.ts"
import { swarmSetup } from "./swarm-setup.ts"

/** One random run and what became of it. */
export interface SwarmRun {
  readonly seed: number
  readonly setup: LogSetup
  /** Sixteen hexadecimal digits: equal for equal runs. */
  readonly traceHash: string
  readonly events: number
  readonly answered: number
  readonly violations: readonly Judgement[]
  /** Checks that came to no verdict within their effort. */
  readonly undecided: readonly Judgement[]
  /** How long after the end of the faults the last answer came; 0 if it was before. */
  readonly afterFaultsMs: number
  readonly coverage: ReadonlyMap<string, number>
  /** What clients asked and were told. */
  readonly clients: ClientHistory
}

/** What runs are drawn from, and what is changed about them. */
export interface SwarmOptions {
  readonly systems: readonly (() => QuorumSystem)[]
  /** A known bug to plant in every replica: to see whether the checks notice. */
  readonly bug?: SeededBug
  /** Which faults of the seed to keep, by number; all, if not given. */
  readonly keep?: readonly number[]
  /** Without it, and twice as fast, the hash covers what replicas report and write, and no messages. */
  readonly hashMessages?: boolean
}

/** The random run of a seed, judged for safety while faults last and for progress afterwards. */
export function swarmRun(seed: number, options: SwarmOptions): SwarmRun {
  const drawn = swarmSetup(seed, options.systems)
  const { keep } = options
  const setup =
    keep === undefined ? drawn : { ...drawn, faults: drawn.faults.filter((_, i) => keep.includes(i)) }
  return runSetup(seed, options.bug?.setup?.(setup) ?? setup, options)
}

function runSetup(seed: number, setup: LogSetup, { bug, hashMessages = false }: SwarmOptions): SwarmRun {
  const { built: plain, lastAnswerAt } = withAnEnd(buildLog(setup, seed), setup)
  const built = bug === undefined ? plain : withBug(plain, bug, setup)
  const durable = new DurableAnswers()
  const part = hashMessages ? "messages" : "states"
  const run = runBuiltLog(built, setup, { linearizability: true, traceHash: part }, durable)
  const judgements = [...run.judgements, durable.judgement, progressOf(built, setup, run.measures.returned)]
  const those = (found: string): Judgement[] => judgements.filter(({ verdict }) => verdict.verdict === found)
  return {
    seed,
    setup,
    traceHash: run.traceHash,
    events: run.end.events,
    answered: run.measures.returned,
    violations: those("violated"),
    undecided: those("unknown"),
    afterFaultsMs: Math.max(0, lastAnswerAt() - endOfFaults(setup.faults)) / 1000,
    coverage: built.coverage,
    clients: run.clients,
  }
}

/** The run is over a second after the faults are, if every request has been answered by then. */
function withAnEnd(built: BuiltLog, setup: LogSetup): { built: BuiltLog; lastAnswerAt: () => Micros } {
  const wanted = requestsIn(built, setup)
  const earliest = endOfFaults(setup.faults) + 1_000_000
  let [answered, lastAnswerAt] = [0, 0]
  const leadership: LogObserver = {
    wants: ["report"],
    observe: (event) => {
      built.leadership.observe(event)
      if (event.type !== "report" || event.report.type !== "return") return
      answered++
      lastAnswerAt = event.at
    },
  }
  const isOver = (now: Micros): boolean => answered === wanted && now >= earliest
  const scenario = { ...built.scenario, isOver }
  return { built: { ...built, leadership, scenario }, lastAnswerAt: () => lastAnswerAt }
}

function requestsIn({ cluster }: BuiltLog, { clientsPerGroup, requestsPerClient }: LogSetup): number {
  return cluster.clientGroups.length * clientsPerGroup * (requestsPerClient ?? 0)
}

/** After the faults are over every request must be answered, within the rest of the run. */
function progressOf(built: BuiltLog, setup: LogSetup, answered: number): Judgement {
  const wanted = requestsIn(built, setup)
  const verdict: Verdict<{ at: number; message: string }> =
    answered === wanted
      ? holds(`all ${wanted} requests were answered`)
      : violated(
          { at: setup.horizonMs * 1000, message: `${wanted - answered} requests` },
          `${wanted - answered} of ${wanted} requests were never answered, though every fault was over long before`,
        )
  return { name: "progress", reference: "Howard 2019, theorem 16, for each request", verdict }
}

/** The smallest failure that a seed leads to: fewest faults, as far as taking one away at a time gets. */
export interface Shrunk {
  readonly run: SwarmRun
  /** The numbers of the faults that are left. */
  readonly keep: readonly number[]
  readonly faults: readonly NamedFault[]
}

/**
 * Takes faults away, one at a time, for as long as the check that failed first
 * still fails; what is left fails it, and less of it does not.
 *
 * Cost: at most one run for each pair of faults.
 */
export function shrink(failed: SwarmRun, options: SwarmOptions): Shrunk {
  const check = failed.violations[0]!.name
  const all = swarmSetup(failed.seed, options.systems).faults
  let keep = options.keep ?? all.map((_, i) => i)
  let run = failed
  for (let smaller = true; smaller;) {
    smaller = false
    for (const out of keep) {
      const rest = keep.filter((i) => i !== out)
      const attempt = swarmRun(failed.seed, { ...options, keep: rest })
      if (!attempt.violations.some(({ name }) => name === check)) continue
      keep = rest
      run = attempt
      smaller = true
      break
    }
  }
  return { run, keep, faults: all.filter((_, i) => keep.includes(i)) }
}

/** The command that shows a run again. */
export function swarmReplay(seed: number, { bug, keep }: Pick<SwarmOptions, "bug" | "keep">): string {
  const parts = ["quorate swarm --first", String(seed), "--seeds 1"]
  if (bug !== undefined) parts.push("--bug", bug.id)
  if (keep !== undefined) parts.push("--keep", keep.length === 0 ? "none" : keep.join(","))
  return parts.join(" ")
}
