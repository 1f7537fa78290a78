import { z } from "zod"
import { UsageError } from "../../base/errors.ts"
import { type SpecModel, valueName } from "./model.ts"
import { valueFrom } from "./replay-file.ts"
import { type SpecTrace, runSteps } from "./trace.ts"
import {
  type AcceptorState,
  type SpecMessage,
  type SpecState,
  type SpecStep,
  changingSteps,
  applyStep,
  initialState,
  messageText,
  stateText,
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

const variables = ["maxBal", "maxVBal", "maxVal", "msgs"]
const none = "None"

/** The run as an ITF trace: one state more than it has steps. */
export function toItf(trace: SpecTrace, description: string): ItfTrace {
  const { model, states } = trace
  return {
    "#meta": {
      format: "ITF",
      "format-description": "https://apalache-mc.org/docs/adr/015adr-trace.html",
      source: "quorate explore --model spec",
      description,
    },
    vars: variables,
    states: states.map((state, index) => ({ "#meta": { index }, ...itfState(model, state) })),
  }
}

function itfState(model: SpecModel, { acceptors, messages }: SpecState): Record<string, unknown> {
  const map = (entry: (acceptor: AcceptorState) => unknown): unknown => ({
    "#map": acceptors.map((acceptor, a) => [model.acceptors[a], entry(acceptor)]),
  })
  const sent = [...messages].sort(([a], [b]) => (a < b ? -1 : 1))
  return {
    maxBal: map(({ lastPromised }) => integer(lastPromised ?? -1)),
    maxVBal: map(({ lastAccepted }) => integer(lastAccepted?.epoch ?? -1)),
    maxVal: map(({ lastAccepted }) => (lastAccepted === null ? none : valueName(lastAccepted.value))),
    msgs: { "#set": sent.map(([, message]) => itfMessage(model, message)) },
  }
}

function itfMessage(model: SpecModel, message: SpecMessage): Record<string, unknown> {
  const bal = integer(message.epoch)
  switch (message.type) {
    case "prepare":
      return { type: "1a", bal }
    case "promise": {
      const { acceptor, lastAccepted } = message
      const mval = lastAccepted === null ? none : valueName(lastAccepted.value)
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

function integer(value: number): unknown {
  return { "#bigint": String(value) }
}

const itfInteger = z.union([
  z.int(),
  z.object({ "#bigint": z.string().regex(/^-?\d+$/) }).transform((given) => Number(given["#bigint"])),
])
/** Apalache writes constants of uninterpreted sorts as `a1_OF_ACCEPTOR`. */
const itfName = z.string().transform((name) => name.replace(/_OF_[A-Z0-9_]+$/, ""))
const mapOf = <T extends z.ZodType>(entry: T) => z.object({ "#map": z.array(z.tuple([itfName, entry])) })
const itfMessageSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("1a"), bal: itfInteger }),
  z.object({ type: z.literal("1b"), acc: itfName, bal: itfInteger, mbal: itfInteger, mval: itfName }),
  z.object({ type: z.literal("2a"), bal: itfInteger, val: itfName }),
  z.object({ type: z.literal("2b"), acc: itfName, bal: itfInteger, val: itfName }),
])
const itfSchema = z.object({
  vars: z.array(z.string()),
  states: z
    .array(
      z.object({
        maxBal: mapOf(itfInteger),
        maxVBal: mapOf(itfInteger),
        maxVal: mapOf(itfName),
        msgs: z.object({ "#set": z.array(itfMessageSchema) }),
      }),
    )
    .min(1),
})

/**
 * The run of an ITF trace, if it is one of the model's: every state is reached
 * from the one before by one step, or is the same (TLA+ lets systems stutter).
 * Throws UsageError at the first state for which that is not so.
 */
export function fromItf(model: SpecModel, data: unknown): SpecTrace {
  const parsed = itfSchema.safeParse(data)
  if (!parsed.success) {
    throw new UsageError(
      `This is not an ITF trace of Paxos.tla (variables ${variables.join(", ")}):\n${z.prettifyError(parsed.error)}`,
    )
  }
  const states = parsed.data.states.map((state) => readState(model, state))
  let current = initialState(model)
  if (stateText(states[0]!) !== stateText(current)) {
    throw new UsageError(
      "State 0 of the ITF trace is not the initial state: nothing is sent, promised or accepted there.",
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
        `State ${index} of the ITF trace is not reached from state ${index - 1} by any step of the model:\n` +
          `  before: ${stateText(current)}\n  after: ${stateText(state)}`,
      )
    }
    steps.push(step)
    current = state
  })
  return runSteps(model, steps)
}

type ItfStateData = z.infer<typeof itfSchema>["states"][number]

function readState(model: SpecModel, data: ItfStateData): SpecState {
  const maxBal = new Map(data.maxBal["#map"])
  const maxVBal = new Map(data.maxVBal["#map"])
  const maxVal = new Map(data.maxVal["#map"])
  const acceptors = model.acceptors.map((name): AcceptorState => {
    const promised = maxBal.get(name)
    if (promised === undefined) {
      throw new UsageError(`The ITF trace has no acceptor ${name}; it has ${[...maxBal.keys()].join(", ")}.`)
    }
    return {
      lastPromised: promised < 0 ? null : promised,
      lastAccepted: proposalOf(maxVBal.get(name) ?? -1, maxVal.get(name) ?? none),
    }
  })
  const messages = data.msgs["#set"].map((message) => readMessage(model, message))
  return { acceptors, messages: new Map(messages.map((message) => [messageText(message), message])) }
}

function proposalOf(epoch: number, value: string): AcceptorState["lastAccepted"] {
  return epoch < 0 ? null : { epoch, value: valueFrom(value) }
}

function readMessage(model: SpecModel, message: z.infer<typeof itfMessageSchema>): SpecMessage {
  const epoch = message.bal
  switch (message.type) {
    case "1a":
      return { type: "prepare", epoch }
    case "1b": {
      const lastAccepted = proposalOf(message.mbal, message.mval)
      return { type: "promise", epoch, acceptor: model.acceptors.indexOf(message.acc), lastAccepted }
    }
    case "2a":
      return { type: "propose", epoch, value: valueFrom(message.val) }
    case "2b":
      return {
        type: "accept",
        epoch,
        acceptor: model.acceptors.indexOf(message.acc),
        value: valueFrom(message.val),
      }
  }
}
