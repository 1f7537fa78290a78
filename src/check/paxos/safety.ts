import { formatSet } from "../../quorum/system.ts"
import { firstComplaint, judgeEach, verdictOf } from "../property.ts"
import {
  type AcceptorWrite,
  type Decision,
  type PaxosProperty,
  acceptorWrites,
  decisions,
  inputs,
  learnings,
  nameOf,
  paxosProperty,
} from "./facts.ts"
import type { Cluster } from "../../protocol/paxos/cluster.ts"

/** No two different values are decided. */
export const agreement = paxosProperty({
  name: "agreement",
  reference: "Howard 2019, lemma 14",
  statement: "At most one value is decided.",
  needs: { decisions },
  judge: ({ decisions: { list } }, { plan }) => {
    const shown = ({ proposal: { epoch, value }, acceptedBy }: Decision): string =>
      `${value} was decided in epoch ${epoch} by ${formatSet(plan, acceptedBy)}`
    return judgeEach("decisions", list, (decision) =>
      decision.proposal.value === list[0]!.proposal.value
        ? undefined
        : `${shown(list[0]!)}, and ${shown(decision)}`,
    )
  },
})

/** Only values that some client proposed are decided or learned (non-triviality). */
export const validity = paxosProperty({
  name: "validity",
  reference: "Howard 2019, §1.3 (non-triviality)",
  statement: "Only values that some client proposed are decided or learned.",
  needs: { inputs, decisions, learnings },
  judge: ({ inputs: asked, decisions: decided, learnings: learned }) => {
    const unasked = (at: number, value: string, what: string): string | undefined =>
      asked.has(value, at) ? undefined : `${value} was ${what}, and no client proposed it`
    return verdictOf(
      decided.list.length + learned.list.length,
      "decided or learned values",
      firstComplaint(decided.list, ({ at, proposal }) => unasked(at, proposal.value, "decided")),
      firstComplaint(learned.list, ({ at, value }) => unasked(at, value, "learned")),
    )
  },
})

/** Every learned value was decided before. */
export const safeLearning = paxosProperty({
  name: "safe-learning",
  reference: "Howard 2019, lemma 15",
  statement: "A learned value was decided before.",
  needs: { decisions, learnings },
  judge: ({ decisions: { list }, learnings: learned }, cluster) =>
    judgeEach("learned values", learned.list, ({ process, epoch, value, decisionsBefore }) => {
      for (let i = 0; i < decisionsBefore; i++) if (list[i]!.proposal.value === value) return undefined
      return `${nameOf(cluster, process)} learned ${value} in epoch ${epoch}, which was not decided`
    }),
})

/** An acceptor's last promised epoch never decreases, crashes included, and is never below its last accepted one. */
export const lastPromisedMonotone = paxosProperty({
  name: "last-promised-monotone",
  reference: "Howard 2019, lemmas 6 and 7",
  statement:
    "The last promised epoch of an acceptor never decreases, and is never below its last accepted one.",
  needs: { acceptorWrites },
  judge: ({ acceptorWrites: { list } }, cluster) =>
    judgeEach(
      "acceptor states",
      list,
      (write) => promisedLess(cluster, write) ?? acceptedAbovePromised(cluster, write),
    ),
})

/**
 * The safety properties of every run of every variant, under any faults (Howard 2019, §1.3 and §2.3);
 * sweeps of millions of runs check only these.
 */
export const safety: readonly PaxosProperty[] = [agreement, validity, safeLearning, lastPromisedMonotone]

/** What is wrong with a write that lowers the last promised epoch. */
export function promisedLess(
  cluster: Cluster,
  { acceptor, before, after }: AcceptorWrite,
): string | undefined {
  return rank(after.lastPromised) >= rank(before.lastPromised)
    ? undefined
    : `${nameOf(cluster, acceptor)} promised epoch ${String(after.lastPromised)} after ${String(before.lastPromised)}`
}

/** The fault of a write of an accepted proposal whose epoch is above the last promised one. */
export function acceptedAbovePromised(
  cluster: Cluster,
  { acceptor, after }: AcceptorWrite,
): string | undefined {
  return after.lastAccepted === null || after.lastAccepted.epoch <= rank(after.lastPromised)
    ? undefined
    : `${nameOf(cluster, acceptor)} accepted in epoch ${after.lastAccepted.epoch} and promised only ${String(after.lastPromised)}`
}

const rank = (promised: number | null): number => promised ?? -Infinity
