import { oncePer } from "../base/memo.ts"
import { type Verdict, holds, unknown, violated } from "../base/verdict.ts"
import type { History, Property as ExploredProperty, WorldEvent } from "../world/explore/model.ts"
import type { ActorTrace } from "../world/explore/trace.ts"
import type { TraceEventType } from "../world/simulate/trace.ts"
import {
  type AnyEvent,
  type FactKind,
  type Gatherer,
  type Property,
  type Violation,
  property,
} from "./property.ts"

/**
 * A property of states: a condition on the history of a run (`History`). An explorer checks it in all
 * reachable states; `traceProperty` converts it to a `Property`, which checks one run after every event.
 *
 * A property may have both forms. A trace contains more than the history, such as when and by whom a
 * value was decided, so that the form for traces has a better witness and counts its checks; both have
 * the same verdict on every run (see `state-property.test.ts`).
 */
export interface StateProperty<Remembered, Subject> {
  /** What reports and rows call it: "agreement". */
  readonly name: string
  /**
   * `always`, the default: in every state of every run. `sometimes`: in some state of some run, the
   * guard against a protocol that does nothing. `eventually`: in some state of every maximal run.
   */
  readonly kind?: "always" | "sometimes" | "eventually"
  /** Where in the literature it is from. */
  readonly reference?: string
  /** The property, in one sentence. */
  readonly statement: string
  readonly holds: (remembered: Remembered, subject: Subject) => boolean
  /** What is wrong with a state in which it does not hold; of an explored run, the trace to it as well. */
  readonly explain?: (
    remembered: Remembered,
    subject: Subject,
    trace?: ActorTrace<unknown, unknown, Remembered>,
  ) => string | undefined
}

/** The events that an explorer has as well: what is remembered of a run depends on these alone. */
const remembered = ["deliver", "send", "store", "learn", "report", "crash", "recover"] as const

const isRemembered = (event: AnyEvent): event is AnyEvent & WorldEvent<unknown, unknown> =>
  (remembered as readonly TraceEventType[]).includes(event.type)

/** Gathers the history of a run. */
export class Remembering<Remembered> implements Gatherer<AnyEvent> {
  value: Remembered
  private readonly history: History<unknown, unknown, Remembered>

  constructor(history: History<unknown, unknown, Remembered>) {
    this.history = history
    this.value = history.initial
  }

  observe(event: AnyEvent): void {
    if (isRemembered(event)) this.value = this.history.observe(this.value, event)
  }
}

/** The kind of fact that a history is; one for each, so that a run folds it once for all properties over it. */
export const rememberedBy = oncePer(
  (history: History<unknown, unknown, unknown>): FactKind<unknown, AnyEvent, Remembering<unknown>> => ({
    wants: remembered,
    gather: () => new Remembering(history),
  }),
)

/** Judges a state whenever it has changed. */
class Watch<Remembered, Subject> implements Gatherer<AnyEvent> {
  private readonly asked: StateProperty<Remembered, Subject>
  private readonly subject: Subject
  private readonly memory: Remembering<Remembered>
  private judged: Remembered
  private heldOnce = false
  private first: Violation | undefined

  constructor(asked: StateProperty<Remembered, Subject>, subject: Subject, memory: Remembering<Remembered>) {
    this.asked = asked
    this.subject = subject
    this.memory = memory
    this.judged = memory.value
    this.judge(0)
  }

  observe({ at }: AnyEvent): void {
    if (this.memory.value === this.judged) return
    this.judged = this.memory.value
    this.judge(at)
  }

  private judge(at: number): void {
    const { holds: isTrue, explain, statement } = this.asked
    if (isTrue(this.judged, this.subject)) this.heldOnce = true
    else this.first ??= { at, message: explain?.(this.judged, this.subject) ?? statement }
  }

  /** One run cannot violate a property of some run, or of maximal runs. */
  get verdict(): Verdict<Violation> {
    const { kind = "always", statement } = this.asked
    if (kind !== "always") return this.heldOnce ? holds("so in this run") : unknown("not so in this run")
    return this.first === undefined ? holds(statement) : violated(this.first, this.first.message)
  }
}

/** A property of states as one of runs: judged at the start and whenever what is remembered has changed. */
export function traceProperty<Remembered, Subject>(
  history: History<unknown, unknown, Remembered>,
  asked: StateProperty<Remembered, Subject> & { readonly reference: string },
): Property<Subject, AnyEvent> {
  const { name, reference, statement } = asked
  const memory = rememberedBy(history) as FactKind<Subject, AnyEvent, Remembering<Remembered>>
  const watch: FactKind<Subject, AnyEvent, Watch<Remembered, Subject>> = {
    wants: memory.wants,
    gather: (subject, facts) => new Watch(asked, subject, facts.of(memory)),
  }
  return property<Subject, AnyEvent, { watch: typeof watch }>({
    ...{ name, reference, statement },
    needs: { watch },
    judge: (facts) => facts.watch.verdict,
  })
}

/** A property for an explorer: on the history, which costs almost nothing. */
export function judgedInStates<Message, Stored, Remembered, Subject>(
  { name, kind = "always", holds: isTrue }: StateProperty<Remembered, Subject>,
  subject: Subject,
): ExploredProperty<Message, Stored, Remembered> {
  return { name, kind, ofHistory: (memory) => isTrue(memory, subject) }
}
