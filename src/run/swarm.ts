import { UsageError } from "../base/errors.ts"
import { holds, violated } from "../base/verdict.ts"
import type { ClientHistory } from "../check/log/client-history.ts"
import { type LogProperty, logProperty } from "../check/log/facts.ts"
import { durableAnswers } from "../check/log/properties.ts"
import type { Judgement } from "../check/property.ts"
import type { QuorumSystem } from "../quorum/system.ts"
import { type NamedFault, endOfFaults } from "../world/faults/fault.ts"
import { requests } from "./log-measures.ts"
import { type LogRun, buildLog, requestsOf, runBuiltLog } from "./log.ts"
import type { LogMutant, LogProtocol } from "./log-protocol.ts"
import type { LogSetup } from "./log-settings.ts"
import { randomLog } from "./random-log.ts"

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
  /**
   * The time from the end of the faults to the last reply, 0 if it was before; null where requests never
   * got a reply.
   */
  readonly afterFaultsMs: number | null
  readonly coverage: ReadonlyMap<string, number>
  /** The operations of clients and their results. */
  readonly clients: ClientHistory
}

/** What runs are drawn from, and what is changed about them. */
export interface SwarmOptions {
  readonly systems: readonly (() => QuorumSystem)[]
  /** Which log runs; `defaultLogProtocol` unless given. */
  readonly protocol?: LogProtocol
  /** A mistake to plant in every replica: to see whether the checks notice. */
  readonly bug?: LogMutant
  /** Which faults of the seed to keep, by number; all, if not given. */
  readonly keep?: readonly number[]
  /** Without it, and twice as fast, the hash covers what replicas report and write, and no messages. */
  readonly hashMessages?: boolean
}

/** The random run of a seed, judged for safety while faults last and for progress afterwards. */
export function swarmRun(seed: number, options: SwarmOptions): SwarmRun {
  const drawn = randomLog(seed, options.systems, options.protocol)
  const { keep } = options
  const unknown = keep?.find((i) => i >= drawn.faults.length)
  if (unknown !== undefined) {
    const those = drawn.faults.length === 0 ? "no faults" : `faults 0 to ${drawn.faults.length - 1}`
    throw new UsageError(`keep is ${keep!.join(",")}; seed ${seed} has ${those}.`)
  }
  const setup =
    keep === undefined ? drawn : { ...drawn, faults: drawn.faults.filter((_, i) => keep.includes(i)) }
  return runSetup(seed, options.bug?.setup?.(setup) ?? setup, options)
}

function runSetup(seed: number, setup: LogSetup, options: SwarmOptions): SwarmRun {
  const { protocol, bug, hashMessages = false } = options
  const built = buildLog(setup, seed, { ...(protocol && { protocol }), ...(bug && { mutant: bug }) })
  const wanted = requestsOf(built, setup)
  const earliest = endOfFaults(setup.faults) + 1_000_000
  const run = runBuiltLog(built, setup, {
    linearizability: true,
    traceHash: hashMessages ? "messages" : "states",
    properties: [durableAnswers, progressOf(wanted, setup)],
    // The run ends a second after the faults, if every request has its reply by then.
    isOver: (facts, now) => facts.of(requests).returned === wanted && now >= earliest,
  })
  const those = (found: string): Judgement[] =>
    run.judgements.filter(({ verdict }) => verdict.verdict === found)
  return {
    seed,
    setup,
    traceHash: run.traceHash,
    events: run.end.events,
    answered: run.measures.returned,
    violations: those("violated"),
    undecided: those("unknown"),
    afterFaultsMs: run.measures.unanswered > 0 ? null : afterFaultsMs(run, setup),
    coverage: built.coverage,
    clients: run.clients!,
  }
}

function afterFaultsMs({ facts }: LogRun, { faults }: LogSetup): number {
  return Math.max(0, facts.of(requests).lastReturnAt - endOfFaults(faults)) / 1000
}

/** After the faults end every request must get its reply within the rest of the run. */
function progressOf(wanted: number, setup: LogSetup): LogProperty {
  return logProperty({
    name: "progress",
    reference: "Howard 2019, theorem 16, for each request",
    statement: "Once every fault is over, every request is answered.",
    needs: { requests },
    judge: ({ requests: { returned } }) => {
      if (returned === wanted) return holds(`all ${wanted} requests were answered`)
      const because = `${wanted - returned} of ${wanted} requests were never answered, though every fault was over long before`
      return violated({ at: setup.horizonMs * 1000, message: `${wanted - returned} requests` }, because)
    },
  })
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
  const all = randomLog(failed.seed, options.systems, options.protocol).faults
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
