import { UsageError } from "../../base/errors.ts"
import type { Epoch } from "../../quorum/plan.ts"
import type { Value } from "../actor.ts"
import type { ProposerRecord } from "./records.ts"

/** What a proposer has on disk, if anything. */
export type StoredEpochs = ProposerRecord | null

/**
 * The source of one proposer's epochs. Where epochs are allocated in advance, the sets of different
 * proposers are disjoint, which makes epochs unique (Howard 2019, property 1).
 */
export interface EpochSource {
  /**
   * The smallest epoch that this proposer may use for `value`, greater than `after` (of all, if `after`
   * is null). Null: the epoch must be requested from the allocator.
   */
  next(after: Epoch | null, value?: Value | null, stored?: StoredEpochs): Epoch | null
  /** What must be durable before `epoch` is used; null if nothing new. */
  record(epoch: Epoch, stored: StoredEpochs): StoredEpochs
  /** After a crash: no epoch up to `lastEpoch` may be reused; `record`, if any, must be written first. */
  recovered(stored: StoredEpochs): { readonly lastEpoch: Epoch | null; readonly record: StoredEpochs }
  /** The value an epoch belongs to, where epochs are allocated by value. */
  valueFor(epoch: Epoch): Value | null
  /** The next epoch without the allocator, when it has none or does not reply; null if there is none. */
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
 * All natural numbers, for every proposer. The last used epoch is written: otherwise a proposer could
 * propose two values in one epoch, before and after a crash.
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
  const version = (stored: StoredEpochs): number => stored?.version ?? 0
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
          `a proposer has restarted ${vid} times; its epochs (sid, pid, vid) allow ${restarts} versions. Allow more restarts.`,
        )
      }
      return { lastEpoch: null, record: { role: "proposer", lastEpoch: null, version: vid } }
    },
  })
}

/** Round-robin, with a written bound `ahead` epochs of this proposer beyond the one needed. */
export function reservedEpochs(index: number, count: number, ahead: number): EpochSource {
  return {
    ...roundRobinEpochs(index, count),
    record: (epoch, stored) =>
      stored !== null && epoch <= (stored.lastEpoch ?? -1)
        ? null
        : { role: "proposer", lastEpoch: epoch + ahead * count },
  }
}

/**
 * Epoch e belongs to values[e mod |values|]. Nothing is written: a proposer that reuses the epoch
 * proposes the same value.
 */
export function byValueEpochs(values: readonly Value[]): EpochSource {
  const valueFor = (epoch: Epoch): Value => values[epoch % values.length]!
  return source({
    next: (after, value) => {
      let epoch = successor(after)
      if (value === undefined || value === null) return epoch
      if (!values.includes(value)) {
        throw new UsageError(
          `no epoch belongs to the value ${value}; epochs are allocated to ${values.join(", ")}. ` +
            `Use a multi-path allocation for other values (Howard 2019, §7.4.2).`,
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
  // An epoch of the allocator is written like any other: a delayed duplicate of its reply must not be
  // used again.
  return {
    ...slow,
    ...(fast.kind === "register" && { record }),
    next: (after, ...rest) => (after === null ? null : slow.next(after, ...rest)),
  }
}

/**
 * How epochs are handed out (Howard 2019, §3.8, §3.9 and chapter 7; table 7.2).
 * Plain data; `epochSource` makes one proposer's source of it.
 */
export type EpochAllocation =
  /** Natural numbers dealt out in turn; each is written before use (§3.8). */
  | { readonly kind: "round-robin" }
  /** (sid, pid) in lexicographic order; sid is written before use (§3.8). */
  | { readonly kind: "sequence" }
  /** (sid, pid, vid): only vid is written, once per restart; at most `restarts` of them fit (§3.8). */
  | { readonly kind: "versioned"; readonly restarts: number }
  /** As round-robin, but one write reserves the next `ahead` epochs of the proposer too (§3.8). */
  | { readonly kind: "reserved"; readonly ahead: number }
  /** Every proposer may use every epoch; acceptors promise each epoch to one proposer (§3.9, Algorithm 10). */
  | { readonly kind: "voting" }
  /** A single process counts (Algorithm 21). */
  | { readonly kind: "allocator" }
  /** The allocator gives out the first epoch only, to everyone, with the first value it was asked for: a write-once register (§7.1). */
  | { readonly kind: "register" }
  /** Epoch e belongs to the value number e mod |values|; every proposer may use it for that value (§7.2, Algorithm 22). */
  | { readonly kind: "by-value"; readonly values: readonly Value[] }
  /** Every proposer may use every epoch for any value (§7.3). `durable` proposers remember their last one, for speed only. */
  | { readonly kind: "recovery"; readonly durable: boolean }
  /** One way for the first epochs, round-robin for all others (§7.4). */
  | { readonly kind: "multi-path"; readonly fast: FastPath }

/** What the first epochs of a multi-path allocation are (§7.4.1 to §7.4.3). */
export type FastPath =
  /** The allocator allocates the first epoch to one proposer (Algorithm 30). */
  | { readonly kind: "allocator" }
  /** The first epoch goes to everyone, with the value the allocator was first asked for. */
  | { readonly kind: "register" }
  /** One epoch for each of these values, in order of likelihood. */
  | { readonly kind: "by-value"; readonly values: readonly Value[] }
  /** The first epoch is shared by recovery (Algorithm 31). */
  | { readonly kind: "recovery" }

/** Table 7.2: what an allocation makes epochs unique to, and whether it is assigned in advance. */
export interface Uniqueness {
  /** Lemma 9: no two values are proposed in one epoch. */
  readonly toValues: boolean
  readonly toProposers: boolean
  readonly preAssigned: "to proposers" | "to values" | "no"
}

/** What holds of epoch `epoch` under an allocation. */
export function uniquenessOf(allocation: EpochAllocation, epoch: Epoch): Uniqueness {
  switch (allocation.kind) {
    case "round-robin":
    case "sequence":
    case "versioned":
    case "reserved":
      return { toValues: true, toProposers: true, preAssigned: "to proposers" }
    case "voting":
    case "allocator":
      return { toValues: true, toProposers: true, preAssigned: "no" }
    case "register":
      return { toValues: true, toProposers: false, preAssigned: "no" }
    case "by-value":
      return { toValues: true, toProposers: false, preAssigned: "to values" }
    case "recovery":
      return { toValues: false, toProposers: false, preAssigned: "no" }
    case "multi-path":
      return epoch < fastEpochs(allocation.fast)
        ? uniquenessOf(fastAllocation(allocation.fast), epoch)
        : uniquenessOf({ kind: "round-robin" }, epoch)
  }
}

/** How many epochs, from the first on, take the fast path. */
export function fastEpochs(fast: FastPath): number {
  return fast.kind === "by-value" ? fast.values.length : 1
}

function fastAllocation(fast: FastPath): EpochAllocation {
  return fast.kind === "recovery" ? { kind: "recovery", durable: false } : fast
}

/**
 * Whether two values may be proposed in an epoch: then collisions must be distinguished from decisions
 * (§7.3).
 */
export function isShared(allocation: EpochAllocation, epoch: Epoch): boolean {
  return !uniquenessOf(allocation, epoch).toValues
}

/** Whether an allocation requires an allocator process. */
export function needsAllocator(allocation: EpochAllocation): boolean {
  const kind = allocation.kind === "multi-path" ? allocation.fast.kind : allocation.kind
  return kind === "allocator" || kind === "register"
}
