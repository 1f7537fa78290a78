import { emptySet, withMember } from "../base/node-set.ts"
import type { Address, Micros } from "../protocol/actor.ts"
import { placement } from "./log-placement.ts"
import type { LogSetup } from "./log-setup.ts"

/**
 * How long an answer takes, in microseconds, by group of clients: there and back
 * between client and nearest replica p, between p and the leader L, and from L to
 * as many of the closest replicas as make a phase-2 quorum. Nothing where that is
 * not all: delays that vary, machines that take time, batches that wait, reads
 * that go another way, quorums that are drawn, or faults.
 */
export function closedFormLatency(setup: LogSetup): readonly Micros[] | undefined {
  if (!isExact(setup)) return undefined
  const { latency, groups } = placement(setup)
  const { leader, plan } = setup
  const n = plan.nodes.length
  // What a process tells itself is on no network, even where a region is some way from itself.
  const roundTrip = (a: Address, b: Address): Micros =>
    a === b ? 0 : latency.expected(a, b) + latency.expected(b, a)
  const decides = decisionTime(setup, (q) => roundTrip(leader, q))
  return groups.map((_, group) => {
    const client = n + group
    const nearest = plan.nodes.reduce(
      (best, _, p) => (latency.expected(client, p) < latency.expected(client, best) ? p : best),
      0,
    )
    return roundTrip(client, nearest) + roundTrip(nearest, leader) + decides
  })
}

/** When those that have answered by then are a phase-2 quorum; the leader is among them at once. */
function decisionTime({ plan, leader }: LogSetup, roundTrip: (q: Address) => Micros): Micros {
  const system = plan.systemAt(leader)
  const byTime = plan.nodes.map((_, q) => ({ q, time: roundTrip(q) })).sort((a, b) => a.time - b.time)
  let answered = emptySet
  for (const { q, time } of byTime) {
    answered = withMember(answered, q)
    if (system.isQuorum(2, answered)) return time
  }
  return Infinity
}

function isExact(setup: LogSetup): boolean {
  const { latency, jitterSigma, recipients, reads, readShare, faults, handOverAfterMs } = setup
  const steady = latency.kind === "matrix" ? jitterSigma === 0 : latency.model.name.startsWith("constant(")
  const idle = [setup.writeMs, setup.receiveMicros, setup.sendMicros, setup.microsPerByte, setup.batchDelayMs]
  return (
    steady &&
    idle.every((time) => time === 0) &&
    setup.bandwidth === null &&
    setup.window >= setup.clientsPerGroup &&
    (recipients === "broadcast" || recipients === "closest") &&
    (reads === "log" || readShare === 0) &&
    handOverAfterMs === null &&
    faults.length === 0
  )
}
