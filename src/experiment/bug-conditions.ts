import { type NodeSet, difference, fullSet, has, members, nodeSet, withoutMember } from "../base/node-set.ts"
import { canLoseDisks } from "./swarm-setup.ts"
import type { Fault } from "../sim/faults/fault.ts"
import type { LogSetup } from "./log-setup.ts"

/** Leaders that replace each other often, on a network that loses a good part. */
export function contended(setup: LogSetup): LogSetup {
  return {
    ...setup,
    reads: "log",
    electionMs: 30,
    heartbeatMs: 25,
    backOff: { kind: "random", upTo: 50_000 },
    requestsPerClient: 20,
    recipients: "broadcast",
    faults: [...setup.faults, { type: "loss", probability: 0.3, from: 0, until: 3_000_000 }],
  }
}

/** Every replica goes down and comes back, each a little after the one before, several times. */
export function restarts({ plan }: LogSetup): Fault[] {
  return [0, 1, 2, 3].flatMap((round) =>
    plan.nodes.map((_, process): Fault => {
      const at = 200_000 + round * 600_000 + process * 50_000
      return { type: "crash", process, at, recoverAt: at + 20_000, disk: "synced" }
    }),
  )
}

/**
 * Every replica in turn loses its disk for good and comes back 30 ms later: one
 * at a time, as rejoining allows.
 */
export function lostDisks({ plan }: LogSetup): Fault[] {
  return plan.nodes.map((_, process) => {
    const at = 200_000 + process * 300_000
    return { type: "crash", process, at, recoverAt: at + 30_000, disk: "lost" }
  })
}

/**
 * A phase-2 quorum decides by itself for a while, nobody else hearing of it; then
 * all of it but the leader lose their disks, and the leader loses touch with
 * everybody. Whoever goes on must not do without asking it. Systems in which
 * that leaves no phase-1 quorum, or loses too much, have nothing to go wrong.
 */
export function forgottenDecisions(setup: LogSetup): LogSetup {
  const { plan, leader } = setup
  const system = plan.systemAt(leader)
  const all = fullSet(plan.nodes.length)
  const may = (quorum: NodeSet): boolean =>
    has(quorum, leader) &&
    canLoseDisks(system, withoutMember(quorum, leader)) &&
    system.isQuorum(1, withoutMember(all, leader))
  const quorum = [...system.minimalQuorums(2)].find(may) ?? nodeSet([leader])
  const [inside, outside] = [members(quorum), members(difference(all, quorum))]
  const lost = inside.filter((process) => process !== leader)
  const ms = (n: number): number => n * 1000
  return {
    ...setup,
    reads: "log",
    detector: "heartbeat",
    recipients: "broadcast",
    electionMs: 100,
    heartbeatMs: 25,
    handOverAfterMs: null,
    snapshotEvery: 1000,
    thinkMs: 5,
    retryMs: 100,
    requestsPerClient: 60,
    faults: [
      {
        type: "cut",
        from: ms(300),
        until: ms(900),
        path: { side: inside, otherSide: outside, oneWay: false },
      },
      ...lost.map((process): Fault => ({
        type: "crash",
        process,
        at: ms(850),
        recoverAt: ms(910),
        disk: "lost",
      })),
      {
        type: "cut",
        from: ms(850),
        until: ms(2500),
        path: { side: [leader], otherSide: [...lost, ...outside], oneWay: false },
      },
    ],
  }
}

/**
 * All replicas lose their disks at once: nothing that was answered can survive, and
 * nobody may pretend that it did.
 */
export function allDisksLost({ plan }: LogSetup): Fault[] {
  return plan.nodes.map((_, process) => ({
    type: "crash",
    process,
    at: 400_000,
    recoverAt: 500_000,
    disk: "lost",
  }))
}

/** Nearly a third of all messages are late by up to 200 ms, and so out of order. */
export function delays(): Fault[] {
  return [{ type: "reorder", probability: 0.3, upTo: 200_000, from: 0, until: 3_000_000 }]
}

/** Lease reads by a leader that loses touch with the other replicas, and not with its clients. */
export function leased(setup: LogSetup): LogSetup {
  const replicas = setup.plan.nodes.map((_, i) => i)
  const cuts = [0, 1, 2, 3].map((round): Fault => ({
    type: "cut",
    from: 300_000 + round * 600_000,
    until: 700_000 + round * 600_000,
    path: { side: ["leader"], otherSide: replicas, oneWay: false },
  }))
  return {
    ...setup,
    reads: setup.reads === "stale" ? "stale" : "lease",
    detector: "heartbeat",
    readShare: 0.8,
    keys: { kind: "uniform", count: 2 },
    leaseMs: 150,
    electionMs: setup.electionMs > 100 ? 160 : setup.electionMs,
    heartbeatMs: 25,
    retryMs: 100,
    thinkMs: 5,
    requestsPerClient: 60,
    faults: cuts,
  }
}
