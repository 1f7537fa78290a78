import type { Address } from "../../protocol/actor.ts"
import type { AcceptorRecord } from "../../protocol/paxos/messages.ts"
import {
  type AcceptorInput,
  type AcceptorStep,
  type AnyOutput,
  type Mutant,
  acceptorMutant,
} from "./mutant.ts"

/** Acceptors without one of properties 6 to 10. */
export const acceptorMutants: readonly Mutant[] = [
  acceptorMutant(
    { id: "old-epochs", property: "P6", does: "processes messages of every epoch" },
    (inner, state, input) => {
      const asked = request(input)
      if (asked === undefined || !isOld(asked.epoch, state)) return inner(state, input)
      const step = inner({ ...state, lastPromised: null }, input)
      return recording(step, { ...step.state, lastPromised: asked.epoch })
    },
  ),
  acceptorMutant(
    { id: "promise-below", property: "P7", does: "records the epoch below as promised" },
    (inner, state, input) => {
      const asked = request(input)
      const step = inner(state, input)
      if (asked === undefined || isRefusal(step)) return step
      return recording(step, { ...step.state, lastPromised: asked.epoch - 1 })
    },
  ),
  acceptorMutant(
    { id: "first-promise-kept", property: "P7", does: "records only the first promise" },
    (inner, state, input) => {
      const step = inner(state, input)
      if (request(input) === undefined || isRefusal(step)) return step
      return recording(step, { ...step.state, lastPromised: state.lastPromised ?? step.state.lastPromised })
    },
  ),
  acceptorMutant(
    { id: "empty-promise", property: "P8", does: "reports nothing in its promises" },
    (inner, state, input) => ({
      ...inner(state, input),
      outputs: inner(state, input).outputs.map(withoutReportedProposal),
    }),
  ),
  acceptorMutant(
    { id: "old-promise", property: "P8", does: "promises old epochs, in word only" },
    (inner, state, input) => {
      const asked = request(input)
      if (asked?.type !== "prepare" || !isOld(asked.epoch, state)) return inner(state, input)
      const { lastAccepted } = state
      return {
        state,
        outputs: [
          { type: "send", to: asked.from, message: { type: "promise", epoch: asked.epoch, lastAccepted } },
        ],
      }
    },
  ),
  acceptorMutant(
    { id: "accept-unrecorded", property: "P9", does: "accepts without recording the proposal" },
    (inner, state, input) => {
      const asked = request(input)
      const step = inner(state, input)
      if (asked?.type !== "propose" || isRefusal(step)) return step
      return recording(step, { ...step.state, lastAccepted: state.lastAccepted })
    },
  ),
  acceptorMutant(
    { id: "accepted-too-high", property: "P9", does: "the first acceptor records accepted epochs too high" },
    (inner, state, input, self) => {
      const asked = request(input)
      const step = inner(state, input)
      if (self !== 0 || asked?.type !== "propose" || isRefusal(step)) return step
      const lastAccepted = { epoch: asked.epoch + 3, value: asked.value }
      return recording(step, { role: "acceptor", lastPromised: asked.epoch, lastAccepted })
    },
  ),
  acceptorMutant(
    { id: "old-accept", property: "P9", does: "accepts old epochs, in word only" },
    (inner, state, input) => {
      const asked = request(input)
      if (asked?.type !== "propose" || !isOld(asked.epoch, state)) return inner(state, input)
      return {
        state,
        outputs: [{ type: "send", to: asked.from, message: { type: "accept", epoch: asked.epoch } }],
      }
    },
  ),
  acceptorMutant(
    { id: "amnesia", property: "P10", does: "comes back from a crash as new" },
    (inner, state, input) => (input.type === "recover" ? reset(blank) : inner(state, input)),
  ),
  acceptorMutant(
    { id: "promise-forgotten", property: "P10", does: "comes back from a crash without its promise" },
    (inner, state, input) =>
      input.type === "recover"
        ? reset({ ...inner(state, input).state, lastPromised: null })
        : inner(state, input),
  ),
]

function request(
  input: AcceptorInput,
): { from: Address; epoch: number; type: "prepare" | "propose"; value: string } | undefined {
  if (input.type !== "receive") return undefined
  const { from, message } = input
  if (message.type === "prepare") return { from, epoch: message.epoch, type: "prepare", value: "" }
  if (message.type === "propose") return { from, epoch: message.epoch, type: "propose", value: message.value }
  return undefined
}

const isOld = (epoch: number, { lastPromised }: AcceptorRecord): boolean =>
  lastPromised !== null && epoch < lastPromised

/** The step with another record in memory and on disk; it is written even if the core had nothing to write. */
function recording(step: AcceptorStep, record: AcceptorRecord): AcceptorStep {
  if (step.outputs.length === 0) return step
  const rest = step.outputs.filter(({ type }) => type !== "store")
  return { state: record, outputs: [{ type: "store", record }, ...rest] }
}

const isRefusal = (step: AcceptorStep): boolean =>
  step.outputs.every((output) => output.type === "send" && output.message.type.startsWith("no-"))

const blank: AcceptorRecord = { role: "acceptor", lastPromised: null, lastAccepted: null }

function reset(record: AcceptorRecord): AcceptorStep {
  return { state: record, outputs: [{ type: "store", record }] }
}

function withoutReportedProposal(output: AnyOutput): AnyOutput {
  if (output.type !== "send" || output.message.type !== "promise") return output
  return { ...output, message: { ...output.message, lastAccepted: null } }
}
