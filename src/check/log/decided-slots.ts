import { type NodeSet, emptySet } from "../../base/node-set.ts"
import type { Epoch } from "../../quorum/plan.ts"
import type { Batch } from "../../protocol/log/command.ts"

/** Acceptances of one proposal for a slot; those that come after it is decided need not be noted. */
export interface Ballot {
  readonly epoch: Epoch
  readonly batch: Batch
  by: NodeSet
}

/**
 * Who has durably accepted what, slot by slot, and what is decided. Almost every
 * slot has proposals of one epoch only, which lie in flat arrays; others have a
 * list of them. Slots before `base` have been forgotten.
 */
export class DecidedSlots {
  base = 0
  private readonly ballots: (Ballot | undefined)[] = []
  private readonly decided: (Batch | undefined)[] = []
  private readonly more = new Map<number, Ballot[]>()

  get end(): number {
    return this.base + this.ballots.length
  }

  decidedAt(slot: number): Batch | undefined {
    return this.decided[slot - this.base]
  }

  decide(slot: number, batch: Batch): void {
    this.decided[slot - this.base] = batch
  }

  /** The acceptances of this epoch so far; `batch` is what it proposes, if they are the first. */
  ballotAt(slot: number, epoch: Epoch, batch: Batch): Ballot {
    const place = slot - this.base
    while (this.ballots.length <= place) {
      this.ballots.push(undefined)
      this.decided.push(undefined)
    }
    const latest = this.ballots[place]
    return latest?.epoch === epoch ? latest : this.otherBallot(slot, place, latest, epoch, batch)
  }

  private otherBallot(
    slot: number,
    place: number,
    latest: Ballot | undefined,
    epoch: Epoch,
    batch: Batch,
  ): Ballot {
    const ballot = { epoch, batch, by: emptySet }
    if (latest === undefined) {
      this.ballots[place] = ballot
      return ballot
    }
    let others = this.more.get(slot)
    if (others === undefined) this.more.set(slot, (others = []))
    const known = others.find((other) => other.epoch === epoch)
    if (known !== undefined) return known
    others.push(ballot)
    return ballot
  }

  /** Forgets the slots before `slot`. */
  forget(slot: number): void {
    const count = slot - this.base
    for (let i = 0; i < count; i++) if (this.more.size > 0) this.more.delete(this.base + i)
    this.ballots.splice(0, count)
    this.decided.splice(0, count)
    this.base = slot
  }
}
