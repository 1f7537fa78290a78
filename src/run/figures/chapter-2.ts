import { singleAcceptorCluster } from "../../protocol/paxos/cluster.ts"
import { formatMessage } from "../../protocol/paxos/messages.ts"
import type { Figure } from "./figure.ts"
import { setting } from "./setting.ts"

const serialP1 = [
  "p1 proposes A",
  "p1 -> a1 a2 a3",
  "a1 a2 a3 -> p1",
  "p1 -> a1 a2 a3",
  "a1 a2 a3 -> p1",
] as const

/** p1 has proposed (0, A) to a1 only, and has failed. */
const failedProposer = [
  "p1 proposes A",
  "p1 -> a1 a2 a3",
  "a1 a2 -> p1",
  "p1 -> a1",
  "p1 crashes",
  "the rest is lost",
] as const

/** The diagrams of chapter 2: the single acceptor algorithm, and classic Paxos in every way it can go. */
export const chapter2: readonly Figure[] = [
  {
    id: "2.1",
    title: "the single acceptor algorithm",
    algorithms: "Algorithms 1 and 2",
    story: "The acceptor accepts the first proposed value, and replies with it to all proposals.",
    cluster: () => singleAcceptorCluster(2, { min: 1_000_000, max: 1_000_000 }),
    script: ["p1 proposes A", "p2 proposes B", "p1 -> a1", "p2 -> a1", "a1 -> p1 p2"],
    decides: ["(0, A)"],
    // It has no epochs; its messages name the value only.
    style: (message) =>
      message.type === "propose" || message.type === "accept"
        ? `${message.type}(${message.value ?? ""})`
        : formatMessage(message),
  },
  {
    id: "2.2",
    title: "classic Paxos, p1 and then p2",
    algorithms: "Algorithms 3 and 4",
    story: "The best case: two phases each. p2 must propose the value that p1 decided.",
    cluster: () => setting(),
    script: [
      ...serialP1,
      "p2 proposes B",
      "p2 -> a1 a2 a3",
      "a1 a2 a3 -> p2",
      "p2 -> a1 a2 a3",
      "a1 a2 a3 -> p2",
    ],
    decides: ["(0, A)", "(1, A)"],
  },
  {
    id: "2.3",
    title: "classic Paxos, p2 and then p1",
    algorithms: "Algorithms 3 and 4",
    story: "(1, B) is decided when p1 begins with epoch 0. It gets no reply, and needs three phases.",
    cluster: () => setting(),
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
    id: "2.4",
    title: "a failed proposer, its proposal is not recovered",
    algorithms: "Algorithms 3 and 4",
    story: "p1 crashes when only a1 has accepted (0, A). p2 gets promises from a3 and a2, and may propose B.",
    cluster: () => setting(),
    script: [
      ...failedProposer,
      "p2 proposes B",
      "p2 -> a1 a2 a3",
      "a3 a2 -> p2",
      "p2 -> a1 a2 a3",
      "a3 a2 -> p2",
    ],
    decides: ["(1, B)"],
  },
  {
    id: "2.5",
    title: "a failed proposer, its proposal is recovered",
    algorithms: "Algorithms 3 and 4",
    story: "As figure 2.4, but p2 gets promises from a3 and a1: a1 reports (0, A), so p2 must propose A.",
    cluster: () => setting(),
    script: [
      ...failedProposer,
      "p2 proposes B",
      "p2 -> a1 a2 a3",
      "a3 a1 -> p2",
      "p2 -> a1 a2 a3",
      "a3 a1 -> p2",
    ],
    decides: ["(1, A)"],
  },
  {
    id: "2.6",
    title: "duelling proposers",
    algorithms: "Algorithms 3 and 4",
    story:
      "Each prepare preempts the proposal of the other: epochs 0, 1, 2, 3, and so on, without a decision.\n" +
      "Safety holds; there is no progress.",
    cluster: () => setting(),
    script: [
      "p1 proposes A",
      "p1 -> a1 a2 a3",
      "a1 a2 a3 -> p1",
      "p2 proposes B",
      "p2 -> a1 a2 a3",
      "a1 a2 a3 -> p2",
      "p1 -> a1 a2 a3",
      "p1 times out",
      "p1 -> a1 a2 a3",
      "a1 a2 a3 -> p1",
      "p2 -> a1 a2 a3",
      "p2 times out",
      "p2 -> a1 a2 a3",
      "a1 a2 a3 -> p2",
      "p1 -> a1 a2 a3",
      "p1 times out",
    ],
    decides: [],
  },
]
