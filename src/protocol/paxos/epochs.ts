import { UsageError } from "../../base/errors.ts"
import type { Epoch } from "../../quorum/plan.ts"
import type { Value } from "../actor.ts"
import { type EpochAllocation, type FastPath, fastEpochs } from "./epoch-allocation.ts"
import type { ProposerRecord } from "./messages.ts"

/** What a proposer has on disk, if anything. */
type Stored = ProposerRecord | null

/**
 * Where one proposer's epochs come from. Where epochs are dealt out in advance,
 * the sets of different proposers are disjoint, which is what makes epochs
 * unique (Howard 2019, property 1); no intersection between them is wanted.
 */
export interface EpochSource {
  /**
   * The smallest epoch that this proposer may use for `value`, greater than
   * `after` (of all, if `after` is null). Null: the allocator must be asked.
   */
  next(after: Epoch | null, value?: Value | null, stored?: Stored): Epoch | null
  /** What must be durable before `epoch` is used; null if nothing new. */
  record(epoch: Epoch, stored: Stored): Stored
  /** After a crash: no epoch up to `lastEpoch` may be used again; `record`, if any, is to be written first. */
  recovered(stored: Stored): { readonly lastEpoch: Epoch | null; readonly record: Stored }
  /** The value an epoch belongs to, where epochs are allocated by value. */
  valueFor(epoch: Epoch): Value | null
  /** When the allocator has none or does not answer: the next epoch without it, if there is another way. */
  without(after: Epoch | null): Epoch | null
}

/** The source of proposer `index` of `count` under an allocation. */
export function epochSource(allocation: EpochAllocation, index: number, count: number): EpochSource {
  switch (allocation.kind) {
    case "round-robin":
      return roundRobinEpochs(index, count)
    case "sequence":
      return sequenceEpochs(index, count)
    case "versioned":
      return versionedEpochs(index, count, allocation.restarts)
    case "reserved":
      return reservedEpochs(index, count, allocation.ahead)
    case "voting":
      return everyEpoch
    case "allocator":
      return source({ next: () => null })
    case "register":
      return source({ next: () => null, record: () => null })
    case "by-value":
      return byValueEpochs(allocation.values)
    case "recovery":
      return allocation.durable ? everyEpoch : source({ next: successor, record: () => null })
    case "multi-path":
      return multiPathEpochs(allocation.fast, index, count)
  }
}

/** Fills in what most sources do: write each epoch before it is used, and continue after it. */
export function source(parts: Pick<EpochSource, "next"> & Partial<EpochSource>): EpochSource {
  return {
    record: (epoch) => ({ role: "proposer", lastEpoch: epoch }),
    recovered: (stored) => ({ lastEpoch: stored?.lastEpoch ?? null, record: null }),
    valueFor: () => null,
    without: () => null,
    ...parts,
  }
}

/** The next natural number; 0 is the least epoch, e_min. */
function successor(after: Epoch | null): Epoch {
  return after === null ? 0 : after + 1
}

/**
 * All natural numbers, for everyone. The last one is written: two proposals of
 * one proposer in one epoch, before and after a crash, would be two values.
 */
const everyEpoch: EpochSource = source({ next: successor })

/** Natural numbers dealt out in turn: proposer `index` of `count` has index, index + count, … (Howard 2019, §3.8). */
export function roundRobinEpochs(index: number, count: number, from = 0): EpochSource {
  const first = from + index
  const next = (after: Epoch | null): Epoch => {
    if (after === null || after < first) return first
    return first + (Math.floor((after - first) / count) + 1) * count
  }
  return source({ next, without: next })
}

/**
 * Pairs (sid, pid) in lexicographic order. The order type is that of the natural
 * numbers, so the pair is kept as sid · count + pid: round-robin by another name.
 */
export function sequenceEpochs(pid: number, count: number): EpochSource {
  return roundRobinEpochs(pid, count)
}

/**
 * Triples (sid, pid, vid) in lexicographic order; only vid, the number of
 * restarts, is ever written, and only at a restart. Kept as one number, which
 * leaves room for `restarts` versions; running out of them is a UsageError.
 * After a restart the epochs begin again from below: unique, but not above those
 * of the earlier life (property 5, which only progress rests on).
 */
export function versionedEpochs(pid: number, count: number, restarts: number): EpochSource {
  const version = (stored: Stored): number => stored?.version ?? 0
  return source({
    next: (after, _value, stored) => {
      // Number (sid, pid, vid) is (sid · count + pid) · restarts + vid; this proposer's version is fixed
      // for its life.
      const low = pid * restarts + version(stored ?? null)
      const step = count * restarts
      if (after === null || after < low) return low
      return low + (Math.floor((after - low) / step) + 1) * step
    },
    record: () => null,
    recovered: (stored) => {
      const vid = version(stored) + 1
      if (vid >= restarts) {
        throw new UsageError(
          `A proposer has restarted ${vid} times; its epochs (sid, pid, vid) have room for ${restarts} versions. Allow more restarts.`,
        )
      }
      return { lastEpoch: null, record: { role: "proposer", lastEpoch: null, version: vid } }
    },
  })
}

/** Round-robin, but what is written is a bound `ahead` epochs of this proposer beyond the one needed. */
export function reservedEpochs(index: number, count: number, ahead: number): EpochSource {
  return {
    ...roundRobinEpochs(index, count),
    record: (epoch, stored) =>
      stored !== null && epoch <= (stored.lastEpoch ?? -1)
        ? null
        : { role: "proposer", lastEpoch: epoch + ahead * count },
  }
}

/** Epoch e belongs to values[e mod |values|]. Nothing is written: whoever uses the epoch again proposes the same value. */
export function byValueEpochs(values: readonly Value[]): EpochSource {
  const valueFor = (epoch: Epoch): Value => values[epoch % values.length]!
  return source({
    next: (after, value) => {
      let epoch = successor(after)
      if (value === undefined || value === null) return epoch
      if (!values.includes(value)) {
        throw new UsageError(
          `No epoch belongs to the value ${value}; epochs are allocated to ${values.join(", ")}. ` +
            `A multi-path allocation lets other values in (Howard 2019, §7.4.2).`,
        )
      }
      while (valueFor(epoch) !== value) epoch++
      return epoch
    },
    record: () => null,
    valueFor,
  })
}

/** The first epochs by a fast path, all later ones dealt out in turn (Howard 2019, §7.4). */
export function multiPathEpochs(fast: FastPath, index: number, count: number): EpochSource {
  const first = fastEpochs(fast)
  const slow = roundRobinEpochs(index, count, first)
  const record: EpochSource["record"] = (epoch, stored) => (epoch < first ? null : slow.record(epoch, stored))
  if (fast.kind === "recovery") {
    return { ...slow, record, next: (after, ...rest) => (after === null ? 0 : slow.next(after, ...rest)) }
  }
  if (fast.kind === "by-value") {
    const valueFor = (epoch: Epoch): Value | null => fast.values[epoch] ?? null
    return {
      ...slow,
      record,
      valueFor,
      next: (after, value, stored) => {
        const own = value === undefined || value === null ? -1 : fast.values.indexOf(value)
        return own > (after ?? -1) ? own : slow.next(after, value, stored)
      },
    }
  }
  // An epoch of the allocator is written like any other: a late copy of its answer must not be used again.
  return {
    ...slow,
    ...(fast.kind === "register" && { record }),
    next: (after, ...rest) => (after === null ? null : slow.next(after, ...rest)),
  }
}
