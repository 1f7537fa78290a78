import { Audience } from "./audience.ts"
import type { Scenario } from "./scenario.ts"
import { type RunEnd, Simulation } from "./simulation.ts"
import { giveBackAgenda } from "./spare-agenda.ts"
import type { Observer, SelectiveObserver } from "./trace.ts"

export type { RunEnd } from "./simulation.ts"

/**
 * Computes one run of a scenario in virtual time and shows it to the observers,
 * event by event. Deterministic: events at equal times happen in the order in
 * which they were scheduled, and all randomness comes from the scenario's seed.
 *
 * Cost: constant per event, plus the actor's step (`agenda.ts`; O(log pending) for what is a second away).
 *
 * Discrete-event simulation of the usual kind, with one twist: outputs of a step that follow a `store`
 * wait until the write is done, in order. An actor says what it does, and the simulator decides when it
 * is true; so no reply overtakes the promise it rests on, a classic mistake of implementations.
 */
export function simulate<Message, Stored, Report = never>(
  scenario: Scenario<Message, Stored, Report>,
  ...observers: readonly (Observer<Message, Stored, Report> | SelectiveObserver<Message, Stored, Report>)[]
): RunEnd {
  const simulation = new Simulation(scenario, new Audience(observers))
  const end = simulation.run()
  giveBackAgenda(simulation.agenda)
  return end
}
