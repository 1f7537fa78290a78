import { popcount } from "../../src/base/node-set.ts"
import { proofDependencies } from "../../src/check/paxos/lemmas.ts"
import type { Table } from "../../src/experiment/table.ts"
import { figureById } from "../../src/run/figures/index.ts"
import { type Cluster, paxosCluster, singleAcceptorCluster } from "../../src/protocol/paxos/cluster.ts"
import type { Recipients } from "../../src/protocol/paxos/proposer-state.ts"
import { counting, majorityOf } from "../../src/protocol/paxos/plans.ts"
import { decisionsIn, playDecree, playFigure } from "../../src/run/figures/figure.ts"
import { constantPlan } from "../../src/quorum/plan.ts"
import { type BestCase, bestCase, messageRoles } from "./best-case.ts"

const timeout = { min: 1_000_000, max: 1_000_000 }

/** Classic Paxos with n acceptors and one proposer. */
function classicCluster(n: number, recipients?: Recipients): Cluster {
  return paxosCluster({
    plan: constantPlan(counting(n, majorityOf(n), majorityOf(n))),
    proposers: 1,
    timeout,
    backOff: { kind: "none" },
    ...(recipients && { recipients: () => recipients }),
  })
}

/** One majority, the same in both phases. */
function thriftily(n: number): Recipients {
  const quorum = Array.from({ length: majorityOf(n) }, (_, a) => a)
  return { kind: "thrifty", quorum: { 1: quorum, 2: quorum } }
}

/** Table 2.1: the notation of the thesis, and what it is called in this program. */
export function table21(): Table {
  return {
    id: "thesis-2-1",
    caption: "Notation of the thesis and the corresponding names in the code.",
    columns: [{ heading: "notation" }, { heading: "meaning" }, { heading: "name in the code" }],
    rows: [
      ["e, f, g", "epochs", "Epoch, a whole number from 0"],
      ["(e, v)", "proposal with epoch e and value v", "Proposal"],
      ["γ", "candidate value", "candidate"],
      ["e_pro", "last promised epoch", "lastPromised"],
      ["(e_acc, v_acc)", "last accepted proposal", "lastAccepted"],
      ["v_dec", "decided value", "decided"],
      ["pid / sid / vid", "proposer, sequence and version number", "EpochAllocation: sequence, versioned"],
      ["p_lst", "last proposer promised to", "promisedTo"],
      ["A, P", "acceptors, proposers", "Cluster.acceptors, Cluster.proposers"],
      ["E, 𝓔", "epochs, unused epochs", "EpochSource"],
      ["Q_P / Q_A", "who has promised, who has accepted", "promised, accepted"],
      ["Q_V", "who has promised with (e_max, v)", "KnownAcceptances"],
      ["Q, 𝒬ᵢᵉ", "quorum; quorums of phase i and epoch e", "NodeSet; QuorumPlan.systemAt(e)"],
      ["R", "answer of each acceptor: no, nil or (e, v)", "reports"],
      ["V_dec, only(V)", "values that may be decided; the only one", "Choice: free, only, open"],
    ],
    notes: [],
  }
}

/** Table 2.2: the messages of classic Paxos, read off a run. */
export function table22(): Table {
  const roles = messageRoles(classicCluster(3))
  const phase = (type: string): string => (type === "prepare" || type === "promise" ? "1" : "2")
  return {
    id: "thesis-2-2",
    caption: "Messages exchanged in classic Paxos, recorded from a run.",
    columns: [
      { heading: "phase" },
      { heading: "message" },
      { heading: "sent by" },
      { heading: "received by" },
    ],
    rows: [...roles].map(([type, { from, to }]) => [phase(type), type, from, to]),
    notes: [],
  }
}

