import type { Epoch } from "../../quorum/plan.ts"
import type { Address, Micros, Output, Timer } from "../actor.ts"
import type { LogMessage, LogReport } from "./messages.ts"
import type { LogRecord } from "./records.ts"

/** One thing a replica or a client asks to be done. */
export type LogOutput = Output<LogMessage, LogRecord, LogReport>

/**
 * Collects what a replica or a client says in one step, in order.
 *
 * Order matters: what follows a `store` waits until it is durable, so a reply that rests on a promise or
 * an acceptance is sent after it.
 *
 * The actors of a cluster work in place and take turns: they share one for all their steps, and its list
 * keeps its room. A new one for each step, with the room that its first entry makes, would be a quarter
 * of all that a run allocates; one for each of fifty replicas would be as many more lines of the cache.
 */
export class Outbox {
  readonly outputs: LogOutput[] = [room, room, room, room, room, room, room, room]
  private readonly acceptances: (Acceptance | undefined)[] = []

  constructor() {
    this.clear()
  }

  /** Empties it for the next step. One by one: to set the length to 0 would give the room away. */
  clear(): this {
    while (this.outputs.length > 0) this.outputs.pop()
    return this
  }

  send(to: Address, message: LogMessage): void {
    this.outputs.push({ type: "send", to, message })
  }

  broadcast(to: readonly Address[], message: LogMessage): void {
    if (to.length > 0) this.outputs.push({ type: "broadcast", to, message })
  }

  /**
   * What acceptors say of a slot: the same, so one object for all of them while they say it. Each of its
   * own, they would be most of what is on its way in a large cluster, and out of the processor's cache when
   * they arrive.
   */
  acceptance(epoch: Epoch, slot: number): Acceptance {
    const place = slot % recentAcceptances
    const recent = this.acceptances[place]
    if (recent !== undefined && recent.slot === slot && recent.epoch === epoch) return recent
    return (this.acceptances[place] = { type: "accept", epoch, slot })
  }

  store(record: LogRecord): void {
    this.outputs.push({ type: "store", record })
  }

  setTimer(timer: Timer, min: Micros, max: Micros = min): void {
    this.outputs.push({ type: "set-timer", timer, after: { min, max } })
  }

  cancelTimer(timer: Timer): void {
    this.outputs.push({ type: "cancel-timer", timer })
  }

  report(report: LogReport): void {
    this.outputs.push({ type: "report", report })
  }
}

type Acceptance = LogMessage & { readonly type: "accept" }

/** Of this many consecutive slots an outbox keeps the acceptance. */
const recentAcceptances = 1024

/** A place in a list that nothing has been put in yet. */
const room: LogOutput = { type: "cancel-timer", timer: "" }
