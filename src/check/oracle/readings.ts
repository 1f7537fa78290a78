import type { PaxosMessage } from "../../protocol/paxos/messages.ts"

/** Registers [from, below) of the sender as a message shows them: a value (of the first), or nil. */
export interface Reading {
  readonly from: number
  readonly below: number
  readonly value?: string
}

/**
 * What a message tells of its sender's registers. A plain accept(e) says that
 * what the reader has written to set e is there: `written`, by set. A negative
 * reply shows a proposal, and is not taken to show more.
 */
export function readingOf(message: PaxosMessage, written: ReadonlyMap<number, string>): Reading[] {
  switch (message.type) {
    case "promise": {
      const { epoch, lastAccepted, history = [] } = message
      const earlier = history.map((proposal) => valueAt(proposal.epoch, proposal.value))
      if (lastAccepted === null) return [...earlier, { from: 0, below: epoch }]
      const newest = valueAt(lastAccepted.epoch, lastAccepted.value)
      return [...earlier, newest, { from: newest.below, below: epoch }]
    }
    case "accept": {
      const value = message.value ?? written.get(message.epoch)
      return value === undefined ? [] : [valueAt(message.epoch, value)]
    }
    case "no-promise":
    case "no-accept":
    case "report": {
      const { lastAccepted } = message
      return lastAccepted === null || lastAccepted === undefined
        ? []
        : [valueAt(lastAccepted.epoch, lastAccepted.value)]
    }
    default:
      return []
  }
}

const valueAt = (set: number, value: string): Reading => ({ from: set, below: set + 1, value })
