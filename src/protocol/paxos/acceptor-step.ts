import type { Actor, Output, Step } from "../actor.ts"
import type { AcceptorRecord, PaxosMessage, PaxosRecord } from "./messages.ts"

/** An acceptor, whatever its switches: its state is what it stores. */
export type AcceptorActor = Actor<AcceptorRecord, PaxosMessage, PaxosRecord>

export type AcceptorStep = Step<AcceptorRecord, PaxosMessage, PaxosRecord>

export type AcceptorOutput = Output<PaxosMessage, PaxosRecord>
