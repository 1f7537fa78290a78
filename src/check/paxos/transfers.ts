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
 * The requests and replies that a message contains. A ring message (Howard 2019, §3.12) contains
 * several: on its way to an acceptor, the request of its origin and, when it is sent, the reply of the
 * acceptor that forwards it; at the origin, all replies. Requests and replies of an origin to itself as
 * an acceptor (§3.7) need no message. Every other message contains only itself.
 */
export function transfersOf(event: Sent): readonly Transfer[] {
  const { message, from, to } = event
  if (message.type !== "ring") return [event]
  return event.type === "send" ? sentAlong(message, from, to) : deliveredAlong(message, to)
}

type Sent = TraceEvent<PaxosMessage, PaxosRecord> & { readonly type: "send" | "deliver" }

function sentAlong({ origin, request, asked, replies }: RingMessage, from: number, to: number): Transfer[] {
  if (from !== origin) return [{ from, to: origin, message: replies.at(-1)! }]
  // The request leaves its origin once: before any reply, or after its own.
  const isFirst = replies.length === 0 || (replies.length === 1 && asked[0] === origin)
  return isFirst ? [{ from, to, message: request }] : []
}

function deliveredAlong({ origin, request, asked, replies }: RingMessage, to: number): Transfer[] {
  if (to !== origin) return [{ from: origin, to, message: request }]
  return replies.flatMap((message, i) => (asked[i] === to ? [] : [{ from: asked[i]!, to, message }]))
}
