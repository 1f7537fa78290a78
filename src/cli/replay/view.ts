import { z } from "zod"
import { InvariantError, UsageError } from "../../base/errors.ts"
import { castOfItf, fromItf } from "../../world/spec/itf.ts"
import { specModel, valueName } from "../../world/spec/model.ts"
import { readReplay } from "../../world/spec/replay-file.ts"
import type { SpecTrace } from "../../world/spec/trace.ts"
import { changingSteps, decisions, describeStep } from "../../world/spec/transition.ts"
import { decidedInSimulator, specRunByActors } from "../../check/spec-run-by-actors.ts"
import type { CaseSafety } from "../../experiment/define.ts"
import type { SequenceDiagram } from "../../experiment/diagram/model.ts"
import { constantPlan } from "../../quorum/plan.ts"
import { acceptorText, specDiagram } from "../../run/diagrams/spec.ts"
import {
  type Exploration,
  type ExplorationTrace,
  explorationDiagram,
  simulatedFacts,
  violatedIn,
} from "../../run/exploration.ts"
import { planSafety, runSafety } from "../../run/safety.ts"
import { messageText } from "../../run/protocol.ts"
import { canonicalText } from "../../world/explore/canonical-text.ts"
import { describeActorStep } from "../../world/explore/trace.ts"
import { readActorReplay } from "./actors.ts"
import { readSystem } from "../shared/system-argument.ts"

/** A replayed run of either model, position by position. */
export interface ReplayView {
  readonly title: string
  /** One more than the number of steps: the first is the initial state. */
  readonly positions: readonly ReplayPosition[]
  readonly diagram: SequenceDiagram
  /** Whether the final state violates a property. */
  readonly violated: boolean
  /** The outcome of the same steps in the simulator. */
  readonly simulated: string
  /** Whether its quorums are safe, whatever this run came to. */
  readonly safety: CaseSafety
}

/** The run after a number of steps. */
export interface ReplayPosition {
  readonly step: string
  /** The state of each process, by name. */
  readonly states: Readonly<Record<string, string>>
  /** "(0, A)": the proposals decided so far. */
  readonly decided: readonly string[]
  /** The enabled steps; empty if they are not known without a search. */
  readonly possible: readonly string[]
}

const kind = z.looseObject({
  kind: z.literal("quorate-replay"),
  model: z.enum(["spec", "actors"]),
  because: z.string().optional(),
})

/**
 * Re-executes the run of a replay file of either model, or of an ITF trace. A
 * trace that does not name its quorum system requires `system`; a run of a
 * protocol of the user's own requires `protocol`.
 */
export async function replayView(
  data: unknown,
  { system, protocol }: { readonly system?: string; readonly protocol?: string } = {},
): Promise<ReplayView> {
  if (isItf(data)) {
    if (protocol !== undefined) throw idleProtocol(protocol, "an ITF trace is of the specification")
    return itfView(data, system)
  }
  if (system !== undefined) {
    throw new UsageError("--system requires an ITF trace; a replay file names its quorum system.")
  }
  const parsed = kind.safeParse(data)
  if (!parsed.success) {
    throw new UsageError(
      `not a replay file:\n${z.prettifyError(parsed.error)}\nquorate explore … --save FILE.json writes replay files.`,
    )
  }
  const title = parsed.data.because ?? "Run without a description"
  if (parsed.data.model === "spec") {
    if (protocol !== undefined) throw idleProtocol(protocol, "the replay file is of the specification")
    return specView(readReplay(data), title)
  }
  const { trace, exploration } = await readActorReplay(data, protocol)
  return actorView(trace, exploration, title)
}

const idleProtocol = (protocol: string, because: string): UsageError =>
  new UsageError(`--protocol ${protocol} has no effect: ${because}. Leave it out.`)

function isItf(data: unknown): boolean {
  return typeof data === "object" && data !== null && "states" in data && "vars" in data
}

async function itfView(data: unknown, given: string | undefined): Promise<ReplayView> {
  const { values, epochs, ballots, system = given } = castOfItf(data)
  if (system === undefined) {
    throw new UsageError(
      'the ITF trace names no quorum system; give one over its acceptors, such as --system "choose(2, a1, a2, a3)".',
    )
  }
  const model = specModel(await readSystem(given ?? system), { values: Math.max(1, values.length), epochs })
  const renamed = [
    ...values.flatMap((name, value) =>
      name === valueName(value) ? [] : [`${valueName(value)} for ${name}`],
    ),
    ...ballots.flatMap((ballot, epoch) => (ballot === epoch ? [] : [`epoch ${epoch} for ballot ${ballot}`])),
  ]
  const legend = renamed.length === 0 ? "" : ` with ${renamed.join(", ")}`
  return specView(fromItf(model, data), `ITF trace${legend}`)
}

