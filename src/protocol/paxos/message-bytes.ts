import type { PaxosMessage, Proposal } from "./messages.ts"

/** What every message carries: type, epoch, sender. */
const headerBytes = 24
/** A proposal beside its value: the epoch. */
const epochBytes = 8

/**
 * How large a message is on the wire, in bytes, where a value has `valueBytes`. Nothing accepted takes no room.
 *
 * A model, for comparing protocols on links of limited rate: FPaxos' evaluation sends values of 64 bytes
 * over 10 Mbit/s (its §5), where what a message carries is what counts. The header stands for what any
 * encoding has to say; it is not the size of any particular one.
 */
export function messageBytes(message: PaxosMessage, valueBytes: number): number {
  return headerBytes + contentBytes(message, valueBytes)
}

function contentBytes(message: PaxosMessage, valueBytes: number): number {
  const proposal = (accepted: Proposal | null | undefined): number =>
    accepted === null || accepted === undefined ? 0 : epochBytes + valueBytes
  switch (message.type) {
    case "promise":
      return message.history === undefined
        ? proposal(message.lastAccepted)
        : message.history.length * (epochBytes + valueBytes)
    case "propose":
      return message.valueSent === true ? 0 : valueBytes
    case "no-promise":
    case "no-accept":
      return epochBytes + proposal(message.lastAccepted)
    case "report":
      return proposal(message.lastAccepted)
    case "ring":
      return [message.request, ...message.replies].reduce(
        (sum, part) => sum + contentBytes(part, valueBytes),
        0,
      )
    case "read":
    case "no-allocate":
      return 0
    default:
      return message.value === undefined ? 0 : valueBytes
  }
}
