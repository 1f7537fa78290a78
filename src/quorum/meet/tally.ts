import { type NodeSet, difference } from "../../base/node-set.ts"
import { type Phase, type QuorumSystem, allNodes } from "../system.ts"

/**
 * The acceptors that have replied to a request of a phase, with `yes` or with `no`. Disjoint; the
 * replies of all others are pending.
 */
export interface Replies {
  readonly yes: NodeSet
  readonly no: NodeSet
}

/** How a phase stands. */
export type Tally = "won" | "lost" | "pending"

/**
 * Whether the replies contain a quorum of the phase (`"won"`), cannot any more (`"lost"`), or still may
 * (`"pending"`).
 *
 * Final unless it is `"pending"`: no later reply turns a win into a loss or a loss into a win. Monotone
 * in `yes`, antitone in `no`, with lost < pending < won. A phase with the empty quorum is won without
 * replies; a phase without quorums is lost from the start.
 *
 * A proposer learns by a phase-2 win; the value was decided earlier, at the acceptors. Use `isQuorum`
 * where only a win matters: this function also determines when to stop waiting.
 *
 * Cost: at most two calls of `isQuorum`. Howard 2019, §2.2 and §3.1; the three values are those of etcd's
 * raft (VoteWon, VoteLost, VotePending), whose test vectors it passes for majorities and joint configurations.
 *
 * @example tally(quorumSystemFrom("majority(3)"), 2, { yes: nodeSet([0, 1]), no: nodeSet([]) }) // => "won"
 */
export function tally(system: QuorumSystem, phase: Phase, { yes, no }: Replies): Tally {
  if (system.isQuorum(phase, yes)) return "won"
  return system.isQuorum(phase, difference(allNodes(system), no)) ? "pending" : "lost"
}
