import { InvariantError } from "../base/errors.ts"
import { type Verdict, holds, unknown, violated } from "../base/verdict.ts"
import { type TraceEvent, type TraceEventType, showTo } from "../world/simulate/trace.ts"

/** An event in the trace of any protocol: its messages and records are opaque. */
export type AnyEvent = TraceEvent<unknown, unknown, unknown>

/**
 * Gathers the facts of one kind during a run. They are its fields, which properties and measures read.
 * It takes each type of event that its kind wants whole, or stores and reports by their parts
 * (`SelectiveObserver`).
 */
export interface Gatherer<Event> {
  observe?(event: Event): void
  stored?(at: number, process: number, record: PartOf<Event, "store", "record">, isVolatile: boolean): void
  reported?(at: number, process: number, report: PartOf<Event, "report", "report">): void
}

/** What events of a type have under a name; never, where there is none. */
export type PartOf<Event, Type extends string, Name extends string> =
  Extract<Event, { readonly type: Type }> extends { readonly [K in Name]: infer Part } ? Part : never

/**
 * A kind of fact about runs: decisions, what was learned, messages sent. It declares the events it is
 * gathered from and makes the gatherer of a run. `facts` gives it other kinds that it depends on; those
 * see every event first.
 *
 * @example
 * const learnings: FactKind<Cluster, PaxosEvent, Learnings> = {
 *   wants: ["learn"],
 *   gather: () => new Learnings(),
 * }
 */
export interface FactKind<Subject, Event, Gathered extends Gatherer<Event> = Gatherer<Event>> {
  readonly wants: readonly TraceEventType[]
  gather(subject: Subject, facts: Facts<Subject, Event>): Gathered
}

/** Something read off the facts of a run: the verdict of a property, or measures. */
export interface Reading<Subject, Event, Result> {
  readonly needs: readonly FactKind<Subject, Event>[]
  /** Called after the run, or during it: the result for the events so far. */
  read(facts: Facts<Subject, Event>): Result
}

/** When a property was first seen broken, in microseconds of the run, and how. */
export interface Violation {
  readonly at: number
  readonly message: string
}

/** The statement of a property; `Subject` is what it is about: a cluster, a plan. */
export interface Statement<Subject> {
  /** In kebab-case: what reports and rows call it, "agreement". */
  readonly name: string
  /** Its number in the thesis, where it has one: "P4", "12.1". */
  readonly number?: string
  /** Definition or lemma, in the literature. */
  readonly reference: string
  /** The property, in one sentence. */
  readonly statement: string
  /** The reason why it is not stated for this subject; undefined where it is. By default it always is. */
  readonly notStated?: (subject: Subject) => string | undefined
}

/**
 * A property of runs: a named statement with its reference, and how it is judged
 * on the facts of a run. There is no other kind of check: a definition, a lemma,
 * a rule of the oracle and linearizability are all properties, and safety is a
 * selection of them.
 *
 * Facts are what any onlooker could see: messages, what is on disk, what was
 * learned. No property looks into an actor, so the same one judges the protocol,
 * its mutants, and an implementation that only shares the trace.
 */
export interface Property<Subject, Event>
  extends Statement<Subject>, Reading<Subject, Event, Verdict<Violation>> {}

/** A property and its verdict on a run. */
export interface Judgement {
  readonly name: string
  readonly reference: string
  readonly verdict: Verdict<Violation>
}

/**
 * The facts of one run, each kind gathered once: those that the `readings` need and no others. It is an
 * observer of the run.
 *
 * Cost: per event, one call to each gatherer that wants events of its type.
 *
 * @example
 * const facts = new Facts(cluster, [...safety, decreeMeasures])
 * simulate(scenario, facts)
 * judge(safety, facts) // => [{ name: "agreement", …, verdict: { verdict: "holds", … } }, …]
 * decreeMeasures.read(facts) // => { decidedAt: 42_000, … }
 */
export class Facts<Subject, Event> {
  readonly subject: Subject
  private readonly gathered = new Map<FactKind<Subject, Event>, Gatherer<Event>>()
  private readonly gatherers: Partial<Record<TraceEventType, Gatherer<Event>[]>> = {}
  private readonly isComplete: boolean = false

  constructor(subject: Subject, readings: readonly Pick<Reading<Subject, Event, unknown>, "needs">[]) {
    this.subject = subject
    for (const { needs } of readings) for (const kind of needs) this.of(kind)
    this.isComplete = true
  }

  /** Facts of one kind; an InvariantError where no reading has named it among its needs. */
  of<Gathered extends Gatherer<Event>>(kind: FactKind<Subject, Event, Gathered>): Gathered {
    const known = this.gathered.get(kind)
    if (known !== undefined) return known as Gathered
    if (this.isComplete)
      throw new InvariantError("these facts were not gathered: a reading has to name every kind it needs.")
    const gatherer = kind.gather(this.subject, this)
    this.gathered.set(kind, gatherer)
    for (const type of kind.wants) (this.gatherers[type] ??= []).push(gatherer)
    return gatherer
  }

  /** The types of events that some kind is gathered from. */
  get wants(): readonly TraceEventType[] {
    return Object.keys(this.gatherers) as TraceEventType[]
  }

