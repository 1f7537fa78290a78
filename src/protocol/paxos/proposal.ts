import type { Epoch } from "../../quorum/plan.ts"
import type { Value } from "../actor.ts"

/**
 * The pair (e, v) of Howard 2019, table 2.1.
 *
 * Compared by epoch only when choosing, by both when counting: two proposals of one epoch and different
 * values exist where epochs are shared, and then are different proposals.
 */
export interface Proposal {
  readonly epoch: Epoch
  readonly value: Value
}

/** "0, A", or "nil, nil" for nothing accepted. */
export function formatProposal(proposal: Proposal | null): string {
  return proposal === null ? "nil, nil" : `${proposal.epoch}, ${proposal.value}`
}
