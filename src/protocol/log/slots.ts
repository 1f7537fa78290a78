import type { Epoch } from "../../quorum/plan.ts"
import { type Batch, noOp } from "./command.ts"

/** No epoch: below all of them. A number, so that log entries are two flat arrays. */
export const noEpoch = -1

/**
 * The proposals of a range of slots, from `base` on: what an acceptor has
 * accepted last in each, or has since learned to be decided. Earlier slots have
 * been truncated: a snapshot covers them. A slot without a proposal has epoch
 * `noEpoch`.
 *
 * Cost: constant per access; truncation is linear in what remains.
 */
export class Slots {
  base: number
  private readonly epochs: Epoch[]
  private readonly batches: Batch[]

  constructor(base = 0, epochs: readonly Epoch[] = [], batches: readonly Batch[] = []) {
    this.base = base
    this.epochs = [...epochs]
    this.batches = [...batches]
  }

  /** One more than the last slot that has ever had a proposal. */
  get end(): number {
    return this.base + this.epochs.length
  }

  epochAt(slot: number): Epoch {
    return this.epochs[slot - this.base] ?? noEpoch
  }

  batchAt(slot: number): Batch {
    return this.batches[slot - this.base] ?? noOp
  }

  set(slot: number, epoch: Epoch, batch: Batch): void {
    while (this.end < slot) {
      this.epochs.push(noEpoch)
      this.batches.push(noOp)
    }
    const place = slot - this.base
    if (place < 0) return
    if (place === this.epochs.length) {
      this.epochs.push(epoch)
      this.batches.push(batch)
    } else {
      this.epochs[place] = epoch
      this.batches[place] = batch
    }
  }

  /** Forgets the slots before `slot`. */
  truncate(slot: number): void {
    if (slot <= this.base) return
    this.epochs.splice(0, slot - this.base)
    this.batches.splice(0, slot - this.base)
    this.base = slot
  }

  /** The proposals from `slot` on, for a message. */
  since(slot: number, before = this.end): Proposals {
    const [from, to] = [Math.max(slot, this.base), Math.max(before, this.base)]
    return {
      from,
      epochs: this.epochs.slice(from - this.base, to - this.base),
      batches: this.batches.slice(from - this.base, to - this.base),
    }
  }

  copy(): Slots {
    return new Slots(this.base, this.epochs, this.batches)
  }
}

/** The proposals of consecutive slots, as messages carry them. */
export interface Proposals {
  readonly from: number
  /** `noEpoch` where there is none. */
  readonly epochs: readonly Epoch[]
  readonly batches: readonly Batch[]
}
