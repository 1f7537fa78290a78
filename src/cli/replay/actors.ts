import { z } from "zod"
import { UsageError } from "../../base/errors.ts"
import { type PaxosTrace, paxosStateText } from "../../check/explored-paxos.ts"
import { decisionNews } from "../../check/disagreement.ts"
import type { QuorumPlan } from "../../quorum/plan.ts"
import type { WorldStep } from "../../world/explore/model.ts"
import { runWorldSteps } from "../../world/explore/trace.ts"
import { actorDiagram } from "../../run/diagrams/actors.ts"
import type { SequenceDiagram } from "../../experiment/diagram/model.ts"
import { type PaxosMessage, formatMessage } from "../../protocol/paxos/messages.ts"
import { type ActorSettings, actorSettingsSchema, exploredCluster } from "../explore/cluster.ts"

const envelope = { from: z.string(), to: z.string(), message: z.looseObject({ type: z.string() }) }
const process = z.string()
const crashBefore = z.int().optional()
const step = z.discriminatedUnion("action", [
  z.strictObject({ action: z.literal("deliver"), ...envelope, crashBefore }),
  z.strictObject({ action: z.literal("lose"), ...envelope }),
  z.strictObject({ action: z.literal("timeout"), process, timer: z.string(), crashBefore }),
  z.strictObject({ action: z.literal("ask"), process, value: z.string(), crashBefore }),
  z.strictObject({ action: z.literal("crash"), process }),
  z.strictObject({ action: z.literal("recover"), process }),
])

/** The schema of a replay file of the actor model: its settings, and its steps by process name. */
export const actorReplaySchema = z.strictObject({
  $schema: z.string().optional(),
  schemaVersion: z.literal(1),
  kind: z.literal("quorate-replay"),
  model: z.literal("actors"),
  because: z.string().optional(),
  settings: actorSettingsSchema,
  steps: z.array(step),
})

/** The content of a replay file of the actor model. */
export type ActorReplayFile = z.infer<typeof actorReplaySchema>

/** The replay file of a run. */
export function actorReplay(trace: PaxosTrace, settings: ActorSettings, because: string): ActorReplayFile {
  const name = (address: number): string => trace.model.processes[address]!.name
  const steps = trace.steps.map((taken) =>
    taken.action === "deliver" || taken.action === "lose"
      ? { ...taken, from: name(taken.from), to: name(taken.to) }
      : { ...taken, process: name(taken.process) },
  )
  return {
    schemaVersion: 1,
    kind: "quorate-replay",
    model: "actors",
    because,
    settings,
    steps,
  }
}

/** Re-executes the run of a replay file; returns it with its settings. Throws UsageError at a step that is not enabled. */
export async function readActorReplay(
  data: unknown,
): Promise<{ trace: PaxosTrace; settings: ActorSettings }> {
  const parsed = actorReplaySchema.safeParse(data)
  if (!parsed.success) {
    throw new UsageError(`not a replay file of the actor model:\n${z.prettifyError(parsed.error)}`)
  }
  const { settings, steps } = parsed.data
  const { model } = await exploredCluster(settings)
  const addressOf = (name: string): number => {
    const address = model.processes.findIndex((one) => one.name === name)
    if (address < 0) {
      const names = model.processes.map((one) => one.name).join(", ")
      throw new UsageError(`unknown process ${name} in the replay file. Its processes: ${names}.`)
    }
    return address
  }
  const taken = steps.map((given) =>
    given.action === "deliver" || given.action === "lose"
      ? { ...given, from: addressOf(given.from), to: addressOf(given.to) }
      : { ...given, process: addressOf(given.process) },
  )
  return { trace: runWorldSteps(model, taken as unknown as WorldStep<PaxosMessage>[]), settings }
}

/** The sequence diagram of a run of Paxos actors, with its decisions. */
export function paxosDiagram(trace: PaxosTrace, plan: QuorumPlan, title?: string): SequenceDiagram {
  const news = decisionNews(plan, trace)
  return actorDiagram(trace, { message: formatMessage, state: paxosStateText, news }, title)
}
