import { type NodeSet, difference } from "../../base/node-set.ts"
import { type Phase, type QuorumSystem, allNodes } from "../system.ts"

/** Who has answered a request of a phase: with `yes`, or with `no`. Disjoint; everyone else has yet to answer. */
export interface Replies {
  readonly yes: NodeSet
  readonly no: NodeSet
}

/** How a phase stands. */
export type Tally = "won" | "lost" | "pending"

/**
 * Whether the replies so far hold a quorum of the phase (`"won"`), no longer can (`"lost"`), or still may
 * (`"pending"`).
 *
 * Final unless it is `"pending"`: no later reply turns a win into a loss or a loss into a win. Monotone in
 * `yes`, antitone in `no`, with lost < pending < won. A phase that asks for nobody is won before anyone
 * answers; a phase without quorums is lost at once.
 *
 * A phase-2 win is when a proposer learns; the value was decided earlier, at the acceptors. Ask `isQuorum`
 * where only a win matters: this one also says when to stop waiting.
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
