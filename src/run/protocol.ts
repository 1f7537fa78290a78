import { UsageError, describeUnknown } from "../base/errors.ts"
import { oncePer } from "../base/memo.ts"
import type { Random } from "../base/random.ts"
import type { Verdict } from "../base/verdict.ts"
import {
  type AnyEvent,
  type Property,
  type Reading,
  type Statement,
  type Violation,
  reading,
} from "../check/property.ts"
import { type StateProperty, rememberedBy, traceProperty } from "../check/state-property.ts"
import type { Measure } from "../experiment/measured.ts"
import type { Address, Micros, Process, Value } from "../protocol/actor.ts"
import type { SafetyCondition } from "../quorum/meet/safety.ts"
import type { QuorumPlan } from "../quorum/plan.ts"
import type { ActorModel, History, Local, WorldEvent } from "../world/explore/model.ts"
import type { ActorTrace } from "../world/explore/trace.ts"
import type { RunConditions } from "./decree-settings.ts"
import {
  type Observed,
  type ProtocolMeasure,
  type ShownMeasure,
  commonMeasures,
} from "./protocol-measures.ts"
import { type Settings, type SettingsTable, defaultsOf } from "./setting.ts"

/**
 * A protocol, with everything needed to run, explore and check it. One file in `src/run/protocols/` and
 * one line in its index, or a user's file, `--protocol ./mine.ts`. Runners use this value and know no
 * protocol by name.
 *
 * The type parameters are those of its processes (`Actor`), its facts and its settings; `Protocol`
 * without parameters is any protocol.
 *
 * `docs/adding.md` has a complete example.
 */
export interface Protocol<
  Message = unknown,
  Stored = unknown,
  Report = unknown,
  Facts = unknown,
  Setup = object,
> {
  /** In kebab-case: what `--protocol` calls it. */
  readonly id: string
  /** What it is, in one sentence. */
  readonly about: string
  /** Where in the literature it comes from. */
  readonly reference: string
  /** Its own settings, in addition to those of every run; none by default. */
  readonly settings?: Partial<Settings<Setup>>
  /** The values of settings that differ where runs are explored, not simulated. */
  readonly exploredSettings?: Partial<Setup>
  /** Quorums that it is designed for, for n nodes: what `own(n)` stands for. */
  ownPlan?(n: number, settings: Setup): QuorumPlan
  /** What a run must meet to be safe, by its quorums and settings: requirements by their ids, such as 4.4; none by default. */
  readonly requirements?: (run: ProtocolRun<Setup>) => readonly SafetyCondition[]
  /** The processes, acceptors (or replicas) first, in the order of the plan's nodes. */
  cluster(run: ProtocolRun<Setup>): ProtocolCluster<Message, Stored, Report>
  /** Every type of message, with the text and size that traces, diagrams and links use. */
  readonly messages: MessageForms<Message>
  /** What is remembered of a run to judge it: small, because an explorer keeps it in every state. */
  readonly facts: FactsOf<Message, Stored, Report, Facts>
  /** What must hold of the facts. */
  readonly properties: readonly ProtocolProperty<Facts, Setup>[]
  /** What its runs are measured by, by the names of columns in camelCase; `commonMeasures` unless given. */
  readonly measures?: Readonly<Record<string, ProtocolMeasure<Facts, ProtocolRun<Setup>>>>
  /** What measures come to in every run under some conditions, computed and not simulated, by their names; undefined where nothing is known. */
  closedForm?(run: ProtocolRun<Setup>, conditions: RunConditions): ClosedForm | undefined
  /** Mistakes to plant, as controls for the properties. */
  readonly mutants?: readonly ProtocolMutant<Message, Stored, Report, Setup>[]
  /** What an explorer must know: most protocols need a bound on epochs, without which a search does not end. */
  model?(run: ProtocolRun<Setup>, bounds: { readonly epochs: number }): ExploredModel<Message, Stored, Facts>
  /** What diagrams show of a process where it changes: "1; (1, A)". */
  stateText?(local: Local<Stored>): string | undefined
  /** The decided values, as texts: "(1, A)". */
  decided?(facts: Facts, run: ProtocolRun<Setup>): readonly string[]
  /** The remarks of a diagram after a number of steps of a trace. */
  remarks?(
    trace: ActorTrace<Message, Stored, Facts>,
    run: ProtocolRun<Setup>,
  ): (steps: number) => readonly string[]
}

