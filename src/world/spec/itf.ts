import { z } from "zod"
import { UsageError } from "../../base/errors.ts"
import { type SpecModel, maxEpochs, valueName } from "./model.ts"
import { valueFrom } from "./replay-file.ts"
import { type SpecTrace, runSteps } from "./trace.ts"
import {
  type AcceptorState,
  type SpecMessage,
  type SpecState,
  type SpecStep,
  applyStep,
  changingSteps,
  describeState,
  initialState,
  messageText,
  stateText,
  whyNoStep,
} from "./transition.ts"

/**
 * Runs in the ITF JSON format, which Apalache and Quint write and read.
 *
 * Names are those of Lamport's `Paxos.tla`: variables maxBal, maxVBal and maxVal
 * (maps from acceptors) and msgs (a set of records of type 1a, 1b, 2a, 2b); −1
 * and "None" before anything was promised or accepted.
 */
export interface ItfTrace {
  readonly "#meta": Readonly<Record<string, unknown>>
  readonly vars: readonly string[]
  readonly states: readonly Readonly<Record<string, unknown>>[]
}

export const itfVariables: readonly string[] = ["maxBal", "maxVBal", "maxVal", "msgs"]
/** What maxVal and mval are before anything is accepted. */
export const noValue = "None"

/** The run as an ITF trace: one state more than it has steps. `system` is the quorum system of the run. */
export function toItf(trace: SpecTrace, system: string, description: string): ItfTrace {
  const { model, states } = trace
  return {
    "#meta": {
      format: "ITF",
      "format-description": "https://apalache-mc.org/docs/adr/015adr-trace.html",
      source: "quorate explore --model spec",
      description,
      // The quorum system, for quorate replay.
      system,
      values: model.values,
      epochs: model.epochs,
    },
    vars: itfVariables,
    states: states.map((state, index) => ({ "#meta": { index }, ...itfState(model, state) })),
  }
}

/**
 * A state in the variables of `Paxos.tla`; the set of messages is sorted, so
 * that equal states are equal text.
 */
function itfState(model: SpecModel, { acceptors, messages }: SpecState): Record<string, unknown> {
  const map = (entry: (acceptor: AcceptorState) => unknown): unknown => ({
    "#map": acceptors.map((acceptor, a) => [model.acceptors[a], entry(acceptor)]),
  })
  const sent = [...messages].sort(([a], [b]) => (a < b ? -1 : 1))
  return {
    maxBal: map(({ lastPromised }) => integer(lastPromised ?? -1)),
    maxVBal: map(({ lastAccepted }) => integer(lastAccepted?.epoch ?? -1)),
    maxVal: map(({ lastAccepted }) => (lastAccepted === null ? noValue : valueName(lastAccepted.value))),
    msgs: { "#set": sent.map(([, message]) => itfMessage(model, message)) },
  }
}

/** A message in Lamport's names: 1a is a prepare, 1b a promise, 2a a proposal, 2b an acceptance. */
function itfMessage(model: SpecModel, message: SpecMessage): Record<string, unknown> {
  const bal = integer(message.epoch)
  switch (message.type) {
    case "prepare":
      return { type: "1a", bal }
    case "promise": {
      const { acceptor, lastAccepted } = message
      const mval = lastAccepted === null ? noValue : valueName(lastAccepted.value)
      return {
        type: "1b",
        acc: model.acceptors[acceptor],
        bal,
        mbal: integer(lastAccepted?.epoch ?? -1),
        mval,
      }
    }
    case "propose":
      return { type: "2a", bal, val: valueName(message.value) }
    case "accept":
      return { type: "2b", acc: model.acceptors[message.acceptor], bal, val: valueName(message.value) }
  }
}

/** An integer as ITF has it, which leaves large ones whole. */
function integer(value: number): unknown {
  return { "#bigint": String(value) }
}

/**
 * The acceptors, values and ballots of an ITF trace, which a model for it must have.
 *
 * Supported are traces of `Paxos.tla` as written by `toItf`, by users or by other tools: integers plain
 * or as `#bigint`, pairs plain or as `#tup`, maps as `#map` or as records, acceptors and values by any
 * names or numbers; and messages as variants, as in the typed versions of `Paxos.tla` that come with
 * Apalache (M1a, M1b, …) and with Quint (Msg1a, …, with the field names acceptor and value).
 */
export interface ItfCast {
  readonly acceptors: readonly string[]
  /** In the order of the model's values A, B, C, …: as they are where they are such letters, else sorted. */
  readonly values: readonly string[]
  readonly epochs: number
  /** By epoch of the model: the ballot of the trace. The same number, unless there is one above 15. */
  readonly ballots: readonly number[]
  /** The quorum system, where the trace names it. */
  readonly system?: string
}

