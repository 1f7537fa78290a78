import { z } from "zod"
import { UsageError } from "../../base/errors.ts"
import type { Exploration, ExplorationTrace } from "../../run/exploration.ts"
import type { WorldStep } from "../../world/explore/model.ts"
import { runWorldSteps } from "../../world/explore/trace.ts"
import { type ExplorationWords, explorationSchema, readExploration } from "../explore/exploration.ts"
import { isProtocolFile } from "../shared/protocol-argument.ts"

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
  settings: explorationSchema,
  steps: z.array(step),
})

/** The replay file of a run. */
export function actorReplay(trace: ExplorationTrace, settings: ExplorationWords, because: string): object {
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

/**
 * Re-executes the run of a replay file with the processes of its protocol. Code
 * of the user's own runs only if the user names it: `given` is that name. Throws
 * UsageError at a step that is not enabled.
 */
export async function readActorReplay(
  data: unknown,
  given: string | undefined,
): Promise<{ trace: ExplorationTrace; exploration: Exploration }> {
  const parsed = actorReplaySchema.safeParse(data)
  if (!parsed.success) {
    throw new UsageError(`not a replay file of the actor model:\n${z.prettifyError(parsed.error)}`)
  }
  const { settings, steps } = parsed.data
  if (given === undefined && isProtocolFile(settings.protocol)) {
    throw new UsageError(
      `the run is of the protocol ${settings.protocol}, whose code runs only if you name it: add --protocol ${settings.protocol}.`,
    )
  }
  const exploration = await readExploration({ ...settings, protocol: given ?? settings.protocol })
  const { model } = exploration
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
  return { trace: runWorldSteps(model, taken as WorldStep<unknown>[]), exploration }
}