/** What one run of a protocol is made from. */
export interface ProtocolRun<Setup = object> {
  readonly plan: QuorumPlan
  /** The values that clients propose, one each: A, B, … */
  readonly values: readonly Value[]
  readonly settings: Setup
  /**
   * The expected delay from one process to another, for protocols that contact the nearest; an explorer
   * has no delays.
   */
  readonly distance: (from: Address, to: Address) => number
  /** For draws that belong to the set-up, such as quorums chosen at random. */
  readonly random: Random
}

/** The processes of a run, the recipients of client requests, and what the conditions of a run need. */
export interface ProtocolCluster<Message = unknown, Stored = unknown, Report = unknown> {
  readonly processes: readonly Process<Message, Stored, Report>[]
  /** The recipients of the clients' requests, in the order of the values; the nodes in turn by default. */
  readonly asked?: readonly Address[]
  /** The groups that faults may name, such as "acceptors"; processes by their roles by default. */
  readonly groups?: Readonly<Record<string, readonly Address[]>>
  /** The target of faults at the leader, where it is known from the start. */
  readonly leader?: Address
  /** Whether nothing in it was drawn from the random stream of the run: then all seeds share one. */
  readonly isFixed?: boolean
  /**
   * The value that the client of a recovered process proposes, where clients resubmit; a new value by
   * default.
   */
  resubmits?(process: Address, at: Micros): Value | undefined
}

/** For each type of message its forms. */
export type MessageForms<Message> = Message extends { readonly type: infer Type extends string }
  ? { readonly [T in Type]: MessageForm<Extract<Message, { readonly type: T }>> }
  : Readonly<Record<string, MessageForm<Message>>>

/** How a message is written, and how large it is. */
export interface MessageForm<Message> {
  /** "prepare(1)"; its type and its other fields, unless given. */
  show?(message: Message): string
  /** Its size in bytes, where a value has `valueBytes`; 64 and the value unless given. */
  bytes?(message: Message, valueBytes: number): number
}

/** Facts of a run as a fold over its events. Pure: an explorer computes them along every path. */
export interface FactsOf<Message, Stored, Report, Facts> {
  readonly initial: Facts
  observe(facts: Facts, event: ProtocolEvent<Message, Stored, Report>): Facts
}

/** An event of a run: a message sent or delivered, a record stored, a value learned, a report, a crash, a recovery. */
export type ProtocolEvent<Message, Stored, Report> =
  | Exclude<WorldEvent<Message, Stored>, { readonly type: "report" }>
  | { readonly type: "report"; readonly process: Address; readonly report: Report }

/**
 * A property of the runs of a protocol. A property of states (`StateProperty`) is checked on the facts:
 * by an explorer in every state, in any other run after every event. A property of traces (`Property`)
 * uses the whole trace, so an explorer cannot check it. One with both forms is explored by the first and
 * checked in other runs by the second.
 */
export type ProtocolProperty<Facts, Setup = object> =
  | StateProperty<Facts, ProtocolRun<Setup>>
  | TraceJudged
  | (StateProperty<Facts, ProtocolRun<Setup>> & TraceJudged)

/** A property of traces, of a cluster and messages that its protocol alone knows. */
export interface TraceJudged extends Omit<Statement<never>, "notStated"> {
  readonly needs: readonly unknown[]
  read(facts: never): Verdict<Violation>
}

/** What properties and measures know of a run. */
export type ProtocolSubject = ProtocolRun & ProtocolCluster

/** A protocol's properties for one trace, in their order. */
export const traceProperties = oncePer(
  ({ facts, properties, reference }: Protocol): readonly Property<ProtocolSubject, AnyEvent>[] =>
    properties.map((property) =>
      isOfTraces(property)
        ? (property as unknown as Property<ProtocolSubject, AnyEvent>)
        : traceProperty(facts as History<unknown, unknown, unknown>, { reference, ...property }),
    ),
)

/** Those of them that must hold in every run: one run cannot violate the others. */
export const safetyProperties = oncePer(
  (protocol: Protocol): readonly Property<ProtocolSubject, AnyEvent>[] =>
    traceProperties(protocol).filter((_, i) => {
      const property = protocol.properties[i]!
      return !("kind" in property) || property.kind === "always"
    }),
)

