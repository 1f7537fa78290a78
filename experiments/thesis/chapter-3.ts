import type { Table } from "../../src/experiment/table.ts"
import { paxosCluster } from "../../src/protocol/paxos/cluster.ts"
import { type EpochAllocation, epochSource } from "../../src/protocol/paxos/epochs.ts"
import type { ProposerRecord } from "../../src/protocol/paxos/records.ts"
import { counting, majorityOf } from "../../src/protocol/paxos/plans.ts"
import type { Recipients } from "../../src/protocol/paxos/proposer-state.ts"
import { constantPlan } from "../../src/quorum/plan.ts"
import { bestCase } from "./best-case.ts"

/** How many writes a proposer makes for `epochs` epochs, with a restart in the middle. */
function writesFor(allocation: EpochAllocation, epochs: number): number {
  const source = epochSource(allocation, 0, 3)
  let stored: ProposerRecord | null = null
  let last: number | null = null
  let writes = 0
  const write = (record: ProposerRecord | null): void => {
    if (record === null) return
    stored = record
    writes++
  }
  for (let i = 0; i < epochs; i++) {
    if (i === epochs / 2) {
      const { lastEpoch, record } = source.recovered(stored)
      last = lastEpoch
      write(record)
    }
    const epoch: number = source.next(last, null, stored) ?? 0
    write(source.record(epoch, stored))
    last = epoch
  }
  return writes
}

/** §3.8: what each way to have epochs costs in synchronous writes. */
export function table38(): Table {
  const ways: readonly (readonly [string, EpochAllocation])[] = [
    ["round-robin natural numbers", { kind: "round-robin" }],
    ["(sid, pid)", { kind: "sequence" }],
    ["(sid, pid, vid)", { kind: "versioned", restarts: 16 }],
    ["a durable bound, 9 epochs ahead", { kind: "reserved", ahead: 9 }],
    ["voting", { kind: "voting" }],
    ["by value", { kind: "by-value", values: ["A", "B"] }],
    ["recovery", { kind: "recovery", durable: false }],
  ]
  return {
    id: "thesis-3-8",
    caption:
      "Number of synchronous writes of one proposer for 100 epochs and one restart, by epoch allocation.",
    columns: [{ heading: "epoch allocation" }, { heading: "writes" }],
    rows: ways.map(([name, allocation]) => [name, writesFor(allocation, 100)]),
    notes: [
      "A restart loses the unused epochs below a reserved bound. With allocation by value and by recovery an epoch may be reused.",
    ],
  }
}

/** §3.12: messages and hops of a phase, by how it is sent. */
export function table312(): Table {
  const quorum = (n: number) => Array.from({ length: majorityOf(n) }, (_, a) => a)
  const ways = (n: number): readonly (readonly [string, Recipients])[] => [
    ["to all acceptors", { kind: "broadcast" }],
    ["to one quorum", { kind: "thrifty", quorum: { 1: quorum(n), 2: quorum(n) } }],
    ["around a ring", { kind: "ring", quorum: { 1: quorum(n), 2: quorum(n) } }],
  ]
  return {
    id: "thesis-3-12",
    caption: "Messages and message delays of one phase (mean of both), by $n$ and recipients.",
    columns: [{ heading: "$n$" }, { heading: "recipients" }, { heading: "messages" }, { heading: "delays" }],
    rows: [3, 5, 7, 9].flatMap((n) =>
      ways(n).map(([name, recipients]) => {
        const { messages, hops } = bestCase(
          paxosCluster({
            plan: constantPlan(counting(n, majorityOf(n), majorityOf(n))),
            proposers: 1,
            timeout: { min: 1_000_000, max: 1_000_000 },
            backOff: { kind: "none" },
            recipients: () => recipients,
          }),
        )
        return [n, name, messages / 2, hops / 2]
      }),
    ),
    notes: ["The thesis: $2n$, $2(⌊n/2⌋ + 1)$ and $⌊n/2⌋ + 2$ messages; 2, 2 and $⌊n/2⌋ + 2$ delays."],
  }
}
