import { constantPlan } from "../../quorum/plan.ts"
import type { Figure } from "./figure.ts"
import { setting, systemOf } from "./setting.ts"

/** The four acceptors of figures 4.1 and 4.2: quorums of the same phase never meet. */
const figure41 = constantPlan(
  systemOf(
    4,
    [
      [1, 2],
      [3, 4],
    ],
    [
      [1, 3],
      [2, 4],
    ],
    "Q1 = {12}, {34} and Q2 = {13}, {24} of four acceptors",
  ),
)

/** Each proposer contacts one quorum per phase; p1's phase-2 quorum intersects p2's phase-1 quorum in a3. */
const oneQuorumEach = {
  recipients: (index: number) =>
    ({
      kind: "thrifty",
      quorum: index === 0 ? { 1: [0, 1], 2: [0, 2] } : { 1: [2, 3], 2: [1, 3] },
    }) as const,
}

/** The diagrams of chapters 4 and 5: quorums that meet less, and promises that say more. */
export const chapter4And5: readonly Figure[] = [
  {
    id: "4.1",
    title: "revision A with serial proposers",
    algorithms: "Algorithms 4 and 13",
    story: "Quorums of one phase are disjoint; those of different phases intersect. a3 reports (0, A) to p2.",
    cluster: () => setting({}, figure41, oneQuorumEach),
    script: [
      "p1 proposes A",
      "p1 -> a1 a2",
      "a1 a2 -> p1",
      "p1 -> a1 a3",
      "a1 a3 -> p1",
      "p2 proposes B",
      "p2 -> a3 a4",
      "a3 a4 -> p2",
      "p2 -> a2 a4",
      "a2 a4 -> p2",
    ],
    decides: ["(0, A)", "(1, A)"],
  },
  {
    id: "4.2",
    title: "revision A with concurrent proposers",
    algorithms: "Algorithms 4 and 13",
    story:
      "Both finish phase 1, with disjoint quorums. Only p2 finishes phase 2: a3 has promised epoch 1\n" +
      "and does not accept (0, A). p1 retries with epoch 2, and finds (1, B).",
    cluster: () => setting({}, figure41, oneQuorumEach),
    script: [
      "p1 proposes A",
      "p2 proposes B",
      "p1 -> a1 a2",
      "p2 -> a3 a4",
      "a1 a2 -> p1",
      "a3 a4 -> p2",
      "p1 -> a1 a3",
      "a1 -> p1",
      "p2 -> a2 a4",
      "a2 a4 -> p2",
      "p1 times out",
      "p1 -x a3 a4",
      "p1 -> a1 a2",
      "a1 a2 -> p1",
      "p1 -x a2 a4",
      "p1 -> a1 a3",
      "a1 a3 -> p1",
    ],
    decides: ["(1, B)", "(2, B)"],
  },
  {
    id: "4.3",
    title: "revision B, phase 1 of the first epoch is skipped",
    algorithms: "Algorithms 4 and 14",
    story: "As figure 2.2. No epoch is smaller than 0, so p1 needs no promises and begins with phase 2.",
    cluster: () => setting({ phase1: "revision-B" }),
    script: [
      "p1 proposes A",
      "p1 -> a1 a2 a3",
      "a1 a2 a3 -> p1",
      "p2 proposes B",
      "p2 -> a1 a2 a3",
      "a1 a2 a3 -> p2",
      "p2 -> a1 a2 a3",
      "a1 a2 a3 -> p2",
    ],
    decides: ["(0, A)", "(1, A)"],
  },
  {
    id: "4.4",
    title: "revision B, phase 1 skipped after a decision",
    algorithms: "Algorithms 4 and 14",
    story:
      "As figure 2.3. p1 proposes (0, A) after (1, B) has been decided: another value than the decided\n" +
      "one, which is safe, because its epoch is smaller and no acceptor accepts it.",
    cluster: () => setting({ phase1: "revision-B" }),
    script: [
      "p2 proposes B",
      "everything arrives",
      "p1 proposes A",
      "p1 -> a1 a2 a3",
      "p1 times out",
      "p1 -> a1 a2 a3",
      "a1 a2 a3 -> p1",
      "p1 -> a1 a2 a3",
      "a1 a2 a3 -> p1",
    ],
    decides: ["(1, B)", "(2, B)"],
  },
  {
    id: "5.1",
    title: "revision C, phase 1 ends with the first promise",
    algorithms: "Algorithms 4 and 15",
    story:
      "As figure 2.2, epoch 0 without phase 1. a3 reports (0, A), of the preceding epoch:\n" +
      "p2 needs no other promise.",
    cluster: () => setting({ phase1: "revision-C" }),
    script: [
      "p1 proposes A",
      "everything arrives",
      "p2 proposes B",
      "p2 -> a3",
      "a3 -> p2",
      "p2 -x a1 a2",
      "p2 -> a1 a2 a3",
      "a1 a2 a3 -> p2",
    ],
    decides: ["(0, A)", "(1, A)"],
  },
]
