import type { Actor, Output, Step } from "../actor.ts"
import type { AcceptorRecord, PaxosMessage, PaxosRecord } from "./messages.ts"

/** An acceptor, whatever its switches: its state is what it stores. */
export type AcceptorActor = Actor<AcceptorRecord, PaxosMessage, PaxosRecord>

/** What an acceptor makes of one input. */
export type AcceptorStep = Step<AcceptorRecord, PaxosMessage, PaxosRecord>

/** One thing an acceptor asks to be done: a message or a write, never a timer. */
export type AcceptorOutput = Output<PaxosMessage, PaxosRecord>