/** Table 2.3: what the lemmas are proved from. */
export function table23(): Table {
  return {
    id: "thesis-2-3",
    caption: "Use of the properties to prove the safety of classic Paxos.",
    columns: [{ heading: "result" }, { heading: "properties" }, { heading: "other results" }],
    rows: proofDependencies.map(({ lemma, title, properties, lemmas }) => [
      `${title} (${lemma})`,
      properties.map((number) => number.slice(1)).join(", "),
      lemmas.join(", "),
    ]),
    notes: [
      "Lemma 7 is printed with properties 8 and 10; its proof uses 9 and 10.",
      "Confirmed by mutation testing: test/testdata/thesis/table-2.3-by-mutation.txt.",
    ],
  }
}

/** The least number of live acceptors that always suffices for a decision, whichever they are. */
function liveAcceptorsNeeded(cluster: Cluster): number {
  const { plan } = cluster
  const n = plan.nodes.length
  const system = plan.systemAt(0)
  for (let k = 0; k <= n; k++) {
    const sets = Array.from({ length: 2 ** n }, (_, set) => set).filter((set) => popcount(set) === k)
    if (sets.every((set) => system.isQuorum(1, set) && system.isQuorum(2, set))) return k
  }
  return n + 1
}

/** Whether figure 2.3 still decides for p1 if no timer ever runs out. */
function needsTimeouts(): boolean {
  const figure = figureById("2.3")!
  const upTo = figure.script.indexOf("p1 times out")
  const { world } = playDecree(figure.cluster(), [...figure.script.slice(0, upTo), "everything arrives"])
  return !world.events.some((event) => event.type === "learn" && event.process === 3)
}

/** Whether a figure of the thesis, played, ends in a decision. */
const decides = (id: string): boolean => {
  const { world, cluster } = playFigure(figureById(id)!)
  return decisionsIn(world.events, cluster).length > 0
}

/** Table 2.4: the single acceptor algorithm and classic Paxos, measured. */
export function table24(): Table {
  const single = singleAcceptorCluster(1, timeout)
  const sizes = [3, 4, 5, 7]
  const clusters = [single, ...sizes.map((n) => classicCluster(n))]
  const runs = clusters.map(bestCase)
  const thrifty = [bestCase(single), ...sizes.map((n) => bestCase(classicCluster(n, thriftily(n))))]
  const measured = (heading: string, of: (run: BestCase) => number, from = runs) => [
    heading,
    ...from.map((run) => String(of(run))),
  ]
  return {
    id: "thesis-2-4",
    caption:
      "Requirements and best-case costs of the single acceptor algorithm (SAA) and of classic Paxos, by $n$.",
    columns: [
      { heading: "" },
      { heading: "SAA", align: "right" },
      ...sizes.map((n) => ({ heading: `$n = ${n}$`, group: "classic Paxos", align: "right" as const })),
    ],
    rows: [
      ["acceptors", ...clusters.map(({ acceptors }) => String(acceptors.length))],
      [
        "live proposers",
        decides("2.1") ? "1 or more" : "?",
        ...sizes.map(() => (decides("2.6") ? "any" : "exactly 1")),
      ],
      ["live acceptors", ...clusters.map((cluster) => `${liveAcceptorsNeeded(cluster)} or more`)],
      ["synchrony", "no", ...sizes.map(() => (needsTimeouts() ? "yes" : "no"))],
      "rule",
      measured("messages, to all acceptors", ({ messages }) => messages),
      measured("messages, to one quorum", ({ messages }) => messages, thrifty),
      measured("round trips", ({ hops }) => hops / 2),
      measured("synchronous writes on the way", ({ writesOnTheWay }) => writesOnTheWay),
    ],
    notes: [
      "Printed: $2n + 2$ messages for classic Paxos, which holds for one quorum of an odd $n$; for an even $n$ it is $2n + 4$, and to all acceptors $4n$.",
      "Sequential writes before a decision: the proposer's epoch, a promise, an acceptance. Acceptors write in parallel.",
      "Both proposers of figure 2.1 learn; the duel of figure 2.6 never ends.",
    ],
  }
}
