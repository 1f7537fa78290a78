import type { PaxosProperty } from "../check/paxos/facts.ts"
import { type LivenessConditions, liveness } from "../check/paxos/progress.ts"
import type { Cluster } from "../protocol/paxos/cluster.ts"
import type { Variant } from "../protocol/paxos/variant.ts"
import type { DecreeSetup } from "./decree-settings.ts"

/**
 * Progress and eventual learning of a run (Howard 2019, §2.1 and theorem 16), under the conditions that
 * its time-out was chosen for. Empty where the theorem does not apply: it requires proposers with
 * disjoint epochs that contact all acceptors.
 *
 * Whether the conditions held is derived from the trace: with a second proposer, or crashed acceptors,
 * the verdict is `unknown` with the reason.
 */
export function livenessOf(setup: DecreeSetup, cluster: Cluster): readonly PaxosProperty[] {
  const conditions = conditionsOf(setup, cluster)
  if (conditions === null || !isStated(setup, cluster.variant)) return []
  return liveness(conditions)
}

/**
 * A time-out is δa + 2δm (§2.7, the clock being exact): δa is one write of an
 * acceptor, so δm half of the rest. They are to hold from the first request to the
 * end; null if that is too short for a phase 1 and a phase 2 that take so long.
 */
function conditionsOf(
  { startMs, timeoutMs, writeMs, horizonMs }: DecreeSetup,
  { proposers }: Cluster,
): LivenessConditions | null {
  const [proposer] = proposers
  const phase = timeoutMs * 1000
  const acceptorDelay = writeMs * 1000
  const messageDelay = Math.floor((phase - acceptorDelay) / 2)
  const [from, until] = [startMs * 1000, horizonMs * 1000]
  if (proposer === undefined || messageDelay <= 0 || until < from + 2 * phase) return null
  return { from, until, proposer, messageDelay, acceptorDelay }
}

function isStated(
  { quorumSelection, distinguished, colocated, recoveryProposers }: DecreeSetup,
  variant: Variant,
): boolean {
  const { epochs, select, termination, copying, phase1First } = variant
  return (
    quorumSelection === "broadcast" &&
    distinguished === null &&
    !colocated &&
    recoveryProposers === 0 &&
    dealtOut.has(epochs.kind) &&
    select === "greatest" &&
    termination === "off" &&
    copying === "off" &&
    !phase1First
  )
}

/** Allocations in which a proposer always has a greater epoch, without an allocator. */
const dealtOut: ReadonlySet<Variant["epochs"]["kind"]> = new Set([
  "round-robin",
  "sequence",
  "versioned",
  "reserved",
])
