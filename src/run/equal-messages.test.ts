import { describe, expect, test } from "vitest"
import { quorumSystemFrom } from "../../quorums/from-text.ts"
import { planOf, runSeeds } from "../../test/support/judged-run.ts"
import { mutants } from "../check/paxos/mutants.ts"
import type { Input, Output, Process } from "../protocol/actor.ts"
import { variants } from "../protocol/paxos/variants.ts"
import { constantLatency } from "../world/simulate/latency.ts"
import type { NodeModel, Scenario } from "../world/simulate/scenario.ts"
import { simulate } from "../world/simulate/simulate.ts"
import { TraceHash } from "../world/simulate/trace-hash.ts"
import { type SelectiveObserver, traceEventTypes } from "../world/simulate/trace.ts"
import { knownBugs } from "./bugs.ts"
import { decreeScenario } from "./decree.ts"
import { buildLog } from "./log.ts"
import { randomDecree } from "./random-decree.ts"
import { randomLog } from "./random-log.ts"

/*
 * Messages are values: which object carries one means nothing. A run in which every message is replaced
 * by an equal copy, when it is sent and when it arrives, is the same run.
 */

const slow = process.env["SLOW"] === "1"

/** The process with equal copies of all messages it sends and receives. */
function copying<Message, Stored, Report>(
  process: Process<Message, Stored, Report>,
): Process<Message, Stored, Report> {
  const { actor } = process
  const sent = (output: Output<Message, Stored, Report>): Output<Message, Stored, Report> =>
    output.type === "send" || output.type === "broadcast"
      ? { ...output, message: structuredClone(output.message) }
      : output
  const received = (input: Input<Message, Stored>): Input<Message, Stored> =>
    input.type === "receive" ? { ...input, message: structuredClone(input.message) } : input
  return {
    ...process,
    actor: {
      start: (self) => {
        const { state, outputs } = actor.start(self)
        return { state, outputs: outputs.map(sent) }
      },
      step: (before, input) => {
        const { state, outputs } = actor.step(before, received(input))
        return { state, outputs: outputs.map(sent) }
      },
    },
  }
}

/** Builds the same run twice, replaces the messages of the second by copies, and compares the traces. */
function expectSameTrace<Message, Stored, Report>(
  build: () => {
    readonly scenario: Scenario<Message, Stored, Report>
    readonly leadership?: SelectiveObserver<Message, Stored, Report>
  },
): void {
  const [original, copied] = [false, true].map((copies) => {
    const { scenario, leadership } = build()
    const processes = copies ? scenario.processes.map(copying) : scenario.processes
    const hash = new TraceHash<Message, Stored, Report>((content) => JSON.stringify(content))
    const { events } = simulate(
      { ...scenario, processes },
      ...(leadership === undefined ? [] : [leadership]),
      { wants: traceEventTypes, observe: hash.observe },
    )
    return { events, trace: hash.digits }
  })
  expect(copied).toEqual(original)
}

const systems = ["majority(3)", "majority(5)", "simple(5, 4, 2)", "grid(2, 3)"]
const drawn = (seed: number) => ({
  ...randomLog(
    seed,
    systems.map((text) => () => quorumSystemFrom(text)),
  ),
  horizonMs: 4000,
})

/** Every message costs its sender 50 µs; a broadcast is written once. */
const node: NodeModel = {
  receive: constantLatency(0.02),
  send: constantLatency(0.05),
  microsPerByte: 0,
  writesBroadcastOnce: true,
}
const decree = (system: string, seed: number, algorithm: Parameters<typeof randomDecree>[2]) => {
  const setup = { ...randomDecree(planOf(system), seed, algorithm), learners: seed % 3, readers: seed % 2 }
  return { scenario: { ...decreeScenario(setup, seed).scenario, node: () => node } }
}

describe("equal copies of all messages leave the trace as it is", () => {
  test.each(runSeeds(1, slow ? 500 : 25))("of a log under random faults, seed %d", (seed) => {
    expectSameTrace(() => buildLog({ ...drawn(seed), receiveMicros: 20, sendMicros: 50 }, seed))
  })

  test.each(knownBugs.map((bug) => [bug.id, bug] as const))("of a log with the bug %s", (_, bug) => {
    for (const seed of runSeeds(2, slow ? 50 : 3)) {
      const setup = { ...(bug.setup?.(drawn(seed)) ?? drawn(seed)), sendMicros: 50 }
      expectSameTrace(() => buildLog(setup, seed, { mutant: bug }))
    }
  })

  test.each(variants.map(({ id }) => id))("of a single decree, variant %s", (variant) => {
    for (const seed of runSeeds(3, slow ? 100 : 5)) {
      for (const system of systems) expectSameTrace(() => decree(system, seed, { variant }))
    }
  })

  test.each(mutants.map(({ id }) => id))("of a single decree with the mutant %s", (mutant) => {
    for (const seed of runSeeds(4, slow ? 100 : 5)) {
      for (const system of systems) expectSameTrace(() => decree(system, seed, { mutant }))
    }
  })
})
