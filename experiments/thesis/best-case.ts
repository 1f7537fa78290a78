import { Facts } from "../../src/check/property.ts"
import { decreeMeasures } from "../../src/run/decree-measures.ts"
import type { MessageType, PaxosMessage } from "../../src/protocol/paxos/messages.ts"
import type { PaxosRecord } from "../../src/protocol/paxos/records.ts"
import type { Cluster } from "../../src/protocol/paxos/cluster.ts"
import { constantLatency } from "../../src/world/simulate/latency.ts"
import { reliable } from "../../src/world/simulate/network.ts"
import { simulate } from "../../src/world/simulate/simulate.ts"

/** One way, in milliseconds; any number would do, because results are counted in round trips. */
const oneWayMs = 10

/** What a run without faults costs its first proposer. */
export interface BestCase {
  readonly decided: string | null
  /** From the client's request to learning, in message delays: two are a round trip. */
  readonly hops: number
  readonly messages: number
  /** Synchronous writes by all processes. */
  readonly syncWrites: number
  /** Those that follow each other on the way to the decision: what a slow disk adds to it. */
  readonly writesOnTheWay: number
}

/** Runs a cluster on which nothing goes wrong, its first proposer alone, and measures it. */
export function bestCase(cluster: Cluster): BestCase {
  const [quick, slow] = [measured(cluster, 0), measured(cluster, writeMs)]
  return { ...quick, writesOnTheWay: Math.round(((slow.hops - quick.hops) * oneWayMs) / writeMs) }
}

/**
 * How slow the disk of the second run is: the difference to the first
 * counts writes that follow each other.
 */
const writeMs = 1

/** One run without faults, with a disk that takes so many milliseconds. */
function measured(cluster: Cluster, disk: number): Omit<BestCase, "writesOnTheWay"> {
  const facts = new Facts(cluster, [decreeMeasures])
  // A proposer that runs phase 1 before it has a candidate is given time to do so.
  const at = cluster.variant.phase1First ? 10 * oneWayMs * 1000 : 0
  let before = 0
  simulate<PaxosMessage, PaxosRecord>(
    {
      seed: 1,
      processes: cluster.processes,
      network: reliable(constantLatency(oneWayMs)),
      proposals: [{ at, process: cluster.proposers[0]!, value: "A" }],
      writeLatency: disk * 1000,
      horizon: 10_000_000,
    },
    facts.observe,
    (event) => {
      if (event.at < at && event.type === "send") before++
    },
  )
  const { decidedValue, learnedAt, messagesSent, syncWrites } = decreeMeasures.read(facts)
  const learned = learnedAt[0] ?? null
  return {
    decided: decidedValue,
    hops: learned === null ? Infinity : (learned - at) / (oneWayMs * 1000),
    messages: messagesSent - before,
    syncWrites,
  }
}

/** How the messages of a run went: each type, from which role to which. */
export function messageRoles(cluster: Cluster): ReadonlyMap<MessageType, { from: string; to: string }> {
  const seen = new Map<MessageType, { from: string; to: string }>()
  simulate<PaxosMessage, PaxosRecord>(
    {
      seed: 1,
      processes: cluster.processes,
      network: reliable(constantLatency(oneWayMs)),
      proposals: [{ at: 0, process: cluster.proposers[0]!, value: "A" }],
      horizon: 10_000_000,
    },
    (event) => {
      if (event.type !== "send") return
      const role = (address: number): string => `${cluster.processes[address]!.role}s`
      seen.set(event.message.type, { from: role(event.from), to: role(event.to) })
    },
  )
  return seen
}
