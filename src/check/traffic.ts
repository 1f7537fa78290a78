import type { AnyEvent, Gatherer } from "./property.ts"

/** The messages that processes sent in a run of any protocol; one to several processes counts once for each. */
export class SentMessages implements Gatherer<AnyEvent> {
  count = 0
  /** Messages of which no copy arrives: the network lost them. */
  lost = 0
  /** How many there were of each type, in the order of their first ones. */
  readonly byType: Record<string, number> = {}

  observe(event: AnyEvent): void {
    if (event.type !== "send") return
    const { type } = event.message as { readonly type: string }
    this.count++
    this.byType[type] = (this.byType[type] ?? 0) + 1
    if (event.copies === 0) this.lost++
  }
}

/** What arrived of them: each copy counts. */
export class DeliveredMessages implements Gatherer<AnyEvent> {
  count = 0
  /** Copies that arrived where the process was down. */
  missed = 0

  observe({ type }: AnyEvent): void {
    if (type === "deliver") this.count++
    else if (type === "miss") this.missed++
  }
}

/** Synchronous writes by all processes: the records that were durable before anything after them took effect. */
export class SyncWrites implements Gatherer<AnyEvent> {
  count = 0

  stored(_: number, __: number, ___: unknown, isVolatile: boolean): void {
    if (!isVolatile) this.count++
  }
}

/*
 * Kinds of facts about the runs of any protocol: they use only the events, independent of message and
 * record types.
 */

/** Messages sent. */
export const sentMessages = { wants: ["send"] as const, gather: (): SentMessages => new SentMessages() }

/** Messages that arrived. */
export const deliveredMessages = {
  wants: ["deliver", "miss"] as const,
  gather: (): DeliveredMessages => new DeliveredMessages(),
}

/** Writes. */
export const syncWrites = { wants: ["store"] as const, gather: (): SyncWrites => new SyncWrites() }
