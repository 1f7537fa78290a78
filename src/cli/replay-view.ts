import { z } from "zod"
import { UsageError } from "../base/errors.ts"
import { type PaxosTrace, decidedIn, describePaxosStep, paxosStateText } from "../check/explored-paxos.ts"
import { valueName } from "../explore/spec/model.ts"
import { readReplay } from "../explore/spec/replay-file.ts"
import type { SpecTrace } from "../explore/spec/trace.ts"
import { changingSteps, decisions, describeStep } from "../explore/spec/transition.ts"
import type { SequenceDiagram } from "../measure/sequence-diagram/model.ts"
import { acceptorText, specDiagram } from "../measure/sequence-diagram/spec-diagram.ts"
import type { QuorumPlan } from "../quorum/plan.ts"
import { paxosDiagram, readActorReplay } from "./actor-replay.ts"
import { exploredCluster } from "./explored-cluster.ts"

/** A replayed run, whatever its model, as it is stepped through. */
export interface ReplayView {
  readonly title: string
  /** One more than there are steps: the first is the beginning. */
  readonly positions: readonly ReplayPosition[]
  readonly diagram: SequenceDiagram
  /** Whether two values are decided at the end. */
  readonly violated: boolean
}

/** The run after a number of steps. */
export interface ReplayPosition {
  readonly step: string
  /** By process: what it remembers. */
  readonly states: Readonly<Record<string, string>>
  /** "(0, A)": the proposals decided so far. */
  readonly decided: readonly string[]
  /** What could happen next; where that is known without searching. */
  readonly possible: readonly string[]
}

const kind = z.looseObject({
  kind: z.literal("quorate-replay"),
  model: z.enum(["spec", "actors"]),
  because: z.string().optional(),
})

/** Reads the data of a replay file of either model and runs it again. */
export async function replayView(data: unknown): Promise<ReplayView> {
  const parsed = kind.safeParse(data)
  if (!parsed.success) {
    throw new UsageError(
      `This is not a replay file:\n${z.prettifyError(parsed.error)}\nSuch a file is written by quorate explore … --save FILE.json.`,
    )
  }
  const title = parsed.data.because ?? "A run without a remark."
  if (parsed.data.model === "spec") return specView(readReplay(data), title)
  const { trace, plan } = await actorRun(data)
  return actorView(trace, plan, title)
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
      step: step === undefined ? "the beginning" : describeStep(model, step),
      states: Object.fromEntries(
        state.acceptors.map((acceptor, a) => [model.acceptors[a]!, acceptorText(acceptor)]),
      ),
      decided: decisions(state, quorums).map(({ epoch, value }) => `(${epoch}, ${valueName(value)})`),
      possible: changingSteps(model, state).map((possible) => describeStep(model, possible)),
    }
  })
  const values = new Set(decisions(states.at(-1)!, quorums).map(({ value }) => value))
  return { title, positions, diagram: specDiagram(trace, `${name}: ${title}`), violated: values.size > 1 }
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
      step: step === undefined ? "the beginning" : describePaxosStep(trace.model, step),
      states: Object.fromEntries(states),
      decided: decidedAt(i).map(({ epoch, value }) => `(${epoch}, ${value})`),
      possible: [],
    }
  })
  const values = new Set(decidedAt(trace.worlds.length - 1).map(({ value }) => value))
  return { title, positions, diagram: paxosDiagram(trace, plan, title), violated: values.size > 1 }
}
