import { emptySet, withMember } from "../base/node-set.ts"
import type { Address, Micros } from "../protocol/actor.ts"
import type { Phase, QuorumSystem } from "../quorum/system.ts"
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
  const { latency, groups } = placement(setup)
  if (!latency.isConstant || !isExact(setup)) return undefined
  const { leader, plan } = setup
  const n = plan.nodes.length
  // What a process tells itself is on no network, even where a region is some way from itself.
  const roundTrip = (a: Address, b: Address): Micros =>
    a === b ? 0 : latency.expected(a, b) + latency.expected(b, a)
  const decides = timeToQuorum(plan.systemAt(leader), 2, (q) => roundTrip(leader, q))
  const answers = groups.map((_, group) => {
    const client = n + group
    const nearest = plan.nodes.reduce(
      (best, _, p) => (latency.expected(client, p) < latency.expected(client, best) ? p : best),
      0,
    )
    return roundTrip(client, nearest) + roundTrip(nearest, leader) + decides
  })
  // Who waits for longer than that asks again, elsewhere.
  return answers.every((micros) => micros < 1000 * setup.retryMs) ? answers : undefined
}

/** When those that have answered by then are a quorum of the phase; who asks is among them at once. Never, without those that do not answer. */
export function timeToQuorum(system: QuorumSystem, phase: Phase, roundTrip: (q: Address) => Micros): Micros {
  const byTime = system.nodes.map((_, q) => ({ q, time: roundTrip(q) })).sort((a, b) => a.time - b.time)
  let answered = emptySet
  for (const { q, time } of byTime) {
    answered = withMember(answered, q)
    if (system.isQuorum(phase, answered)) return time
  }
  return Infinity
}

function isExact(setup: LogSetup): boolean {
  const { recipients, reads, readShare, faults, handOverAfterMs } = setup
  const idle = [setup.writeMs, setup.receiveMicros, setup.sendMicros, setup.microsPerByte, setup.batchDelayMs]
  return (
    idle.every((time) => time === 0) &&
    setup.bandwidth === null &&
    setup.window >= setup.clientsPerGroup &&
    (recipients === "broadcast" || recipients === "closest") &&
    (reads === "log" || readShare === 0) &&
    handOverAfterMs === null &&
    faults.length === 0
  )
}
