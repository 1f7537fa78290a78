import { InvariantError, UsageError } from "../../base/errors.ts"
import { canonicalText } from "./canonical-text.ts"
import type { Futures } from "./futures.ts"
import { ActorMachine } from "./machine.ts"
import type { ActorModel, World, WorldStep } from "./model.ts"
import { WorldSuccessors } from "./successors.ts"

/** A run of actors: `worlds[i]` is the world before `steps[i]`; the last world has no step. */
export interface ActorTrace<Message, Stored, Remembered> {
  readonly model: ActorModel<Message, Stored, Remembered>
  readonly steps: readonly WorldStep<Message>[]
  readonly worlds: readonly World<Message, Stored, Remembered>[]
}

/**
 * The trace through rows that follow one another, the first being the initial
 * one. Rows in which `futures` were merged are only a guide to the steps; the
 * worlds are then those that the steps lead to.
 */
export function traceThrough<Message, Stored, Remembered>(
  machine: ActorMachine<Message, Stored, Remembered>,
  rows: readonly Uint32Array[],
  futures?: Futures<Message, Stored, Remembered>,
): ActorTrace<Message, Stored, Remembered> {
  const successors = new WorldSuccessors(machine, futures)
  const steps = rows.slice(1).map((row, i) => {
    const found = successors.steps(rows[i]!).find((next) => sameRow(next.row, row))
    if (found === undefined) throw new InvariantError(`no step leads from state ${i} of a trace to the next.`)
    return found.step
  })
  if (futures !== undefined) return runWorldSteps(machine.model, steps)
  return { model: machine.model, steps, worlds: rows.map((row) => successors.world(row)) }
}

/**
 * The worlds a list of steps goes through, computed by the actors anew. Throws
 * UsageError at a step that is not possible, with those that are.
 */
export function runWorldSteps<Message, Stored, Remembered>(
  model: ActorModel<Message, Stored, Remembered>,
  steps: readonly WorldStep<Message>[],
): ActorTrace<Message, Stored, Remembered> {
  return runDescribedSteps(model, steps.map(canonicalText), canonicalText)
}

/** The same for steps given by their descriptions: the first possible step that is described so is taken. */
export function runDescribedSteps<Message, Stored, Remembered>(
  model: ActorModel<Message, Stored, Remembered>,
  descriptions: readonly string[],
  describe: (step: WorldStep<Message>) => string,
): ActorTrace<Message, Stored, Remembered> {
  const machine = new ActorMachine(model)
  const successors = new WorldSuccessors(machine)
  let row = successors.initial()
  const steps: WorldStep<Message>[] = []
  const worlds = [successors.world(row)]
  for (const [i, wanted] of descriptions.entries()) {
    const possible = successors.steps(row)
    const found = possible.find((next) => describe(next.step) === wanted)
    if (found === undefined) {
      throw new UsageError(
        `step ${i + 1}, ${wanted}, is not possible in its state. Possible steps:\n` +
          possible.map((next) => `  ${describe(next.step)}`).join("\n"),
      )
    }
    steps.push(found.step)
    row = found.row
    worlds.push(successors.world(row))
  }
  return { model, steps, worlds }
}

/**
 * "p1->a1 prepare(0)", "p1 timeout phase", "a2 crash": a step as replays and results write it;
 * `textOf` is how its protocol writes a message.
 */
export function describeActorStep<Message>(
  { processes }: { readonly processes: readonly { readonly name: string }[] },
  step: WorldStep<Message>,
  textOf: (message: Message) => string,
): string {
  const name = (address: number): string => processes[address]!.name
  const crash = "crashBefore" in step ? ", and a crash before the write that follows" : ""
  switch (step.action) {
    case "deliver":
      return `${name(step.from)}->${name(step.to)} ${textOf(step.message)}${crash}`
    case "lose":
      return `${name(step.from)}->${name(step.to)} ${textOf(step.message)} is lost`
    case "timeout":
      return `${name(step.process)} timeout ${step.timer}${crash}`
    case "ask":
      return `${name(step.process)} is asked for ${step.value}${crash}`
    case "crash":
    case "recover":
      return `${name(step.process)} ${step.action}`
  }
}

function sameRow(a: Uint32Array, b: Uint32Array): boolean {
  return a.length === b.length && a.every((number, i) => number === b[i])
}
