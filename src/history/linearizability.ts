import { InvariantError, UsageError } from "../base/errors.ts"
import { ObjectCheck } from "./object-check.ts"
import { type History, type Operation, groupedBy, historyOf, isPending } from "./operation.ts"
import type { Specification } from "./specification.ts"
import type { FailingWindow } from "./window.ts"

/** A verdict on a history with its certificate: a linearization, or a failing window. */
export type LinearizabilityVerdict<Input, Output> =
  | {
      readonly verdict: "holds"
      readonly because: string
      /** The operations in a legal order of effects; operations of unknown outcome without effect are omitted. */
      readonly linearization: readonly Operation<Input, Output>[]
    }
  | { readonly verdict: "violated"; readonly because: string; readonly witness: FailingWindow<Input, Output> }
  | { readonly verdict: "unknown"; readonly because: string }

/** The limits of a check. */
export interface LinearizabilityOptions {
  /** Steps of the search after which the verdict is `unknown`; default 20 million, about 20 s. */
  readonly maxSteps?: number
}

/**
 * Whether a history is linearizable (Herlihy & Wing 1990): whether every operation has a
 * linearization point between its call and its return such that all outputs agree with the
 * sequential specification.
 *
 * `holds` comes with a linearization, verified against the definition; `violated` with a
 * smallest failing window of one object. Deterministic.
 *
 * Each object is checked separately: a history is linearizable if and only if its restriction
 * to each object is (locality; Herlihy & Wing 1990, theorem 1). The search is exponential only
 * in the number of operations concurrently open on one object.
 */
export function checkLinearizability<State, Input, Output>(
  history: History<Input, Output>,
  specification: Specification<State, Input, Output>,
  { maxSteps = defaultMaxSteps }: LinearizabilityOptions = {},
): LinearizabilityVerdict<Input, Output> {
  if (!(maxSteps >= 0)) {
    throw new UsageError(
      `maxSteps is ${maxSteps}; must be a non-negative number, such as ${defaultMaxSteps}.`,
    )
  }
  const check = new LinearizabilityCheck(history, specification)
  check.advance(maxSteps)
  return check.verdict()
}

/** About 20 s; a history that needs more steps is unlikely to be decided. */
export const defaultMaxSteps = 20_000_000

/** A resumable check of one history, for callers with a time limit. */
export class LinearizabilityCheck<State, Input, Output> {
  private readonly history: History<Input, Output>
  private readonly specification: Specification<State, Input, Output>
  /** By name, in lexicographic order. */
  private readonly objectsByName: ReadonlyMap<string, ObjectCheck<State, Input, Output>>
  private readonly objects: readonly ObjectCheck<State, Input, Output>[]
  private undecided: readonly ObjectCheck<State, Input, Output>[]
  private violated: ObjectCheck<State, Input, Output> | undefined

  constructor(history: History<Input, Output>, specification: Specification<State, Input, Output>) {
    this.history = historyOf(history)
    this.specification = specification
    this.objectsByName = objectsOf(this.history, specification)
    this.objects = [...this.objectsByName.values()]
    this.undecided = this.objects
  }

  /** The steps taken so far. */
  get steps(): number {
    return this.objects.reduce((sum, { steps }) => sum + steps, 0)
  }

  /**
   * Continues for at most `steps` steps; true if the history is decided. Objects take
   * turns, so that a hard one does not delay the others.
   */
  advance(steps: number): boolean {
    const limit = this.steps + steps
    while (this.undecided.length > 0 && this.violated === undefined) {
      let left = limit - this.steps
      for (const object of this.undecided) {
        const before = object.steps
        if (object.advance(Math.min(turnSteps, left)) === "violated") this.violated ??= object
        left -= object.steps - before
      }
      this.undecided = this.undecided.filter(({ outcome }) => outcome === "open")
      if (this.steps >= limit) break
    }
    return this.undecided.length === 0 || this.violated !== undefined
  }

  /** The outcome so far, without its certificate, which may take longer to compute. */
  get outcome(): "holds" | "violated" | "open" {
    if (this.violated !== undefined) return "violated"
    return this.undecided.length === 0 ? "holds" : "open"
  }

  /** The verdict so far. A violation takes further steps, to find its failing window. */
  verdict(): LinearizabilityVerdict<Input, Output> {
    if (this.violated !== undefined) return this.violation(this.violated)
    if (this.undecided.length > 0) return { verdict: "unknown", because: this.whyUnknown() }
    const linearization = merged(this.objects)
    const initialOf = (object: string): State => this.objectsByName.get(object)!.initial
    const flaw = whyNoLinearization(this.history, linearization, this.specification, initialOf)
    if (flaw !== undefined) throw new InvariantError(`a linearization was found that is none: ${flaw}.`)
    return { verdict: "holds", because: this.whyHolds(), linearization }
  }

  private violation(object: ObjectCheck<State, Input, Output>): LinearizabilityVerdict<Input, Output> {
    const witness = object.failingWindow(windowSteps)
    const { unplaceable, states } = witness
    const operation = this.specification.describe(unplaceable.input, unplaceable.output)
    const possible = states.length === 0 ? "" : `; possible states: ${oneOf(states)}`
    return {
      verdict: "violated",
      because: `no linearization point for ${operation} of client ${unplaceable.client}${possible}`,
      witness,
    }
  }

