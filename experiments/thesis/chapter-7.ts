import type { Table } from "../../src/experiment/table.ts"
import { type EpochAllocation, uniquenessOf } from "../../src/protocol/paxos/epochs.ts"
import { phase1Rule } from "../../src/protocol/paxos/phase1.ts"
import { counting } from "../../src/protocol/paxos/plans.ts"
import { type Report, possibleValues } from "../../src/protocol/paxos/value-selection.ts"
import { constantPlan } from "../../src/quorum/plan.ts"

/** After how many promises phase 1 of epoch 1 can end: the least and the most, over all orders of all answers. */
export function promisesWithRecovery(n: number, k: number): { min: number; max: number } {
  const plan = constantPlan(counting(n, k, k))
  const done = phase1Rule("revision-B", plan, () => true)
  const possible = possibleValues(plan)
  const answers: readonly Report[] = ["nil", { epoch: 0, value: "A" }, { epoch: 0, value: "B" }]
  let [min, max] = [n, 0]
  // Acceptors are alike, so who answers in which order does not matter: the i-th to answer is acceptor i.
  const go = (heard: readonly Report[]): void => {
    const promised = 2 ** heard.length - 1
    const reports = [...heard, ...Array<Report>(n - heard.length).fill("no")]
    const greatest = heard.some((report) => report !== "nil") ? 0 : null
    const state = { epoch: 1, promised, greatest, reports }
    if (done(state) && possible(state).kind !== "open") {
      min = Math.min(min, heard.length)
      max = Math.max(max, heard.length)
      return
    }
    if (heard.length < n) for (const answer of answers) go([...heard, answer])
  }
  go([])
  return { min, max }
}

/** Table 7.1: counting quorums for epochs by recovery, by trying all answers. */
export function table71(): Table {
  const sizes = [2, 3, 4, 5, 6, 7].flatMap((n) =>
    Array.from({ length: n - Math.floor(n / 2) }, (_, i) => [n, Math.floor(n / 2) + 1 + i] as const),
  )
  return {
    id: "thesis-7-1",
    caption:
      "Number of promises phase 1 needs with epochs by recovery and counting quorums of $k$ acceptors, by $n$ and $k$.",
    columns: [{ heading: "$n$" }, { heading: "$k$" }, { heading: "|Q_P|", align: "right" }],
    rows: sizes.map(([n, k]) => {
      const { min, max } = promisesWithRecovery(n, k)
      return [n, k, min === max ? String(min) : `${min} – ${max}`]
    }),
    notes: ["The thesis: from $n − k + 1$ to $2n − 2k + 1$."],
  }
}

/** Table 7.2: approaches to epoch allocation, as the epoch sources say of themselves. */
export function table72(): Table {
  const ways: readonly (readonly [string, EpochAllocation])[] = [
    ["pre-allocation", { kind: "round-robin" }],
    ["voting", { kind: "voting" }],
    ["allocator", { kind: "allocator" }],
    ["allocator that gives out an epoch again", { kind: "register" }],
    ["by value", { kind: "by-value", values: ["0", "1"] }],
    ["recovery", { kind: "recovery", durable: false }],
  ]
  return {
    id: "thesis-7-2",
    caption: "Approaches to epoch allocation and the uniqueness of their epochs.",
    columns: [
      { heading: "approach" },
      { heading: "unique to values" },
      { heading: "unique to proposers" },
      { heading: "assigned in advance" },
    ],
    rows: ways.map(([name, allocation]) => {
      const { toValues, toProposers, preAssigned } = uniquenessOf(allocation, 0)
      return [name, toValues, toProposers, preAssigned]
    }),
    notes: [],
  }
}
