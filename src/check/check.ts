import { type Verdict, holds, violated } from "../base/verdict.ts"
import type { PaxosMessage, PaxosRecord, RingMessage } from "../protocol/paxos/messages.ts"
import type { TraceEvent } from "../world/simulate/trace.ts"

/**
 * A property of single runs, judged while the trace goes by: `observe` every
 * event, then ask for the verdict. The witness is the moment and the reason.
 *
 * A check sees what any onlooker could: messages, what is on disks, what was learned. It
 * never looks into an actor, so the same check judges the core, its mutants, and an
 * implementation that only shares the trace.
 */
export interface TraceCheck {
  /** "agreement": what reports and rows call it. */
  readonly name: string
  /** Definition or lemma, in the literature. */
  readonly reference: string
  observe(event: TraceEvent<PaxosMessage, PaxosRecord>): void
  verdict(): Verdict<Violation>
}

/** When something was first seen that must not be, in microseconds of the run, and what it was. */
export interface Violation {
  readonly at: number
  readonly message: string
}

/** Remembers the first violation of a check and counts what was checked. */
export class FirstViolation {
  private first: Violation | undefined
  private events = 0

  counted(): void {
    this.events++
  }

  report(at: number, message: string): void {
    this.first ??= { at, message }
  }

  verdict(what: string): Verdict<Violation> {
    return this.first === undefined
      ? holds(`${this.events} ${what} were checked`)
      : violated(this.first, this.first.message)
  }
}

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
export function transfersOf(event: Sent): Transfer[] {
  const { message, from, to } = event
  if (message.type !== "ring") return [{ from, to, message }]
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