  private whyHolds(): string {
    const of = this.objects.length === 1 ? "" : ` on ${this.objects.length} objects`
    return `${this.history.length} operations${of} have a linearization, found in ${this.steps} ${this.steps === 1 ? "step" : "steps"}`
  }

  private whyUnknown(): string {
    const some = `${this.objects.length - this.undecided.length} of ${this.objects.length} objects`
    const decided = this.objects.length === 1 ? "" : `; ${some} are linearizable`
    return `the search stopped after ${this.steps} steps${decided}`
  }
}

/** "1", "1 or 2", "1, 2 or 3". */
function oneOf(texts: readonly string[]): string {
  const [last] = texts.slice(-1)
  return texts.length < 2 ? String(last) : `${texts.slice(0, -1).join(", ")} or ${last}`
}

/** The steps of one turn of an object. */
const turnSteps = 20_000

/** The limit on minimising a failing window: one or two seconds. */
const windowSteps = 2_000_000

/** The checks of a history's objects, by their names. */
function objectsOf<State, Input, Output>(
  history: History<Input, Output>,
  specification: Specification<State, Input, Output>,
): Map<string, ObjectCheck<State, Input, Output>> {
  const objects = groupedBy(history, ({ input }) => specification.partition?.(input) ?? "")
  const byName = [...objects].sort(([a], [b]) => (a < b ? -1 : 1))
  return new Map(byName.map(([name, operations]) => [name, new ObjectCheck(operations, specification)]))
}

/**
 * The linearizations of all objects merged into one. The linearization point of an operation is
 * the latest call among the operations up to it in its object, which lies between its own call
 * and return; the merged order therefore respects real time.
 */
function merged<State, Input, Output>(
  objects: readonly ObjectCheck<State, Input, Output>[],
): Operation<Input, Output>[] {
  const placed = objects.flatMap((object) => {
    let moment = Number.NEGATIVE_INFINITY
    return object.linearization().map((operation) => {
      moment = Math.max(moment, operation.called)
      return { operation, moment }
    })
  })
  return placed.sort((a, b) => a.moment - b.moment).map(({ operation }) => operation)
}

/**
 * The reason why `order` is not a linearization of the history; undefined if it is one.
 *
 * Verifies the certificate from the definition: every operation that returned occurs once,
 * every operation of unknown outcome at most once, real-time order is respected, and the
 * specification allows every output. `initialOf` gives the initial state of each object.
 * Shares no code with the search. Cost: linear in the history.
 */
export function whyNoLinearization<State, Input, Output>(
  history: History<Input, Output>,
  order: readonly Operation<Input, Output>[],
  specification: Specification<State, Input, Output>,
  initialOf: (object: string) => State = () => specification.initial,
): string | undefined {
  return (
    whyNotTheHistory(history, order, specification) ??
    whyNotInRealTime(order, specification) ??
    whyNotAllowed(order, specification, initialOf)
  )
}

function whyNotTheHistory<State, Input, Output>(
  history: History<Input, Output>,
  order: readonly Operation<Input, Output>[],
  specification: Specification<State, Input, Output>,
): string | undefined {
  const placed = new Set(order)
  const show = describer(specification)
  if (placed.size < order.length) return "an operation takes effect twice"
  const missing = history.find((operation) => !isPending(operation) && !placed.has(operation))
  if (missing !== undefined) return `${show(missing)} returned and is not in the order`
  history.forEach((operation) => placed.delete(operation))
  const [stranger] = placed
  return stranger === undefined ? undefined : `${show(stranger)} is not in the history`
}

function whyNotInRealTime<State, Input, Output>(
  order: readonly Operation<Input, Output>[],
  specification: Specification<State, Input, Output>,
): string | undefined {
  const show = describer(specification)
  let latestCall = order[0]
  for (const operation of order) {
    if (operation.returned < latestCall!.called) {
      return `${show(operation)} had returned when ${show(latestCall!)} was called, and stands after it`
    }
    if (operation.called > latestCall!.called) latestCall = operation
  }
  return undefined
}

function whyNotAllowed<State, Input, Output>(
  order: readonly Operation<Input, Output>[],
  specification: Specification<State, Input, Output>,
  initialOf: (object: string) => State,
): string | undefined {
  const show = describer(specification)
  const states = new Map<string, State>()
  for (const operation of order) {
    const { input, output } = operation
    const object = specification.partition?.(input) ?? ""
    const state = states.has(object) ? states.get(object)! : initialOf(object)
    const next = specification.step(state, input, output)
    if (next === undefined) {
      return `${show(operation)} is not possible where the state is ${specification.describeState(state)}`
    }
    states.set(object, next)
  }
  return undefined
}

/** "read: 3 (client 2)". */
export function describer<State, Input, Output>(
  specification: Specification<State, Input, Output>,
): (operation: Operation<Input, Output>) => string {
  return ({ client, input, output }) => `${specification.describe(input, output)} (client ${client})`
}