/** Reads the cast of an ITF trace. Throws UsageError for data that are no ITF trace. */
export function castOfItf(data: unknown): ItfCast {
  const { states, ballots } = statesOf(data)
  const messages = states.flatMap(({ msgs }) => msgs)
  const names = new Set(messages.flatMap((message) => ("val" in message ? [message.val] : [])))
  const meta = itfMeta.safeParse(data).data?.["#meta"]
  return {
    acceptors: Object.keys(states[0]!.maxBal),
    values: valuesFor(names, meta?.values ?? 1),
    epochs: Math.max(meta?.epochs ?? 1, ballots.length),
    ballots,
    ...(meta?.system !== undefined && { system: meta.system }),
  }
}

const itfMeta = z.object({
  "#meta": z.object({
    system: z.string().optional(),
    values: z.int().optional(),
    epochs: z.int().optional(),
  }),
})

/** The values of a model for these names: letters keep their places, so B alone is a model of two values. */
function valuesFor(names: ReadonlySet<string>, atLeast: number): string[] {
  const isLetters = [...names].every((name) => /^[A-O]$/.test(name))
  if (!isLetters) return [...names].sort()
  const last = Math.max(atLeast - 1, ...[...names].map(valueFrom))
  return Array.from({ length: last + 1 }, (_, value) => valueName(value))
}

/**
 * The run of an ITF trace, if it is one of the model's: every state is reached
 * from the one before by one step, or is the same (TLA+ lets systems stutter).
 * The values of the trace are the model's A, B, … in the order of its cast.
 * Throws UsageError at the first state for which that is not so.
 */
export function fromItf(model: SpecModel, data: unknown): SpecTrace {
  const { values } = castOfItf(data)
  const reading = { model, valueOf: (name: string) => values.indexOf(name) }
  const states = statesOf(data).states.map((state) => readState(reading, state))
  let current = initialState(model)
  if (stateText(states[0]!) !== stateText(current)) {
    throw new UsageError(
      "state 0 of the ITF trace is not the initial state, in which nothing is sent, promised or accepted.",
    )
  }
  const steps: SpecStep[] = []
  states.forEach((state, index) => {
    if (stateText(state) === stateText(current)) return
    const step = changingSteps(model, current).find(
      (possible) => stateText(applyStep(model, current, possible)) === stateText(state),
    )
    if (step === undefined) {
      throw new UsageError(
        `state ${index} of the ITF trace is not reached from state ${index - 1} by any step of the model: ` +
          `${whyNoStep(model, current, state)}\n` +
          `  before: ${describeState(model, current)}\n  after: ${describeState(model, state)}`,
      )
    }
    steps.push(step)
    current = state
  })
  return runSteps(model, steps)
}

/** What is needed to read a state: the model, and the value that each name stands for. */
interface Reading {
  readonly model: SpecModel
  readonly valueOf: (name: string) => number
}

function readState(reading: Reading, { maxBal, maxVBal, maxVal, msgs }: ItfStates[number]): SpecState {
  const acceptors = reading.model.acceptors.map((name): AcceptorState => {
    const promised = maxBal[name]
    if (promised === undefined) {
      throw new UsageError(
        `the ITF trace has no acceptor ${name}; it has ${Object.keys(maxBal).join(", ")}. ` +
          `Name them in the system, as in --system "choose(2, ${Object.keys(maxBal).join(", ")})".`,
      )
    }
    return {
      lastPromised: promised < 0 ? null : promised,
      lastAccepted: proposalOf(reading, maxVBal[name] ?? -1, maxVal[name] ?? noValue),
    }
  })
  const messages = msgs.map((message) => readMessage(reading, message))
  return { acceptors, messages: new Map(messages.map((message) => [messageText(message), message])) }
}

function proposalOf(
  { valueOf: valueOf }: Reading,
  epoch: number,
  value: string,
): AcceptorState["lastAccepted"] {
  return epoch < 0 ? null : { epoch, value: valueOf(value) }
}

function readMessage(reading: Reading, message: z.infer<typeof itfMessageSchema>): SpecMessage {
  const { model, valueOf: valueOf } = reading
  const epoch = message.bal
  switch (message.type) {
    case "1a":
      return { type: "prepare", epoch }
    case "1b": {
      const lastAccepted = proposalOf(reading, message.mbal, message.mval)
      return { type: "promise", epoch, acceptor: model.acceptors.indexOf(message.acc), lastAccepted }
    }
    case "2a":
      return { type: "propose", epoch, value: valueOf(message.val) }
    case "2b": {
      const acceptor = model.acceptors.indexOf(message.acc)
      return { type: "accept", epoch, acceptor, value: valueOf(message.val) }
    }
  }
}

/**
 * Plain data of what ITF marks as integers, tuples, maps and variants; and names without Apalache's
 * sorts, "a1_OF_ACCEPTOR". A variant of a record is the record with its tag as `type`.
 */
