import type { PaxosProperty } from "../../src/check/paxos/facts.ts"
import { Facts, judgementOf } from "../../src/check/property.ts"
import { type Cluster, paxosCluster } from "../../src/protocol/paxos/cluster.ts"
import type { PaxosMessage } from "../../src/protocol/paxos/messages.ts"
import type { PaxosRecord } from "../../src/protocol/paxos/records.ts"
import type { TraceEvent } from "../../src/world/simulate/trace.ts"
import { planOf } from "./judged-run.ts"

export type HandEvent = TraceEvent<PaxosMessage, PaxosRecord>

/** An event without its time: hand-made traces count them 1, 2, 3, … */
export type Untimed = HandEvent extends infer Event
  ? Event extends HandEvent
    ? Omit<Event, "at">
    : never
  : never

/** Three acceptors 0, 1, 2 with majorities; proposers 3 and 4; a learner 5. */
export function smallCluster(system = "majority(3)", proposers = 2): Cluster {
  return paxosCluster({
    plan: planOf(system),
    proposers,
    learners: 1,
    timeout: { min: 1000, max: 1000 },
    backOff: { kind: "none" },
  })
}

/** The event at its time. */
export const timed = (event: Untimed, at: number): HandEvent => ({ ...event, at })

/** What a property says of a trace made by hand. */
export function judged(
  property: PaxosProperty,
  cluster: Cluster,
  ...events: readonly (Untimed | readonly Untimed[])[]
): string {
  const facts = new Facts(cluster, [property])
  const all = events.flatMap((part): readonly Untimed[] => (isList(part) ? part : [part]))
  for (const [i, event] of all.entries()) facts.observe(timed(event, i + 1))
  const { verdict } = judgementOf(property, facts)
  return `${verdict.verdict}: ${verdict.because}`
}

function isList(part: Untimed | readonly Untimed[]): part is readonly Untimed[] {
  return Array.isArray(part)
}

let id = 0

/** A message that is sent and arrives. */
export function passes(from: number, to: number, message: PaxosMessage): Untimed[] {
  const transfer = { id: id++, from, to, message }
  return [
    { type: "send", copies: 1, ...transfer },
    { type: "deliver", ...transfer },
  ]
}

/** A client asks a proposer for a value. */
export const asks = (process: number, value: string): Untimed => ({ type: "propose", process, value })

/** An acceptor writes that it has promised an epoch and, if given, accepted a proposal. */
export function writes(
  process: number,
  lastPromised: number | null,
  accepted?: readonly [number, string],
): Untimed {
  const lastAccepted = accepted === undefined ? null : { epoch: accepted[0], value: accepted[1] }
  return { type: "store", process, record: { role: "acceptor", lastPromised, lastAccepted } }
}

export const learns = (process: number, epoch: number, value: string): Untimed => ({
  type: "learn",
  process,
  epoch,
  value,
})

export const crashes = (process: number): Untimed => ({ type: "crash", process })

export const recovers = (process: number): Untimed => ({ type: "recover", process })

/** A proposer sends a proposal to an acceptor, which accepts, writes and replies. */
export function accepts(proposer: number, acceptor: number, epoch: number, value: string): Untimed[] {
  return [
    ...passes(proposer, acceptor, { type: "propose", epoch, value }),
    writes(acceptor, epoch, [epoch, value]),
    ...passes(acceptor, proposer, { type: "accept", epoch }),
  ]
}

/** A proposer sends a prepare to an acceptor, which promises, writes and replies. */
export function promises(
  proposer: number,
  acceptor: number,
  epoch: number,
  accepted?: readonly [number, string],
): Untimed[] {
  const lastAccepted = accepted === undefined ? null : { epoch: accepted[0], value: accepted[1] }
  return [
    ...passes(proposer, acceptor, { type: "prepare", epoch }),
    writes(acceptor, epoch, accepted),
    ...passes(acceptor, proposer, { type: "promise", epoch, lastAccepted }),
  ]
}
