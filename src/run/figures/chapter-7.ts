import { type PaxosMessage, formatMessage } from "../../protocol/paxos/messages.ts"
import type { Variant } from "../../protocol/paxos/variant.ts"
import type { Figure } from "./figure.ts"
import { setting } from "./setting.ts"

/** Epochs by value need no values on the wire (Algorithms 22 and 23). */
function withoutValues(message: PaxosMessage): string {
  switch (message.type) {
    case "propose":
    case "accept":
      return `${message.type}(${message.epoch})`
    case "promise":
      return `promise(${message.epoch}, ${message.lastAccepted?.epoch ?? "nil"})`
    default:
      return formatMessage(message)
  }
}

const binary: Partial<Variant> = {
  epochs: { kind: "by-value", values: ["0", "1"] },
  phase1: "revision-C",
}

/** Counting quorums of two of three, with the values selected by Algorithm 26. */
const recovery: Partial<Variant> = {
  epochs: { kind: "recovery", durable: false },
  keepFirst: true,
  phase1: "revision-B",
  untilOneValue: true,
  select: "quorums",
}

const continued = ["p2 -> a1 a2 a3", "a1 a2 a3 -> p2"] as const

/** The diagrams of chapter 7: epochs allocated to values, and shared epochs. */
export const chapter7: readonly Figure[] = [
  {
    id: "7.1",
    title: "binary consensus with epochs by value",
    algorithms: "Algorithms 22 and 23",
    story:
      "Even epochs have the value 0 (abort), odd ones 1 (commit). p1 proposes commit in epoch 1; p2 abort\n" +
      "in epoch 0, which needs no phase 1 and is too late. p2 finds epoch 1 accepted, and continues with\n" +
      "the next epoch of value 1.",
    cluster: () => setting(binary),
    script: [
      "p1 proposes 1",
      "p1 -> a1 a2 a3",
      "a1 a2 a3 -> p1",
      "p1 -> a1 a2 a3",
      "a1 a2 a3 -> p1",
      "p2 proposes 0",
      "p2 -> a1 a2 a3",
      "p2 times out",
      "p2 -> a1 a2 a3",
      "a1 a2 a3 -> p2",
      "p2 -> a1 a2 a3",
      "a1 a2 a3 -> p2",
      "p2 -> a1 a2 a3",
      "a1 a2 a3 -> p2",
    ],
    decides: ["(1, 1)", "(3, 1)"],
    style: withoutValues,
  },
  {
    id: "7.2",
    title: "epochs by recovery: all acceptors have (0, A)",
    algorithms: "Algorithms 24 and 29",
    story: "No acceptor accepts p2's (0, B). In epoch 1, a2 and a3 both report (0, A), so p2 proposes A.",
    cluster: () => setting(recovery),
    script: [
      "p1 proposes A",
      "p1 -> a1 a2 a3",
      "a1 a2 a3 -> p1",
      "p2 proposes B",
      "p2 -> a1 a2 a3",
      "p2 times out",
      "p2 -> a1 a2 a3",
      "a2 a3 -> p2",
      ...continued,
    ],
    decides: ["(0, A)", "(1, A)"],
  },
  {
    id: "7.3",
    title: "epochs by recovery: a3 has accepted no proposal",
    algorithms: "Algorithms 24 and 29",
    story: "As figure 7.2, but a3 has accepted neither (0, A) nor (0, B). One report of (0, A) suffices.",
    cluster: () => setting(recovery),
    script: [
      "p1 proposes A",
      "p1 -> a1 a2",
      "p1 -x a3",
      "a1 a2 -> p1",
      "p2 proposes B",
      "p2 -> a1 a2",
      "p2 -x a3",
      "p2 times out",
      "p2 -> a1 a2 a3",
      "a2 a3 -> p2",
      ...continued,
    ],
    decides: ["(0, A)", "(1, A)"],
  },
  {
    id: "7.4",
    title: "epochs by recovery: a3 has (0, B), a value collision",
    algorithms: "Algorithms 24 and 29",
    story: "a2 reports (0, A) and a3 (0, B): either may be decided. The promise of a1 resolves it.",
    cluster: () => setting(recovery),
    script: [
      "p1 proposes A",
      "p1 -> a1 a2",
      "p1 -x a3",
      "a1 a2 -> p1",
      "p2 proposes B",
      "p2 -> a1 a2 a3",
      "a3 -> p2",
      "p2 times out",
      "p2 -> a1 a2 a3",
      "a2 a3 -> p2",
      "a1 -> p2",
      ...continued,
    ],
    decides: ["(0, A)", "(1, A)"],
  },
  {
    id: "7.5",
    title: "epochs by recovery: two proposers, one value",
    algorithms: "Algorithms 24 and 29",
    story: "Both propose (0, A) at the same time. They do not duel: each learns after one round trip.",
    cluster: () => setting(recovery),
    script: [
      "p1 proposes A",
      "p2 proposes A",
      "p1 -> a1",
      "p2 -> a1 a2",
      "p1 -> a2 a3",
      "p2 -> a3",
      "a1 a2 a3 -> p1 p2",
    ],
    decides: ["(0, A)"],
  },
]
