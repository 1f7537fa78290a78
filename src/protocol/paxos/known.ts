import { type NodeSet, emptySet, withMember } from "../../base/node-set.ts"
import type { Address } from "../actor.ts"
import type { Proposal } from "./proposal.ts"

/** The acceptors known to have accepted a proposal: Q_V, or what a learner has heard. */
export interface KnownAcceptances {
  readonly proposal: Proposal
  readonly by: NodeSet
}

/** The known acceptances with one more; in the order in which the proposals were first reported. */
export function withKnown(
  known: readonly KnownAcceptances[],
  acceptor: Address,
  { epoch, value }: Proposal,
): readonly KnownAcceptances[] {
  const at = known.findIndex(({ proposal }) => proposal.epoch === epoch && proposal.value === value)
  if (at < 0) return [...known, { proposal: { epoch, value }, by: withMember(emptySet, acceptor) }]
  return known.with(at, { proposal: known[at]!.proposal, by: withMember(known[at]!.by, acceptor) })
}

/** Who is known to have accepted a proposal. */
export function knownToAccept(known: readonly KnownAcceptances[], { epoch, value }: Proposal): NodeSet {
  return known.find(({ proposal }) => proposal.epoch === epoch && proposal.value === value)?.by ?? emptySet
}
