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

export function lostDisks({ plan }: LogSetup): Fault[] {
  return plan.nodes.map((_, process) => {
    const at = 200_000 + process * 300_000
    return { type: "crash", process, at, recoverAt: at + 30_000, disk: "lost" }
  })
}

export function allDisksLost({ plan }: LogSetup): Fault[] {
  return plan.nodes.map((_, process) => ({
    type: "crash",
    process,
    at: 400_000,
    recoverAt: 500_000,
    disk: "lost",
  }))
}

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
    readShare: 0.5,
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
