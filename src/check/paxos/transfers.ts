import type { PaxosMessage, RingMessage } from "../../protocol/paxos/messages.ts"
import type { PaxosRecord } from "../../protocol/paxos/records.ts"
import type { TraceEvent } from "../../world/simulate/trace.ts"

/** A message between two processes, whichever way it went. */
export interface Transfer {
  readonly from: number
  readonly to: number
  readonly message: PaxosMessage
}

/**
 * What a message says to whom. One that goes round a ring (Howard 2019, §3.12)
 * stands for others: on its way to an acceptor, for the request of its origin
 * and, when it is sent, for the answer of the acceptor that hands it on; at the
 * end, for all the answers. Every other message is itself.
 */
export function transfersOf(event: Sent): readonly Transfer[] {
  const { message, from, to } = event
  if (message.type !== "ring") return [event]
  return event.type === "send" ? sentAlong(message, from, to) : deliveredAlong(message, to)
}

type Sent = TraceEvent<PaxosMessage, PaxosRecord> & { readonly type: "send" | "deliver" }

function sentAlong({ origin, request, replies }: RingMessage, from: number, to: number): Transfer[] {
  if (from === origin && replies.length === 0) return [{ from, to, message: request }]
  const own = replies.at(-1)
  return own === undefined ? [] : [{ from, to: origin, message: own }]
}

function deliveredAlong({ origin, request, asked, replies }: RingMessage, to: number): Transfer[] {
  if (replies.length < asked.length) return [{ from: origin, to, message: request }]
  return replies.map((message, i) => ({ from: asked[i]!, to, message }))
}
