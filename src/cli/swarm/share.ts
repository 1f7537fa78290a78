import { InvariantError } from "../../base/errors.ts"
import { mutantOf } from "../../run/protocol.ts"
import { swarmReplay } from "../../run/replay.ts"
import type { SwarmSetup } from "../../run/swarm-settings.ts"
import { type SwarmOptions, shrink, swarmRun } from "../../run/swarm.ts"
import type { NamedFault } from "../../world/faults/fault.ts"
import { formatFault } from "../../world/faults/notation.ts"
import { swarmSystems } from "../../../experiments/swarm-systems.ts"
import { readLogProtocol } from "../shared/protocol-argument.ts"
import { readSystem } from "../shared/system-argument.ts"

/** Some seeds of a swarm, and how to run them: plain data, for a worker. */
export interface SwarmTask extends SwarmSetup {
  /** Every how many seeds; 1 unless the work is shared. */
  readonly stride?: number
}

/** What came of the seeds of one share; shares add up to the same tally, however the seeds are dealt out. */
export interface SwarmTally {
  readonly runs: number
  readonly events: number
  readonly answered: number
  /** How many runs failed. */
  readonly failed: number
  /** The first of them, shrunk. */
  readonly failures: readonly SwarmFailure[]
  /** Runs of which a check could not say whether it holds, besides those that failed; and the first of their seeds. */
  readonly undecided: number
  readonly undecidedSeeds: readonly number[]
  /** The longest time from the end of the faults of a run to its last answer, over the runs in which every request was answered. */
  readonly longestAfterFaultsMs: number
  /** The other runs: some of their requests were never answered. */
  readonly unanswered: number
  /** How often each fault did something. */
  readonly coverage: Readonly<Record<string, number>>
  readonly lastTraceHash: string
}

/** A run that failed, with the least of its faults that still makes it fail. */
export interface SwarmFailure {
  readonly seed: number
  readonly system: string
  readonly violations: readonly { readonly name: string; readonly because: string }[]
  /** What is left after shrinking. */
  readonly faults: readonly NamedFault[]
  /** The same in the notation of `quorate log`. */
  readonly faultTexts: readonly string[]
  readonly replay: string
}

/** How many failures of one share are shrunk; the rest are only counted. */
const maxShrunk = 20

/** Runs the seeds of a task, one after the other. */
export async function runSwarmHere(task: SwarmTask, progress: (done: number) => void): Promise<SwarmTally> {
  const options = await optionsOf(task)
  const coverage: Record<string, number> = {}
  const failures: SwarmFailure[] = []
  const undecided: number[] = []
  let [runs, events, answered, failed, unanswered] = [0, 0, 0, 0, 0]
  let [longestAfterFaultsMs, lastTraceHash] = [0, ""]
  const end = task.first + task.seeds
  for (let seed = task.first; seed < end; seed += task.stride ?? 1) {
    const run = swarmRun(seed, options)
    if (task.twice) mustBeEqual(seed, run.traceHash, swarmRun(seed, options).traceHash, task)
    runs++
    events += run.events
    answered += run.answered
    lastTraceHash = run.traceHash
    if (run.afterFaultsMs === null) unanswered++
    else longestAfterFaultsMs = Math.max(longestAfterFaultsMs, run.afterFaultsMs)
    for (const [name, count] of run.coverage) coverage[name] = (coverage[name] ?? 0) + count
    if (run.violations.length > 0) failed++
    else if (run.undecided.length > 0) undecided.push(seed)
    if (run.violations.length > 0 && failures.length < maxShrunk) {
      const { keep, faults, run: smallest } = shrink(run, options)
      failures.push({
        seed,
        system: run.setup.plan.name,
        violations: smallest.violations.map(({ name, verdict }) => ({ name, because: verdict.because })),
        faults,
        faultTexts: faults.map(formatFault),
        replay: swarmReplay(seed, { ...task, keep }),
      })
    }
    if (runs % 50 === 0) progress(runs)
  }
  return {
    runs,
    events,
    answered,
    failed,
    failures,
    undecided: undecided.length,
    undecidedSeeds: undecided.slice(0, maxShrunk),
    longestAfterFaultsMs,
    unanswered,
    coverage,
    lastTraceHash,
  }
}

/** The options of every run of the task. */
export async function optionsOf({
  system,
  protocol: named,
  bug,
  keep,
  twice,
}: SwarmTask): Promise<SwarmOptions> {
  const protocol = await readLogProtocol(named)
  const given = system === null ? undefined : await readSystem(system)
  return {
    systems: given === undefined ? swarmSystems : [() => given],
    hashMessages: twice,
    protocol,
    ...(bug !== null && { bug: mutantOf(protocol, bug, "bug") }),
    ...(keep !== null && { keep }),
  }
}

function mustBeEqual(seed: number, first: string, second: string, task: SwarmTask): void {
  if (first === second) return
  throw new InvariantError(
    `seed ${seed} gave two different runs, ${first} and ${second}.`,
    swarmReplay(seed, task),
  )
}

/** The tallies of all shares as one; failures by seed. */
export function mergeTallies(tallies: readonly SwarmTally[]): SwarmTally {
  const coverage: Record<string, number> = {}
  for (const tally of tallies) {
    for (const [name, count] of Object.entries(tally.coverage)) coverage[name] = (coverage[name] ?? 0) + count
  }
  const sum = (of: (tally: SwarmTally) => number): number =>
    tallies.reduce((total, tally) => total + of(tally), 0)
  return {
    runs: sum(({ runs }) => runs),
    events: sum(({ events }) => events),
    answered: sum(({ answered }) => answered),
    failed: sum(({ failed }) => failed),
    failures: tallies.flatMap(({ failures }) => failures).sort((a, b) => a.seed - b.seed),
    undecided: sum(({ undecided }) => undecided),
    undecidedSeeds: tallies.flatMap(({ undecidedSeeds }) => undecidedSeeds).sort((a, b) => a - b),
    longestAfterFaultsMs: Math.max(...tallies.map(({ longestAfterFaultsMs }) => longestAfterFaultsMs)),
    unanswered: sum(({ unanswered }) => unanswered),
    coverage: Object.fromEntries(Object.entries(coverage).sort(([a], [b]) => (a < b ? -1 : 1))),
    lastTraceHash: tallies[0]?.lastTraceHash ?? "",
  }
}