/** A measure of one trace. */
export type TraceMeasure = Measure<Observed, boolean> &
  Reading<ProtocolSubject, AnyEvent, Observed> & { readonly shown?: ShownMeasure }

/** A protocol's measures for one trace, by their names. */
export const traceMeasures = oncePer(
  ({ facts, measures = commonMeasures }: Protocol): Readonly<Record<string, TraceMeasure>> => {
    const remembered = rememberedBy(facts)
    const read = (measure: ProtocolMeasure<unknown, ProtocolRun>): TraceMeasure => {
      if (!("of" in measure)) return measure as unknown as TraceMeasure
      const { of, ...rest } = measure
      return {
        ...rest,
        ...reading({ remembered }, (found, run: ProtocolSubject) => of(found.remembered.value, run)),
      }
    }
    return Object.fromEntries(Object.entries(measures).map(([name, measure]) => [name, read(measure)]))
  },
)

/** What measures come to, by their names. */
export type ClosedForm = Readonly<Record<string, number>>

/** Those that an explorer can judge. */
export function stateProperties({
  properties,
}: Pick<Protocol, "properties">): readonly StateProperty<unknown, ProtocolRun>[] {
  return properties.filter((property): property is StateProperty<unknown, ProtocolRun> => "holds" in property)
}

const isOfTraces = (property: ProtocolProperty<unknown>): property is TraceJudged => "read" in property

/** A mistake to plant. */
export interface ProtocolMutant<Message = unknown, Stored = unknown, Report = unknown, Setup = object> {
  /** In kebab-case: what `--mutant` calls it. */
  readonly id: string
  /** What it does instead, in one sentence. */
  readonly does: string
  /** The cluster with its processes changed. */
  apply(
    cluster: ProtocolCluster<Message, Stored, Report>,
    run: ProtocolRun<Setup>,
  ): ProtocolCluster<Message, Stored, Report>
}

/** The part of an explorer's model that the protocol defines: see `ActorModel`. */
export type ExploredModel<Message, Stored, Facts> = Partial<
  Pick<ActorModel<Message, Stored, Facts>, "admits" | "permits" | "recovers" | "lateRequests">
>

/**
 * Makes a protocol of its parts, and checks what types cannot: throws a UsageError for what is missing
 * or misnamed.
 *
 * The result is a protocol of any messages: only the protocol itself reads them, and runners pass them
 * on.
 *
 * @example
 * export default defineProtocol<Message, Stored, Report, Facts>({
 *   id: "primary-backup",
 *   about: "A register with a primary; a backup takes over when it is silent.",
 *   …
 * })
 */
export function defineProtocol<Message, Stored, Report = never, Facts = null, Setup = object>(
  protocol: Protocol<Message, Stored, Report, Facts, Setup>,
): Protocol {
  // The parameters are forgotten here and nowhere else.
  const any = protocol as unknown as Protocol
  const missing = whatIsMissing(any)
  if (missing !== undefined) throw new UsageError(`the protocol ${any.id} ${missing}`)
  return any
}

/** What keeps a value from being a protocol, in words that follow its name; undefined where nothing does. */
export function whatIsMissing(value: Partial<Protocol>): string | undefined {
  const { properties, facts } = value
  const unnamed = whatIsUnnamed(value)
  if (unnamed !== undefined) return unnamed
  if (typeof value.cluster !== "function")
    return "has no cluster: a function from a run to { processes: [{ name, role, actor }, …] }."
  if (typeof value.messages !== "object")
    return "has no messages: an entry for each type, such as { write: {}, written: {} }."
  if (typeof facts?.observe !== "function")
    return "has no facts: { initial, observe(facts, event) }, what a run is judged by."
  if (!Array.isArray(properties) || properties.length === 0)
    return "has no properties: at least one { name, statement, holds(facts) }."
  const incomplete = (
    properties as readonly Partial<StateProperty<unknown, ProtocolRun> & TraceJudged>[]
  ).find(
    ({ name, holds, read }) =>
      typeof name !== "string" || (typeof holds !== "function" && typeof read !== "function"),
  )
  if (incomplete !== undefined) {
    return `has a property ${incomplete.name ?? "without a name"}, which needs a name, a statement and holds(facts).`
  }
  return undefined
}