async function specView(trace: SpecTrace, title: string): Promise<ReplayView> {
  const { model, steps, states } = trace
  const { name, quorums } = model.phase2[0]!
  const positions = states.map((state, i): ReplayPosition => {
    const step = steps[i - 1]
    return {
      step: step === undefined ? "initial state" : describeStep(model, step),
      states: Object.fromEntries(
        state.acceptors.map((acceptor, a) => [model.acceptors[a]!, acceptorText(acceptor)]),
      ),
      decided: decisions(state, quorums).map(({ epoch, value }) => `(${epoch}, ${valueName(value)})`),
      possible: changingSteps(model, state).map((possible) => describeStep(model, possible)),
    }
  })
  const values = new Set(decisions(states.at(-1)!, quorums).map(({ value }) => value))
  return {
    title,
    positions,
    diagram: specDiagram(trace, `${name}: ${title}`),
    violated: values.size > 1,
    simulated: simulatedSpecText(trace),
    safety: planSafety(constantPlan(await readSystem(name)), ["4.4"]),
  }
}

/** Executes the steps of the specification with the actors in the simulator; they must decide the same proposals. */
function simulatedSpecText(trace: SpecTrace): string {
  const system = trace.model.phase2[0]!
  const run = specRunByActors(trace, system)
  if (run === undefined) {
    return "not simulated: a proposal uses more promises than a proposer awaits, or none"
  }
  const decided = decisions(trace.states.at(-1)!, system.quorums).map(
    ({ epoch, value }) => `(${epoch}, ${valueName(value)})`,
  )
  const simulated = decidedInSimulator(run).map(({ epoch, value }) => `(${epoch}, ${value})`)
  if (listOf(simulated) !== listOf(decided)) {
    throw new InvariantError(
      `the simulator decides ${listOf(simulated)}; the replayed steps decide ${listOf(decided)}.`,
    )
  }
  return decidesTheSame(decided)
}

const listOf = (texts: readonly string[]): string => [...texts].sort().join(", ") || "nothing"
const decidesTheSame = (decided: readonly string[]): string =>
  `simulated: the same steps in the simulator decide the same: ${listOf(decided)}`

function actorView(trace: ExplorationTrace, exploration: Exploration, title: string): ReplayView {
  const { processes } = trace.model
  const { protocol, run } = exploration
  const textOf = (message: unknown): string => messageText(protocol, message)
  const positions = trace.worlds.map((world, i): ReplayPosition => {
    const step = trace.steps[i - 1]
    const states = world.locals.flatMap((local): [string, string][] => {
      const text = local.up ? protocol.stateText?.(local) : "down"
      return text === undefined ? [] : [[processes[local.address]!.name, text]]
    })
    return {
      step: step === undefined ? "initial state" : describeActorStep(trace.model, step, textOf),
      states: Object.fromEntries(states),
      decided: protocol.decided?.(world.remembered, run) ?? [],
      possible: [],
    }
  })
  return {
    title,
    positions,
    diagram: explorationDiagram(exploration, trace, title),
    violated: violatedIn(exploration, trace.worlds.at(-1)!.remembered).length > 0,
    simulated: simulatedText(trace, exploration),
    safety: runSafety(protocol, run),
  }
}

/** Executes the same steps in the simulator; they must come to the same facts. */
function simulatedText(trace: ExplorationTrace, { protocol, run }: Exploration): string {
  const found = simulatedFacts(protocol, trace)
  if (found === undefined) {
    return "not simulated: a process crashes within a step, which the simulator does not model"
  }
  const explored = trace.worlds.at(-1)!.remembered
  if (canonicalText(found) !== canonicalText(explored)) {
    throw new InvariantError(
      `the simulator comes to the facts ${canonicalText(found)} in the steps that come to ${canonicalText(explored)}. ` +
        "The steps of a protocol must be pure functions of state and input.",
    )
  }
  const decided = protocol.decided?.(explored, run)
  return decided === undefined
    ? "simulated: the same steps in the simulator come to the same facts"
    : decidesTheSame(decided)
}
