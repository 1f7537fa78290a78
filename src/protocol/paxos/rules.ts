import type { Epoch } from "../../quorum/plan.ts"

/**
 * The rules that every form of Paxos here shares, one instance or a log of them:
 * the protocols differ in what they keep and whom they tell, not in these.
 */

/**
 * Whether an acceptor that has promised `lastPromised` still takes part in an
 * epoch, in either phase (Howard 2019, property 6). "≥", so that a repeated
 * message is answered again.
 */
export function takesPart(lastPromised: Epoch | null, epoch: Epoch): boolean {
  return lastPromised === null || epoch >= lastPromised
}

/** Of two reports by acceptors the one of the greater epoch, which a proposer must adopt (property 4); the first of equals. */
export function greaterProposal<P extends { readonly epoch: Epoch }>(a: P | null, b: P | null): P | null {
  if (a === null || b === null) return a ?? b
  return b.epoch > a.epoch ? b : a
}
