import { UsageError } from "../base/errors.ts"
import { canonicalText } from "../world/explore/canonical-text.ts"
import type { Envelope, WorldStep } from "../world/explore/model.ts"
import type { ActorTrace } from "../world/explore/trace.ts"
import type { Actor, Address, Input, Micros, Process, Timer } from "../protocol/actor.ts"
import type { Route } from "../world/simulate/network.ts"
import type { Scenario } from "../world/simulate/scenario.ts"
import type { Crash } from "../world/faults/fault.ts"

/** Step i of a trace happens at (i + 1) milliseconds; requests at 0. */
const stepEvery: Micros = 1000

/**
 * A scenario in which the simulator repeats a trace of the explorer step by step: messages are
 * delivered, timers fire, and processes crash and recover in the same steps; all other messages are
 * lost.
 *
 * The processes are those of the trace; only the durations of their timers are
 * replaced. The scenario is for one run. A crash inside a step is a UsageError:
 * the simulator's crashes are between steps.
 *
 * It shows that the two worlds agree: the simulator can reproduce a run found by exhaustive search, with
 * the same actors and the same verdicts.
 */
export function scenarioOfTrace<Message, Stored, Remembered>(
  trace: ActorTrace<Message, Stored, Remembered>,
): Scenario<Message, Stored, unknown> {
  const { model, steps } = trace
  refuseInterruptedSteps(steps)
  const durations = timerDurations(trace)
  return {
    seed: 1,
    processes: model.processes.map((process, address) => withDurations(process, durations[address]!)),
    network: () => scriptedRoute(trace),
    proposals: proposalsOf(trace),
    crashes: crashesOf(steps),
    horizon: timeOf(steps.length),
  }
}

/** The client requests with their times: at the start, and in the steps that contain them. */
function proposalsOf<Message, Stored, Remembered>({
  model,
  steps,
}: ActorTrace<Message, Stored, Remembered>): Scenario<Message, Stored, unknown>["proposals"] {
  const early = model.lateRequests === true ? [] : model.requests
  const late = steps.flatMap((step, i) =>
    step.action === "ask" ? [{ at: timeOf(i), process: step.process, value: step.value }] : [],
  )
  return [...early.map(({ process, value }) => ({ at: 0, process, value })), ...late]
}

function timeOf(step: number): Micros {
  return (step + 1) * stepEvery
}

function refuseInterruptedSteps<Message>(steps: readonly WorldStep<Message>[]): void {
  const at = steps.findIndex((step) => "crashBefore" in step)
  if (at < 0) return
  throw new UsageError(
    `step ${at + 1} of the trace is a crash during a step, which the simulator does not model; replay it instead.`,
  )
}

/** The k-th copy of a message that is sent has the fate of the k-th that was delivered or lost. */
function scriptedRoute<Message, Stored, Remembered>({
  model,
  steps,
}: ActorTrace<Message, Stored, Remembered>): Route {
  const fates = new Map<string, (Micros | "lost")[]>()
  steps.forEach((step, i) => {
    if (step.action !== "deliver" && step.action !== "lose") return
    const text = envelopeText(step)
    fates.set(text, [...(fates.get(text) ?? []), step.action === "lose" ? "lost" : timeOf(i)])
  })
  return (from, to, now, message) => {
    const text = envelopeText({ from, to, message })
    const left = fates.get(text) ?? []
    // A duplicating network delivers one message as often as it likes.
    const taken = left.splice(0, model.network === "duplicating" ? left.length : 1)
    return taken.flatMap((arrival) => (arrival === "lost" ? [] : [arrival - now]))
  }
}

function envelopeText({ from, to, message }: Envelope<unknown>): string {
  return canonicalText({ from, to, message })
}

function crashesOf<Message>(steps: readonly WorldStep<Message>[]): Crash[] {
  return steps.flatMap((step, i) => {
    if (step.action !== "crash") return []
    const { process } = step
    const back = steps.findIndex(
      (other, j) => j > i && other.action === "recover" && other.process === process,
    )
    return [{ process, at: timeOf(i), ...(back >= 0 && { recoverAt: timeOf(back) }) }]
  })
}

/** By process, for each timer it sets in order: how long until the trace lets it fire. */
function timerDurations<Message, Stored, Remembered>(
  trace: ActorTrace<Message, Stored, Remembered>,
): Micros[][] {
  const never = timeOf(trace.steps.length + 1)
  return trace.model.processes.map(({ actor }, process) =>
    settings(trace, actor, process).map(({ at, timer }) => {
      const firing = trace.steps.findIndex(
        (step, i) =>
          timeOf(i) > at && step.action === "timeout" && step.process === process && step.timer === timer,
      )
      return firing < 0 ? never : timeOf(firing) - at
    }),
  )
}

interface TimerSetting {
  readonly at: Micros
  readonly timer: Timer
}

/** The timers a process sets with their times, by executing its actor again. */
function settings<Message, Stored, Remembered>(
  trace: ActorTrace<Message, Stored, Remembered>,
  actor: Actor<unknown, Message, Stored, unknown>,
  process: Address,
): TimerSetting[] {
  const set = (at: Micros, outputs: ReturnType<typeof actor.step>["outputs"]): TimerSetting[] =>
    outputs.flatMap((output) => (output.type === "set-timer" ? [{ at, timer: output.timer }] : []))
  let { state, outputs } = actor.start(process)
  const found = set(0, outputs)
  const early = trace.model.lateRequests === true ? [] : trace.model.requests
  for (const { value } of early.filter((request) => request.process === process)) {
    ;({ state, outputs } = actor.step(state, { type: "propose", value }))
    found.push(...set(0, outputs))
  }
  trace.steps.forEach((step, i) => {
    const local = trace.worlds[i]!.locals[process]!
    const input = inputOf(step, process, local.stored)
    if (input === undefined) return
    const before = input.type === "recover" ? actor.start(process).state : local.state
    found.push(...set(timeOf(i), actor.step(before, input).outputs))
  })
  return found
}

/** What a step of the world gives a process, if it is the process' step. */
function inputOf<Message, Stored>(
  step: WorldStep<Message>,
  process: Address,
  stored: Stored | undefined,
): Input<Message, Stored> | undefined {
  switch (step.action) {
    case "deliver":
      return step.to === process ? { type: "receive", from: step.from, message: step.message } : undefined
    case "timeout":
      return step.process === process ? { type: "timeout", timer: step.timer } : undefined
    case "ask":
      return step.process === process ? { type: "propose", value: step.value } : undefined
    case "recover":
      return step.process === process ? { type: "recover", stored } : undefined
    case "lose":
    case "crash":
      return undefined
  }
}

/** The process with scripted timers. The count of timers set outlives crashes, so it is not in the actor's state. */
function withDurations<Message, Stored>(
  process: Process<Message, Stored, unknown>,
  durations: readonly Micros[],
): Process<Message, Stored, unknown> {
  const { actor } = process
  let count = 0
  const scripted = <S extends ReturnType<typeof actor.step>>(step: S): S => ({
    ...step,
    outputs: step.outputs.map((output) => {
      if (output.type !== "set-timer") return output
      const duration = durations[count++] ?? 0
      return { ...output, after: { min: duration, max: duration } }
    }),
  })
  return {
    ...process,
    actor: {
      start: (self) => scripted(actor.start(self)),
      step: (state, input) => scripted(actor.step(state, input)),
    },
  }
}
