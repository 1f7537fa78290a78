import type { Random } from "../../base/random.ts"
import { unknown } from "../../base/verdict.ts"
import { canonicalText } from "./canonical-text.ts"
import { Judge } from "./judge.ts"
import { ActorMachine } from "./machine.ts"
import type { ActorModel, Property, WorldStep } from "./model.ts"
import { type ActorOutcome, decidedOutcome } from "./outcome.ts"
import { StateTable } from "./state-table.ts"
import { WorldSuccessors } from "./successors.ts"

/** How many runs, how long, and how the next step is chosen. */
export interface SamplingOptions {
  readonly runs: number
  /** A run ends after this many steps, or when nothing can happen any more. */
  readonly maxSteps: number
  readonly random: Random
  readonly strategy: Strategy
}

/** How a run is drawn. */
export type Strategy =
  /** Every possible step is equally likely. */
  | { readonly kind: "walk" }
  /**
   * Probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi and
   * Nagarakatti 2010): what can act has random priorities, the highest acts, and
   * at `changes` random steps of a run the highest falls to the bottom. What can
   * act is a channel from one process to another, or a process by itself.
   */
  | { readonly kind: "pct"; readonly changes: number }

/** What sampled runs met. */
export interface ActorSample<Message, Stored, Remembered> {
  /** Different states met. */
  readonly distinct: number
  /** Steps taken in all runs. */
  readonly steps: number
  readonly depth: number
  readonly bytesMax: number
  readonly outcomes: readonly ActorOutcome<Message, Stored, Remembered>[]
}

/**
 * Random runs of a model too large to explore. They can find a violation, or a
 * state in which something `sometimes` holds; of what they do not find they say
 * `unknown`, never `holds`.
 */
export function sampleActors<Message, Stored, Remembered = null>(
  model: ActorModel<Message, Stored, Remembered>,
  properties: readonly Property<Message, Stored, Remembered>[],
  options: SamplingOptions,
): ActorSample<Message, Stored, Remembered> {
  const machine = new ActorMachine(model)
  const successors = new WorldSuccessors(machine)
  const judge = new Judge(machine, successors)
  const seen = new StateTable()
  const found = new Map<Property<Message, Stored, Remembered>, readonly Uint32Array[]>()
  let [steps, depth] = [0, 0]
  for (let run = 0; run < options.runs; run++) {
    const choose = chooser<Message>(options, options.random.fork(`run ${run}`))
    const rows = [successors.initial()]
    for (;;) {
      const row = rows[rows.length - 1]!
      seen.add(row, row.length, 0)
      for (const property of properties) {
        if (found.has(property) || property.kind === "eventually") continue
        if (judge.isTrue(property, row, 0, row.length) === (property.kind === "sometimes")) {
          found.set(property, [...rows])
        }
      }
      const next = rows.length > options.maxSteps ? [] : successors.steps(row)
      if (next.length === 0) break
      rows.push(next[choose(next.map(({ step }) => step))]!.row)
      steps++
    }
    depth = Math.max(depth, rows.length)
  }
  const outcomes = properties.map((property): ActorOutcome<Message, Stored, Remembered> => {
    const rows = found.get(property)
    if (rows !== undefined) return decidedOutcome(machine, property, rows)
    return { property, verdict: unknown(`${options.runs} sampled runs say nothing final: ${property.name}`) }
  })
  return { distinct: seen.size, steps, depth, bytesMax: seen.bytes, outcomes }
}

/** Picks the next step of a run among those possible, by position. */
type Chooser<Message> = (possible: readonly WorldStep<Message>[]) => number

function chooser<Message>({ strategy, maxSteps }: SamplingOptions, random: Random): Chooser<Message> {
  if (strategy.kind === "walk") return (possible) => random.below(possible.length)
  const priorities = new Map<string, number>()
  const changes = new Set(Array.from({ length: strategy.changes }, () => random.below(maxSteps)))
  let [step, lowest] = [0, 0]
  return (possible) => {
    const sources = possible.map(sourceOf)
    for (const source of sources) if (!priorities.has(source)) priorities.set(source, random.unit())
    const highest = (): string => sources.reduce((a, b) => (priorities.get(b)! > priorities.get(a)! ? b : a))
    // Below all others, and below those that have been put there before.
    if (changes.has(step++)) priorities.set(highest(), --lowest)
    const source = highest()
    const candidates = sources.flatMap((other, i) => (other === source ? [i] : []))
    return candidates[random.below(candidates.length)]!
  }
}

/** What acts in a step: the channel of a message, or the process. Crashes and losses have priorities of their own. */
function sourceOf<Message>(step: WorldStep<Message>): string {
  if (step.action === "deliver" || step.action === "lose") {
    const crash = step.action === "deliver" && step.crashBefore !== undefined
    return canonicalText([step.action, step.from, step.to, crash])
  }
  return canonicalText([step.action, step.process])
}
