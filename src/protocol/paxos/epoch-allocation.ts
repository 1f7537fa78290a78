import type { Epoch } from "../../quorum/plan.ts"
import type { Value } from "../actor.ts"

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
  /** The first epoch goes to whom the allocator gives it (Algorithm 30). */
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

/** Whether two values may be proposed in an epoch: then collisions must be told apart from decisions (§7.3). */
export function isShared(allocation: EpochAllocation, epoch: Epoch): boolean {
  return !uniquenessOf(allocation, epoch).toValues
}

/** Whether an allocator process takes part. */
export function needsAllocator(allocation: EpochAllocation): boolean {
  const kind = allocation.kind === "multi-path" ? allocation.fast.kind : allocation.kind
  return kind === "allocator" || kind === "register"
}
