import { type Output, send } from "../actor.ts"
import type { AcceptorActor, AcceptorStep } from "./acceptor-step.ts"
import type { AcceptorRecord, PaxosMessage, PaxosRecord, RingMessage } from "./messages.ts"

type RingOutput = Output<PaxosMessage, PaxosRecord>

/**
 * An acceptor's part in a ring (Howard 2019, §3.12): it answers the request of
 * its origin and hands request and answers to the next acceptor; the last
 * returns them all. A phase that asks q acceptors costs q + 1 messages and as
 * many hops: ⌊n/2⌋ + 2 for a majority.
 *
 * An acceptor that has nothing to add, because the epoch is too small, breaks the
 * ring, as a lost message would; with negative replies it says so to the origin at once.
 */
export function onRing(state: AcceptorRecord, message: RingMessage, acceptor: AcceptorActor): AcceptorStep {
  const { origin, request } = message
  const step = acceptor.step(state, { type: "receive", from: origin, message: request })
  return { state: step.state, outputs: step.outputs.map((output) => passOn(output, message)) }
}

/** The answer to the origin goes on with the message; everything else stays as it is. */
function passOn(output: RingOutput, message: RingMessage): RingOutput {
  if (output.type !== "send" || output.to !== message.origin) return output
  const { type } = output.message
  if (type !== "promise" && type !== "accept") return output
  const replies = [...message.replies, output.message]
  return send(message.asked[replies.length] ?? message.origin, { ...message, replies })
}
