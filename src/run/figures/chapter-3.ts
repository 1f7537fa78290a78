import { constantPlan } from "../../quorum/plan.ts"
import type { Figure } from "./figure.ts"
import { setting, systemOf } from "./setting.ts"

/** p1 runs alone and decides (0, A), without message loss. */
const decideFirst = ["p1 proposes A", "everything arrives"] as const

const someQuorums = [
  [1, 2],
  [1, 3],
  [1, 4],
  [2, 3, 4],
] as const
const figure36 = constantPlan(
  systemOf(4, someQuorums, someQuorums, "{12}, {13}, {14}, {234} of four acceptors"),
)

/** The diagrams of chapter 3: what the known revisions change about those of chapter 2. */
export const chapter3: readonly Figure[] = [
  {
    id: "3.1",
    title: "negative replies",
    algorithms: "Algorithms 5 and 6",
    story:
      "All acceptors have (5, B). A negative reply reports epoch 5, and p1 continues with epoch 6:\n" +
      "phase 1 takes two round trips instead of at least four.",
    cluster: () => setting({ nacks: "epoch" }),
    script: [
      "given a1 a2 a3 promised 5 accepted 5 B",
      "p1 proposes A",
      "p1 -> a1",
      "a1 -> p1",
      "p1 -x a2 a3",
      "p1 -> a1 a2 a3",
      "a1 a2 a3 -> p1",
      "p1 -> a1 a2 a3",
      "a1 a2 a3 -> p1",
    ],
    decides: ["(5, B)", "(6, B)"],
  },
  {
    id: "3.2",
    title: "bypassing phase 2",
    algorithms: "Algorithms 4 and 7",
    story: "As figure 2.2, but a majority of promises report (0, A): it is decided, and p2 returns A.",
    cluster: () => setting({ bypass: "greatest" }),
    script: [...decideFirst, "p2 proposes B", "p2 -> a1 a2 a3", "a1 a2 a3 -> p2"],
    decides: ["(0, A)"],
  },
  {
    id: "3.3",
    title: "termination",
    algorithms: "Algorithms 8 and 9",
    story: "As figure 2.2, with a third phase in which p1 notifies the acceptors. p2 learns A from a3 alone.",
    cluster: () => setting({ termination: "value" }),
    script: [...decideFirst, "p2 proposes B", "p2 -x a1 a2", "p2 -> a3", "a3 -> p2"],
    decides: ["(0, A)"],
  },
  {
    id: "3.4",
    title: "voting for epochs",
    algorithms: "Algorithms 3 and 10",
    story: "Both may use any epoch. Epoch 0 is promised to p1, so p2 gets no reply and tries epoch 1.",
    cluster: () => setting({ epochs: { kind: "voting" }, promise: "voting" }),
    script: [
      ...decideFirst,
      "p2 proposes B",
      "p2 -> a1 a2 a3",
      "p2 times out",
      "p2 -> a1 a2 a3",
      "a1 a2 a3 -> p2",
      "p2 -> a1 a2 a3",
      "a1 a2 a3 -> p2",
    ],
    decides: ["(0, A)", "(1, A)"],
  },
  {
    id: "3.5",
    title: "proposal copying",
    algorithms: "Algorithm 11; Algorithm 6 with the longer negative replies",
    story:
      "As figure 3.1. The negative reply reports (5, B), so p1 continues that proposal in phase 2.\n" +
      "The reply of a2 to the prepare is lost.",
    cluster: () => setting({ nacks: "proposal", copying: "latest" }),
    script: [
      "given a1 a2 a3 promised 5 accepted 5 B",
      "p1 proposes A",
      "p1 -> a1 a2",
      "p1 -x a3",
      "a2 -x p1",
      "a1 -> p1",
      "p1 -> a1 a2 a3",
      "a2 a3 -> p1",
    ],
    decides: ["(5, B)"],
  },
  {
    id: "3.6",
    title: "quorums that are not majorities",
    algorithms: "Algorithms 4 and 12",
    story: "Four acceptors. A majority would be three of them; a1 and a2 are a quorum here.",
    cluster: () => setting({}, figure36),
    script: [
      "p1 proposes A",
      "p1 -> a1 a2",
      "p1 -x a3 a4",
      "a1 a2 -> p1",
      "p1 -> a1 a2",
      "p1 -x a3 a4",
      "a1 a2 -> p1",
    ],
    decides: ["(0, A)"],
  },
]
