import { z } from "zod"
import { UsageError, describeUnknown } from "../../base/errors.ts"
import { members, nodeSet } from "../../base/node-set.ts"
import { type SpecModel, valueName } from "./model.ts"
import { type AgreementViolation, type SpecTrace, describeViolation, runSteps } from "./trace.ts"
import type { SpecStep } from "./transition.ts"

const names = z.array(z.string().min(1))
const epoch = z.int().min(0)
const step = z.discriminatedUnion("action", [
  z.strictObject({ action: z.literal("prepare"), epoch }),
  z.strictObject({ action: z.literal("promise"), epoch, acceptor: z.string() }),
  z.strictObject({ action: z.literal("propose"), epoch, value: z.string(), quorum: names }),
  z.strictObject({ action: z.literal("accept"), epoch, acceptor: z.string() }),
])

/** A run of abstract Paxos in a file: everything it takes to step through it again, in names. */
export const specReplaySchema = z.strictObject({
  $schema: z.string().optional(),
  schemaVersion: z.literal(1),
  kind: z.literal("quorate-replay"),
  model: z.literal("spec"),
  /** What the run shows, in a sentence. */
  because: z.string().optional(),
  system: z.string(),
  acceptors: names.min(1).max(16),
  phase1: z.array(names),
  phase2: z.array(names),
  values: z.int().min(1).max(15),
  epochs: z.int().min(1).max(16),
  steps: z.array(step),
})

/** What such a file holds. */
export type SpecReplayFile = z.infer<typeof specReplaySchema>

/** The file of a violation: its text is stable, two spaces to a level. */
export function violationReplay(violation: AgreementViolation): SpecReplayFile {
  const { trace, system } = violation
  return { ...traceReplay(trace, system), because: describeViolation(violation) }
}

/** The file of any run, for one of the model's phase-2 systems. */
export function traceReplay({ model, steps }: SpecTrace, system: string): SpecReplayFile {
  const inNames = (set: number): string[] => members(set).map((a) => model.acceptors[a]!)
  const phase2 = model.phase2.find(({ name }) => name === system)?.quorums ?? []
  return {
    schemaVersion: 1,
    kind: "quorate-replay",
    model: "spec",
    system,
    acceptors: [...model.acceptors],
    phase1: model.phase1.map(inNames),
    phase2: phase2.map(inNames),
    values: model.values,
    epochs: model.epochs,
    steps: steps.map((taken) => {
      switch (taken.action) {
        case "prepare":
          return { action: taken.action, epoch: taken.epoch }
        case "propose":
          return { ...taken, value: valueName(taken.value), quorum: inNames(taken.quorum) }
        case "promise":
        case "accept":
          return { ...taken, acceptor: model.acceptors[taken.acceptor]! }
      }
    }),
  }
}

/**
 * The run of a file, executed again step by step. Throws UsageError for a file
 * that is not one, and for a step that is not possible.
 */
export function readReplay(data: unknown): SpecTrace {
  const parsed = specReplaySchema.safeParse(data)
  if (!parsed.success) {
    throw new UsageError(
      `not a replay file of the specification model:\n${z.prettifyError(parsed.error)}\n` +
        `quorate explore … --save FILE.json writes replay files.`,
    )
  }
  const file = parsed.data
  const model = modelOf(file)
  return runSteps(
    model,
    file.steps.map((given) => stepOf(file, given)),
  )
}

function modelOf(file: SpecReplayFile): SpecModel {
  return {
    acceptors: file.acceptors,
    values: file.values,
    epochs: file.epochs,
    phase1: file.phase1.map((quorum) => setFrom(file, quorum)),
    phase2: [{ name: file.system, quorums: file.phase2.map((quorum) => setFrom(file, quorum)) }],
  }
}

function stepOf(file: SpecReplayFile, given: SpecReplayFile["steps"][number]): SpecStep {
  switch (given.action) {
    case "prepare":
      return given
    case "propose":
      return { ...given, value: valueFrom(given.value), quorum: setFrom(file, given.quorum) }
    case "promise":
    case "accept":
      return { ...given, acceptor: positionOf(file, given.acceptor) }
  }
}

function setFrom(file: SpecReplayFile, quorum: readonly string[]): number {
  return Number(nodeSet(quorum.map((name) => positionOf(file, name))))
}

function positionOf({ acceptors }: SpecReplayFile, name: string): number {
  const position = acceptors.indexOf(name)
  if (position < 0) {
    throw new UsageError(describeUnknown("acceptor", name, acceptors))
  }
  return position
}

/** The value of a name, A being the first. */
export function valueFrom(name: string): number {
  const value = name.length === 1 ? name.charCodeAt(0) - 65 : -1
  if (value < 0 || value > 25)
    throw new UsageError(`a value of the replay is ${name}; must be a letter from A to Z.`)
  return value
}
