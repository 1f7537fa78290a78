import { planFrom, setupFrom } from "../src/run/from-text.ts"
import { EventQueue } from "../src/base/event-queue.ts"
import { randomFromSeed } from "../src/base/random.ts"
import { decreeScenario, runDecree } from "../src/run/decree.ts"
import { simulate } from "../src/world/simulate/simulate.ts"
import { medianRate, readable } from "./timing.ts"

const repeats = 7
const runsPerRepeat = 4000

/**
 * Simulated events per CPU second: bare runs, runs with all measures and safety
 * checks, and, as the limit, an event queue that does nothing but push and pop.
 */
export function benchSimulator(): void {
  const bare = medianRate(repeats, () =>
    eventsOf((seed) => simulate(decreeScenario(setup, seed).scenario).events),
  )
  const checked = medianRate(repeats, () => eventsOf((seed) => runDecree(setup, seed).end.events))
  const queue = medianRate(repeats, queueEvents)
  console.log(
    "Classic Paxos, 5 acceptors, 2 proposers, negative replies, exponential latency; events per CPU second",
  )
  report("event queue alone (40 pending, pop and push)", queue, queue)
  report("simulator, set-up of each run included", bare, queue)
  report("the same with all measures and safety checks", checked, queue)
}

const setup = { ...setupFrom("majority(5)", "exponential(10)"), proposers: 2, nacks: true, timeoutMs: 200 }

function eventsOf(run: (seed: number) => number): number {
  planFrom("majority(5)")
  let events = 0
  for (let seed = 0; seed < runsPerRepeat; seed++) events += run(seed)
  return events
}

/** The work the queue does for a simulation, and nothing else. */
function queueEvents(): number {
  const random = randomFromSeed(1)
  const delays = Array.from({ length: 4096 }, () => random.below(20_000))
  const queue = new EventQueue<number>()
  for (let i = 0; i < 40; i++) queue.push(delays[i]!, i)
  const events = 2_000_000
  for (let i = 0; i < events; i++) {
    const now = queue.nextTime
    const event = queue.pop()!
    queue.push(now + delays[i & 4095]!, event)
  }
  return events
}

function report(what: string, rate: number, limit: number): void {
  console.log(
    `  ${what.padEnd(48)} ${readable(rate).padStart(8)}   ${(rate / limit).toFixed(3)} of the queue`,
  )
}