/** The same of what every kind of protocol is called by. */
export function whatIsUnnamed(
  value: Partial<Pick<Protocol, "id" | "about" | "reference">>,
): string | undefined {
  const { id } = value
  if (typeof id !== "string" || !kebabCase.test(id))
    return "needs an id in kebab-case, such as primary-backup."
  const texts = (["about", "reference"] as const).find((key) => typeof value[key] !== "string")
  return texts === undefined ? undefined : `has no ${texts}: a sentence.`
}

const kebabCase = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/

/** The text of a message: what its protocol makes of it, or its type and its other fields. */
export function messageText({ messages }: Pick<Protocol, "messages">, message: unknown): string {
  const { type, ...fields } = message as { readonly type: string }
  const shown = messages[type]?.show?.(message)
  if (shown !== undefined) return shown
  return `${type}(${Object.values(fields).map(fieldText).join(", ")})`
}

/** "A", "3", "nil", "(0, A)": a field of a message. */
function fieldText(value: unknown): string {
  if (value === null || value === undefined) return "nil"
  if (typeof value === "object") return `(${Object.values(value).map(fieldText).join(", ")})`
  return typeof value === "string" ? value : JSON.stringify(value)
}

/** The size of a message in bytes. */
export function messageSize(
  { messages }: Pick<Protocol, "messages">,
  message: unknown,
  valueBytes: number,
): number {
  const { type } = message as { readonly type: string }
  return messages[type]?.bytes?.(message, valueBytes) ?? headerBytes + valueBytes
}

const headerBytes = 64

/** The processes of a run, with a mistake planted where one is named. */
export function clusterOf(protocol: Protocol, run: ProtocolRun, mutant?: string | null): ProtocolCluster {
  const sound = protocol.cluster(run)
  return mutant === undefined || mutant === null ? sound : mutantOf(protocol, mutant).apply(sound, run)
}

/** The mutant of that name; a UsageError, which calls it by `called`, names those of the protocol. */
export function mutantOf<Mutant extends Pick<ProtocolMutant, "id">>(
  { id: protocol, mutants = [] }: { readonly id: string; readonly mutants?: readonly Mutant[] },
  id: string,
  called = "mutant",
): Mutant {
  const found = mutants.find((mutant) => mutant.id === id)
  if (found !== undefined) return found
  const known = mutants.map((mutant) => mutant.id)
  throw new UsageError(
    known.length === 0
      ? `${protocol} has no ${called}s, so none is called ${id}.`
      : describeUnknown(called, id, known),
  )
}

/** A, B, … Z, then A1, B1, …: the value that client `index`, from 0, proposes. */
export function proposedValue(index: number): Value {
  const round = Math.floor(index / 26)
  return String.fromCharCode(65 + (index % 26)) + (round === 0 ? "" : String(round))
}

/** The client requests with their recipients. */
export function requestsOf(
  { plan, values }: ProtocolRun,
  { asked }: ProtocolCluster,
): { readonly process: Address; readonly value: Value }[] {
  const processes = asked ?? values.map((_, i) => i % plan.nodes.length)
  return processes.map((process, i) => ({ process, value: proposedValue(i) }))
}

/** The settings of a run: what is given, on top of the defaults. */
export function withDefaults(protocol: Pick<Protocol, "settings">, given: object = {}): object {
  return { ...defaultsOf(settingsOf(protocol)), ...given }
}

/** `own(5)`: the quorums that a protocol is designed for, for five nodes; undefined for any other text. */
export function ownPlanOf(protocol: Protocol, text: string, settings: object): QuorumPlan | undefined {
  const own = /^\s*own\((\d+)\)\s*$/.exec(text)
  if (own === null) return undefined
  if (protocol.ownPlan !== undefined) return protocol.ownPlan(Number(own[1]), settings)
  throw new UsageError(`${protocol.id} has no quorums of its own; give it a system, such as majority(3).`)
}

/** A protocol's own settings as a table. */
export function settingsOf({ settings = {} }: Pick<Protocol, "settings">): SettingsTable {
  return settings as SettingsTable
}
