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
 * A ring of as many places as a power of two: slot s lies in place s modulo their number.
 *
 * Cost: constant per access and truncation; memory of the most slots there have been at a time, of which
 * those that were truncated are given up when their places are needed.
 */
export class Slots {
  base: number
  /** One more than the last slot that has ever had a proposal. */
  end: number
  private epochs: Float64Array
  private batches: Batch[]

  constructor(base = 0, epochs: readonly Epoch[] = [], batches: readonly Batch[] = []) {
    this.base = base
    this.end = base
    this.epochs = new Float64Array(placesFor(epochs.length))
    this.batches = Array.from({ length: this.epochs.length }, () => noOp)
    epochs.forEach((epoch, i) => this.set(base + i, epoch, batches[i]!))
  }

  epochAt(slot: number): Epoch {
    if (slot < this.base || slot >= this.end) return noEpoch
    return this.epochs[slot & (this.epochs.length - 1)]!
  }

  batchAt(slot: number): Batch {
    if (slot < this.base || slot >= this.end) return noOp
    return this.batches[slot & (this.epochs.length - 1)]!
  }

  set(slot: number, epoch: Epoch, batch: Batch): void {
    if (slot < this.base) return
    while (this.end <= slot) {
      if (this.end - this.base === this.epochs.length) this.grow(slot + 1 - this.base)
      if (this.end < slot) this.put(this.end, noEpoch, noOp)
      this.end++
    }
    this.put(slot, epoch, batch)
  }

  /** Forgets the slots before `slot`. */
  truncate(slot: number): void {
    if (slot <= this.base) return
    this.base = slot
    if (this.end < slot) this.end = slot
  }

  /** The proposals from `slot` on, for a message. */
  since(slot: number, before = this.end): Proposals {
    const from = Math.max(slot, this.base)
    const length = Math.max(0, Math.min(before, this.end) - from)
    return {
      from,
      epochs: Array.from({ length }, (_, i) => this.epochAt(from + i)),
      batches: Array.from({ length }, (_, i) => this.batchAt(from + i)),
    }
  }

  /** What it holds, whatever room there is. */
  toJSON(): Proposals {
    return this.since(this.base)
  }

  copy(): Slots {
    const { epochs, batches } = this.since(this.base)
    return new Slots(this.base, epochs, batches)
  }

  private put(slot: number, epoch: Epoch, batch: Batch): void {
    const place = slot & (this.epochs.length - 1)
    this.epochs[place] = epoch
    this.batches[place] = batch
  }

  /** At least twice the room, and enough for a number of slots. */
  private grow(slots: number): void {
    const larger = new Slots(this.base)
    larger.epochs = new Float64Array(placesFor(Math.max(slots, 2 * this.epochs.length)))
    larger.batches = Array.from({ length: larger.epochs.length }, () => noOp)
    for (let slot = this.base; slot < this.end; slot++)
      larger.put(slot, this.epochAt(slot), this.batchAt(slot))
    this.epochs = larger.epochs
    this.batches = larger.batches
  }
}

/** The least power of two that is enough, and not tiny. */
const placesFor = (slots: number): number => Math.max(16, 2 ** Math.ceil(Math.log2(slots)))

/** The proposals of consecutive slots, as messages carry them. */
export interface Proposals {
  readonly from: number
  /** `noEpoch` where there is none. */
  readonly epochs: readonly Epoch[]
  readonly batches: readonly Batch[]
}
