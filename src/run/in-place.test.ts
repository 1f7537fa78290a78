import { describe, expect, test } from "vitest"
import { quorumSystemFrom } from "../../quorums/from-text.ts"
import { runSeeds } from "../../test/support/judged-run.ts"
import { type LogActor, pureActor } from "../protocol/log/replica.ts"
import type { LogProcess } from "../protocol/log/cluster.ts"
import { simulate } from "../world/simulate/simulate.ts"
import { TraceHash } from "../world/simulate/trace-hash.ts"
import { traceEventTypes } from "../world/simulate/trace.ts"
import { buildLog } from "./log.ts"
import { randomLog } from "./random-log.ts"

/*
 * Steps in place say their outputs by calls; the obvious forms of the same actor list them, and step a
 * copy of the state. All three give the same trace.
 */

const slow = process.env["SLOW"] === "1"

/** The process with its outputs in lists. */
const listed = (definition: LogProcess): LogProcess => {
  const { actor } = definition
  const lists: LogProcess["actor"] = {
    start: (self) => actor.start(self),
    step: (state, input) => actor.step(state, input),
  }
  return { ...definition, actor: lists }
}

/** And without changing a state that it has returned. */
const pure = (definition: LogProcess): LogProcess => ({
  ...definition,
  actor: pureActor(definition.actor as unknown as LogActor<{ copy(): never }>),
})

const systems = ["majority(3)", "majority(5)", "simple(5, 4, 2)", "grid(2, 3)"]

function traceOf(seed: number, form: (definition: LogProcess) => LogProcess): string {
  const setup = randomLog(
    seed,
    systems.map((text) => () => quorumSystemFrom(text)),
  )
  const { scenario, leadership } = buildLog({ ...setup, horizonMs: 3000 }, seed)
  const hash = new TraceHash((content) => JSON.stringify(content))
  const processes = scenario.processes.map(form)
  const { events } = simulate({ ...scenario, processes }, leadership, {
    wants: traceEventTypes,
    observe: hash.observe as (event: unknown) => void,
  })
  return `${events} ${hash.digits}`
}

describe("an actor in place has the trace of its obvious forms", () => {
  test.each(runSeeds(11, slow ? 10_000 : 40))("of a log under random faults, seed %d", (seed) => {
    const inPlace = traceOf(seed, (definition) => definition)
    expect(traceOf(seed, listed)).toBe(inPlace)
    expect(traceOf(seed, pure)).toBe(inPlace)
  })
})

test("a copy of an actor with another step takes that step, and not those in place", () => {
  const silent = (definition: LogProcess): LogProcess => ({
    ...definition,
    actor: { ...definition.actor, step: (state) => ({ state, outputs: [] }) },
  })
  const events = (form: (definition: LogProcess) => LogProcess): number =>
    Number(traceOf(1, form).split(" ")[0])
  expect(events(silent)).toBeLessThan(events((definition) => definition) / 10)
})
