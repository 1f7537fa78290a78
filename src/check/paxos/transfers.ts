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
 * origin, for the answers so far. What an origin that is an acceptor as well
 * (§3.7) asks and answers itself takes no message. Every other message is itself.
 */
export function transfersOf(event: Sent): readonly Transfer[] {
  const { message, from, to } = event
  if (message.type !== "ring") return [event]
  return event.type === "send" ? sentAlong(message, from, to) : deliveredAlong(message, to)
}

type Sent = TraceEvent<PaxosMessage, PaxosRecord> & { readonly type: "send" | "deliver" }

function sentAlong({ origin, request, asked, replies }: RingMessage, from: number, to: number): Transfer[] {
  if (from !== origin) return [{ from, to: origin, message: replies.at(-1)! }]
  // The request leaves its origin once: before any answer, or after its own.
  const isFirst = replies.length === 0 || (replies.length === 1 && asked[0] === origin)
  return isFirst ? [{ from, to, message: request }] : []
}

function deliveredAlong({ origin, request, asked, replies }: RingMessage, to: number): Transfer[] {
  if (to !== origin) return [{ from: origin, to, message: request }]
  return replies.flatMap((message, i) => (asked[i] === to ? [] : [{ from: asked[i]!, to, message }]))
}
