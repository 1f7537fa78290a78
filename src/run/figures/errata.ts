import { variantById } from "../../protocol/paxos/variants.ts"
import type { Cluster } from "../../protocol/paxos/cluster.ts"
import type { Figure } from "./figure.ts"
import { setting } from "./setting.ts"

function named(id: string, n: number, proposers: number): Cluster {
  const variant = variantById(id)!
  return setting(variant.switches, variant.plan(n), { proposers })
}

/**
 * (0, A) is decided by a1, a3, a4 while a2 has (0, B); p2 continues with (1, A), which reaches a4 only;
 * then p3 receives promises from a1, a2, a3 and a4 in epoch 2.
 */
const hiddenByLaterEpoch = [
  "p1 proposes A",
  "p2 proposes B",
  "p2 -> a2",
  "p1 -> a1 a3 a4",
  "the rest is lost",
  "p2 times out",
  "p2 -> a1 a3 a4",
  "a1 a3 a4 -> p2",
  "p2 -x a2 a5",
  "p2 -> a4",
  "the rest is lost",
  "p3 proposes C",
  "the rest is lost",
  "p3 times out",
  "the rest is lost",
  "p3 times out",
  "p3 -> a1 a2 a3 a4",
  "a1 a2 a3 a4 -> p3",
  "everything arrives",
] as const

/** Q = {a1, a2} has decided (0, A); a3, which is in no quorum, has (0, B) and replies first. */
const heardFromOutside = [
  "p1 proposes A",
  "p2 proposes B",
  "p1 -> a1 a2",
  "p2 -> a3",
  "the rest is lost",
  "p2 times out",
  "p2 -> a3 a1",
  "a3 a1 -> p2",
  "everything arrives",
] as const

/**
 * Runs that break algorithms as they are printed, each next to the same run of
 * the algorithm as it is here. They are ours, not the thesis's.
 */
export const errataFigures: readonly Figure[] = [
  {
    id: "E15-printed",
    title: "Algorithm 29 as printed decides two values",
    algorithms: "Algorithms 24 and 29",
    story:
      "Four promises: (0, A) (0, B) (0, A) (1, A). Line 17 counts those of e_max = 1: one, where two are\n" +
      "needed. V_dec is empty, p3 proposes C, and C is decided after A.",
    cluster: () => named("printed-counting", 5, 3),
    script: hiddenByLaterEpoch,
    decides: ["(0, A)", "(2, C)"],
  },
  {
    id: "E15",
    title: "the same run with Algorithm 26",
    algorithms: "Algorithms 24, 25 and 26",
    story: "The quorum a1, a3, a4 has reported only A: V_dec = {A}.",
    cluster: () => named("recovery", 5, 3),
    script: hiddenByLaterEpoch,
    decides: ["(0, A)", "(2, A)"],
  },
  {
    id: "E16-printed",
    title: "Algorithm 28 as printed decides two values",
    algorithms: "Algorithms 24 and 28",
    story:
      "The fixed quorum is a1, a2. a3 has accepted (0, B) and replies first; (0, A) of a1 is not greater,\n" +
      "so p2 proposes B, and B is decided after A.",
    cluster: () => named("printed-fixed", 3, 2),
    script: heardFromOutside,
    decides: ["(0, A)", "(1, B)"],
  },
  {
    id: "E16",
    title: "the same run with the members of the quorum only",
    algorithms: "Algorithms 24 and 28, values selected as in Algorithm 20",
    story: "a3 is in no quorum of epoch 0; a1 is, and reports A.",
    cluster: () => setting(variantById("recovery-fixed")!.switches, variantById("printed-fixed")!.plan(3)),
    script: heardFromOutside,
    decides: ["(0, A)", "(1, A)"],
  },
]
