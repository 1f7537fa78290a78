import type { Verdict } from "../base/verdict.ts"
import type { PaxosMessage, PaxosRecord } from "../protocol/paxos/messages.ts"
import type { TraceEvent } from "../sim/trace.ts"

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
