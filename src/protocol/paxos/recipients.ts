import type { Phase } from "../../quorum/system.ts"
import { type Address, type Output, send } from "../actor.ts"
import type { PaxosMessage, PaxosRecord, PrepareMessage, ProposeMessage } from "./messages.ts"

/** Whom a phase is sent to (Howard 2019, §3.12). */
export type Recipients =
  /** Every acceptor: 4n messages for a decision. */
  | { readonly kind: "broadcast" }
  /** One chosen quorum of each phase, in the first attempt; later attempts ask everyone. */
  | { readonly kind: "thrifty"; readonly quorum: Readonly<Record<Phase, readonly Address[]>> }
  /** The same quorums, one after the other, the request passed from acceptor to acceptor: q + 1 messages and hops. */
  | { readonly kind: "ring"; readonly quorum: Readonly<Record<Phase, readonly Address[]>> }

/** The messages that start a phase; `attempt` counts from 1. */
export function requests(
  recipients: Recipients,
  everyone: readonly Address[],
  origin: Address,
  attempt: number,
  message: PrepareMessage | ProposeMessage,
): Output<PaxosMessage, PaxosRecord>[] {
  // A chosen quorum with one dead member would be asked in vain for ever; whoever failed to answer is
  // not known.
  if (recipients.kind === "broadcast" || attempt > 1) return everyone.map((to) => send(to, message))
  const asked = recipients.quorum[message.type === "prepare" ? 1 : 2]
  if (recipients.kind === "thrifty") return asked.map((to) => send(to, message))
  const [first] = asked
  return first === undefined
    ? []
    : [send(first, { type: "ring", request: message, origin, asked, replies: [] })]
}