function unwrapped(value: unknown): unknown {
  if (typeof value === "string") return value.replace(/_OF_[A-Z0-9_]+$/, "")
  if (Array.isArray(value)) return value.map(unwrapped)
  if (typeof value !== "object" || value === null) return value
  if ("#bigint" in value) return Number(value["#bigint"])
  if ("#tup" in value) return unwrapped(value["#tup"])
  if ("#set" in value) return unwrapped(value["#set"])
  if ("tag" in value && "value" in value) return { type: value.tag, ...(unwrapped(value.value) as object) }
  const entries = "#map" in value ? unwrapped(value["#map"]) : Object.entries(value)
  if (!Array.isArray(entries)) return value
  const pairs = (entries as [string, unknown][]).filter(([key]) => key !== "#meta")
  return Object.fromEntries(pairs.map(([key, inner]) => [key, unwrapped(inner)]))
}

/** A message by the names of `Paxos.tla`, where others have longer ones. */
function withOwnNames(message: unknown): unknown {
  if (typeof message !== "object" || message === null) return message
  const { type, acceptor, value, ...rest } = message as Record<string, unknown>
  return {
    type: typeof type === "string" ? (/(?:1a|1b|2a|2b)$/.exec(type)?.[0] ?? type) : type,
    ...(acceptor !== undefined && { acc: acceptor }),
    ...(value !== undefined && { val: value }),
    ...rest,
  }
}

const itfName = z.union([z.string(), z.int()]).transform(String)
const mapOf = <T extends z.ZodType>(entry: T) => z.record(z.string(), entry)
/** The messages that a trace may hold; anything else is not Paxos.tla. */
const ownMessageSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("1a"), bal: z.int() }),
  z.object({ type: z.literal("1b"), acc: itfName, bal: z.int(), mbal: z.int(), mval: itfName }),
  z.object({ type: z.literal("2a"), bal: z.int(), val: itfName }),
  z.object({ type: z.literal("2b"), acc: itfName, bal: z.int(), val: itfName }),
])
const itfMessageSchema = z.preprocess(withOwnNames, ownMessageSchema)
const itfSchema = z.object({
  states: z
    .array(
      z.object({
        maxBal: mapOf(z.int()),
        maxVBal: mapOf(z.int()),
        maxVal: mapOf(itfName),
        msgs: z.array(itfMessageSchema),
      }),
    )
    .min(1),
})

type ItfStates = z.infer<typeof itfSchema>["states"]

/** The number of mistakes listed per file; in a file that is no trace, every state has some. */
const maxIssues = 3

/** The states of a trace, and its ballots; throws a UsageError with the place of a mistake. */
function statesOf(data: unknown): { readonly states: ItfStates; readonly ballots: readonly number[] } {
  const parsed = itfSchema.safeParse(unwrapped(data))
  if (parsed.success) return withSmallEpochs(parsed.data.states)
  const { issues } = parsed.error
  const more = issues.length > maxIssues ? `\n… and ${issues.length - maxIssues} more` : ""
  throw new UsageError(
    `not an ITF trace of Paxos.tla (variables ${itfVariables.join(", ")}):\n` +
      `${z.prettifyError(new z.ZodError(issues.slice(0, maxIssues)))}${more}`,
  )
}

/**
 * The states with ballots that fit a model: as they are, or where one is too
 * great, numbered by rank. Only their order matters to Paxos.
 */
function withSmallEpochs(states: ItfStates): { states: ItfStates; ballots: readonly number[] } {
  const known = states.flatMap(({ maxBal, msgs }) => [
    ...Object.values(maxBal),
    ...msgs.map(({ bal }) => bal),
  ])
  const greatest = Math.max(-1, ...known)
  if (greatest < maxEpochs) return { states, ballots: Array.from({ length: greatest + 1 }, (_, i) => i) }
  const ballots = [...new Set(known.filter((ballot) => ballot >= 0))].sort((a, b) => a - b)
  if (ballots.length > maxEpochs) {
    throw new UsageError(`the ITF trace has ${ballots.length} ballots; at most ${maxEpochs} are supported.`)
  }
  const epochOf = (ballot: number): number => (ballot < 0 ? ballot : ballots.indexOf(ballot))
  const ofAll = (map: Readonly<Record<string, number>>) =>
    Object.fromEntries(Object.entries(map).map(([name, ballot]) => [name, epochOf(ballot)]))
  const renumbered = states.map(({ maxBal, maxVBal, maxVal, msgs }) => ({
    maxBal: ofAll(maxBal),
    maxVBal: ofAll(maxVBal),
    maxVal,
    msgs: msgs.map((message) => ({
      ...message,
      bal: epochOf(message.bal),
      ...("mbal" in message && { mbal: epochOf(message.mbal) }),
    })),
  }))
  return { states: renumbered, ballots }
}
