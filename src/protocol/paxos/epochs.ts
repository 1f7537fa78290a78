import type { Epoch } from "../../quorum/plan.ts"

/**
 * Where a proposer's epochs come from. The sets of different proposers are
 * disjoint, which is what makes epochs unique (Howard 2019, property 1); no
 * intersection between them is wanted.
 */
export interface EpochSource {
  /** The smallest epoch of this proposer that is greater than `after`; of all, if `after` is null. */
  next(after: Epoch | null): Epoch
}

/** Natural numbers dealt out in turn: proposer `index` of `count` has index, index + count, … (Howard 2019, §3.8). */
export function roundRobinEpochs(index: number, count: number): EpochSource {
  return {
    next: (after) => {
      if (after === null || after < index) return index
      return index + (Math.floor((after - index) / count) + 1) * count
    },
  }
}
