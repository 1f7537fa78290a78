import type { Address } from "../protocol/actor.ts"
import type { Cluster } from "../protocol/paxos/cluster.ts"
import type { PaxosMessage, PaxosRecord } from "../protocol/paxos/messages.ts"
import type { TraceEvent } from "../sim/trace.ts"

/**
 * How many round trips each proposer began before it learned: a phase of an
 * epoch, a question to the allocator, a value forwarded. In the best case each
 * of them is a round trip; one that is given up, or goes unanswered, counts too.
 */
export class PhasesBegun {
  private readonly begun = new Map<Address, Set<string>>()
  private readonly learned = new Map<Address, number>()
  private readonly proposers: readonly Address[]
  private asked = 0

  constructor({ proposers }: Cluster) {
    this.proposers = proposers
  }

  readonly observe = (event: TraceEvent<PaxosMessage, PaxosRecord>): void => {
    if (event.type === "send") this.sent(event.from, event.message)
    if (event.type === "learn" && !this.learned.has(event.process)) {
      this.learned.set(event.process, this.begun.get(event.process)?.size ?? 0)
    }
  }

  /** By proposer; null for those that have not learned. */
  get result(): readonly (number | null)[] {
    return this.proposers.map((address) => this.learned.get(address) ?? null)
  }

  private sent(from: Address, message: PaxosMessage): void {
    const phase = this.phaseOf(message)
    if (phase === null) return
    const phases = this.begun.get(from) ?? new Set()
    this.begun.set(from, phases.add(phase))
  }

  /** A message that begins a phase, as a key that its copies to other acceptors share. */
  private phaseOf(message: PaxosMessage): string | null {
    switch (message.type) {
      case "prepare":
      case "propose":
        return `${message.type} ${message.epoch}`
      case "ring":
        return message.replies.length === 0 ? this.phaseOf(message.request) : null
      case "generate-next":
      case "forward":
        return `${message.type} ${this.asked++}`
      default:
        return null
    }
  }
}
