import { z } from "zod"
import { InvariantError, UsageError } from "../../base/errors.ts"
import { type PaxosTrace, decidedIn, describePaxosStep, paxosStateText } from "../../check/explored-paxos.ts"
import { castOfItf, fromItf } from "../../world/spec/itf.ts"
import { specModel, valueName } from "../../world/spec/model.ts"
import { readReplay } from "../../world/spec/replay-file.ts"
import type { SpecTrace } from "../../world/spec/trace.ts"
import { changingSteps, decisions, describeStep } from "../../world/spec/transition.ts"
import { scenarioOfTrace } from "../../check/simulated-trace.ts"
import { specRunByActors } from "../../check/spec-run-by-actors.ts"
import { Decisions } from "../../check/paxos/facts.ts"
import type { SequenceDiagram } from "../../experiment/diagram/model.ts"
import { acceptorText, specDiagram } from "../../run/diagrams/spec.ts"
import type { Proposal } from "../../protocol/paxos/messages.ts"
import type { QuorumPlan } from "../../quorum/plan.ts"
import { simulate } from "../../world/simulate/simulate.ts"
import { paxosDiagram, readActorReplay } from "./actors.ts"
import { exploredCluster } from "../explore/cluster.ts"
import { readSystem } from "../shared/system-argument.ts"

/** A replayed run of either model, position by position. */
export interface ReplayView {
  readonly title: string
  /** One more than the number of steps: the first is the initial state. */
  readonly positions: readonly ReplayPosition[]
  readonly diagram: SequenceDiagram
  /** Whether two values are decided in the final state. */
  readonly violated: boolean
  /** The outcome of the same steps in the simulator. */
  readonly simulated: string
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
 * Re-executes the run of a replay file of either model, or of an ITF trace.
 * A trace that does not name its quorum system requires `system`.
 */
export async function replayView(data: unknown, system?: string): Promise<ReplayView> {
  if (isItf(data)) return itfView(data, system)
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
  if (parsed.data.model === "spec") return specView(readReplay(data), title)
  const { trace, plan } = await actorRun(data)
  return actorView(trace, plan, title)
}

function isItf(data: unknown): boolean {
  return typeof data === "object" && data !== null && "states" in data && "vars" in data
}

async function itfView(data: unknown, given: string | undefined): Promise<ReplayView> {
  const { values, epochs, ballots, system = given } = castOfItf(data)
  if (system === undefined) {
    throw new UsageError(
      'The ITF trace names no quorum system; give one over its acceptors, such as --system "choose(2, a1, a2, a3)".',
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

async function actorRun(data: unknown): Promise<{ trace: PaxosTrace; plan: QuorumPlan }> {
  const { trace, settings } = await readActorReplay(data)
  const { explored } = await exploredCluster(settings)
  return { trace, plan: explored.cluster.plan }
}

function specView(trace: SpecTrace, title: string): ReplayView {
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
  }
}

/** Executes the steps of the specification with the actors in the simulator; they must decide the same proposals. */
function simulatedSpecText(trace: SpecTrace): string {
  const system = trace.model.phase2[0]!
  const run = specRunByActors(trace, system)
  if (run === undefined) {
    return "not simulated: a proposal uses more promises than a proposer awaits, or none"
  }
  const decided = decisions(trace.states.at(-1)!, system.quorums)
  return simulatedText(
    run.trace,
    run.plan,
    decided.map(({ epoch, value }) => ({ epoch, value: valueName(value) })),
  )
}

function actorView(trace: PaxosTrace, plan: QuorumPlan, title: string): ReplayView {
  const { processes } = trace.model
  const decidedAt = (i: number) => decidedIn(plan, trace.worlds[i]!.remembered)
  const positions = trace.worlds.map((world, i): ReplayPosition => {
    const step = trace.steps[i - 1]
    const states = world.locals.flatMap((local): [string, string][] => {
      const text = local.up ? paxosStateText(local) : "down"
      return text === undefined ? [] : [[processes[local.address]!.name, text]]
    })
    return {
      step: step === undefined ? "initial state" : describePaxosStep(trace.model, step),
      states: Object.fromEntries(states),
      decided: decidedAt(i).map(({ epoch, value }) => `(${epoch}, ${value})`),
      possible: [],
    }
  })
  const decided = decidedAt(trace.worlds.length - 1)
  const violated = new Set(decided.map(({ value }) => value)).size > 1
  const simulated = simulatedText(trace, plan, decided)
  return { title, positions, diagram: paxosDiagram(trace, plan, title), violated, simulated }
}

/** Executes the same steps in the simulator; they must decide the same proposals. */
function simulatedText(trace: PaxosTrace, plan: QuorumPlan, decided: readonly Proposal[]): string {
  const texts = (proposals: readonly Proposal[]): string =>
    proposals
      .map(({ epoch, value }) => `(${epoch}, ${value})`)
      .sort()
      .join(", ") || "nothing"
  if (trace.steps.some((step) => "crashBefore" in step)) {
    return "not simulated: a process crashes within a step, which the simulator does not model"
  }
  const decisions = new Decisions(plan)
  simulate(scenarioOfTrace(trace), (event) => decisions.observe(event))
  const found = texts(decisions.list.map(({ proposal }) => proposal))
  if (found !== texts(decided)) {
    throw new InvariantError(`The simulator decides ${found}; the replayed steps decide ${texts(decided)}.`)
  }
  return `simulated: the same steps in the simulator decide the same: ${found}`
}