  /**
   * Each kind as a separate observer, in order: for runs of millions of events, which `observe` would
   * slow.
   */
  get observers(): { readonly wants: readonly TraceEventType[]; readonly by: Gatherer<Event> }[] {
    return [...this.gathered].map(([{ wants }, by]) => ({ wants, by }))
  }

  readonly observe = (event: Event): void => {
    const gatherers = this.gatherers[(event as { readonly type: TraceEventType }).type]
    if (gatherers === undefined) return
    for (let i = 0; i < gatherers.length; i++) showTo(gatherers[i]! as Gatherer<unknown>, event as TraceEvent)
  }
}

/** The kinds of facts that a reading needs, by the name under which it is given them. */
export type Needs<Subject, Event> = Readonly<Record<string, FactKind<Subject, Event>>>

/** What was gathered of them, by the same names. */
export type Gathered<N> = {
  readonly [K in keyof N]: N[K] extends { gather(...given: never[]): infer G } ? G : never
}

/** A reading, from the kinds of facts that it needs and a function of them. */
export function reading<Subject, Event, N extends Needs<Subject, Event>, Result>(
  needs: N,
  read: (facts: Gathered<N>, subject: Subject) => Result,
): Reading<Subject, Event, Result> {
  const kinds = Object.entries(needs)
  return {
    needs: Object.values(needs),
    read: (facts) =>
      read(
        Object.fromEntries(kinds.map(([name, kind]) => [name, facts.of(kind)])) as Gathered<N>,
        facts.subject,
      ),
  }
}

/** What makes a property: its statement, the facts it needs, and the verdict on them. */
export type PropertyDefinition<Subject, Event, N extends Needs<Subject, Event>> = Statement<Subject> & {
  readonly needs: N
  readonly judge: (facts: Gathered<N>, subject: Subject) => Verdict<Violation>
}

/**
 * Defines a property. Protocols wrap it with their own types: `paxosProperty`, `logProperty`.
 *
 * @example
 * const validity = paxosProperty({
 *   name: "learned-was-proposed",
 *   reference: "Howard 2019, §1.3 (non-triviality)",
 *   statement: "Only values that some client proposed are learned.",
 *   needs: { inputs, learnings },
 *   judge: ({ inputs, learnings }) =>
 *     judgeEach("learned values", learnings.list, ({ value }) =>
 *       inputs.values.has(value) ? undefined : `${value} was learned, and no client proposed it`,
 *     ),
 * })
 */
export function property<Subject, Event, N extends Needs<Subject, Event>>({
  needs,
  judge,
  ...statement
}: PropertyDefinition<Subject, Event, N>): Property<Subject, Event> {
  return { ...statement, ...reading<Subject, Event, N, Verdict<Violation>>(needs, judge) }
}

/** Judges each of `items` in order: violated by the first that `complaint` has something to say about. */
export function judgeEach<Item extends { readonly at: number }>(
  what: string,
  items: readonly Item[],
  complaint: (item: Item) => string | undefined,
): Verdict<Violation> {
  return verdictOf(items.length, what, firstComplaint(items, complaint))
}

/** The first of `items` that there is something to complain about. */
export function firstComplaint<Item extends { readonly at: number }>(
  items: readonly Item[],
  complaint: (item: Item) => string | undefined,
): Violation | undefined {
  for (const item of items) {
    const message = complaint(item)
    if (message !== undefined) return { at: item.at, message }
  }
  return undefined
}

/**
 * The verdict after checking `count` of `what`: violated by the earliest of `found`, if any; vacuously
 * true, and marked so, if `count` is 0.
 */
export function verdictOf(
  count: number,
  what: string,
  ...found: readonly (Violation | undefined)[]
): Verdict<Violation> {
  let first: Violation | undefined
  for (const violation of found)
    if (violation !== undefined && (first === undefined || violation.at < first.at)) first = violation
  if (first !== undefined) return violated(first, first.message)
  return holds(count === 0 ? `vacuous: 0 ${what}` : `${count} ${what} were checked`)
}

/** Counts checks during a run and keeps the first violation: for runs too long to keep every fact. */
export class Finding {
  checked = 0
  private first: Violation | undefined

  get isViolated(): boolean {
    return this.first !== undefined
  }

  report(at: number, message: string): void {
    this.first ??= { at, message }
  }

  verdict(what: string): Verdict<Violation> {
    return verdictOf(this.checked, what, this.first)
  }
}

/**
 * The verdict of a run on a property; unknown, with the reason, where it is not stated for the subject
 * of the run.
 */
export function judgementOf<Subject, Event>(
  one: Property<Subject, Event>,
  facts: Facts<Subject, Event>,
): Judgement {
  const { name, reference } = one
  const because = one.notStated?.(facts.subject)
  return {
    name,
    reference,
    verdict: because === undefined ? one.read(facts) : unknown(`it is not stated here: ${because}`),
  }
}

/** The verdicts of a run on several properties, in their order. */
export function judge<Subject, Event>(
  properties: readonly Property<Subject, Event>[],
  facts: Facts<Subject, Event>,
): Judgement[] {
  return properties.map((one) => judgementOf(one, facts))
}

/** Those of some properties that are stated for a subject. */
export function statedFor<Subject, Event>(
  properties: readonly Property<Subject, Event>[],
  subject: Subject,
): Property<Subject, Event>[] {
  return properties.filter((one) => one.notStated?.(subject) === undefined)
}
