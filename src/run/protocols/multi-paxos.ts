import { UsageError } from "../../base/errors.ts"
import { members } from "../../base/node-set.ts"
import type { Random } from "../../base/random.ts"
import { logSafety } from "../../check/log/properties.ts"
import type { Address } from "../../protocol/actor.ts"
import { logCluster } from "../../protocol/log/cluster.ts"
import { bytesOf, logMessageTypes } from "../../protocol/log/messages.ts"
import type { LogRecipients, ReplicaOptions } from "../../protocol/log/options.ts"
import { closestQuorum } from "../../quorum/system.ts"
import { type LatencyModel, micros } from "../../world/simulate/latency.ts"
import { knownBugs } from "../bugs.ts"
import { closedFormLatency } from "../closed-form.ts"
import { inProportion } from "../drawn-quorums.ts"
import type { LogProtocol, LogProtocolRun } from "../log-protocol.ts"
import { type LogSetup, multiPaxosSettings } from "../log-settings.ts"

/** Multi-Paxos with flexible quorums: one leader for all slots of a log, elected by phase 1. */
export const multiPaxos: LogProtocol = {
  id: "multi-paxos",
  about: "A replicated log with a leader: Multi-Paxos with flexible quorums (quorate log, quorate swarm).",
  reference: "Lamport 2001, section 3; Howard, Malkhi and Spiegelman 2016",
  settings: multiPaxosSettings,
  requirements: ({ plan }) => [plan.ranges.length === 1 ? "4.4" : "4.6"],
  cluster: (run) => logCluster({ replica: replicaOptions(run), clientGroups: run.clientGroups }),
  messageTypes: logMessageTypes,
  bytes: bytesOf,
  safety: logSafety,
  closedForm: closedFormLatency,
  mutants: knownBugs,
  swarm: {
    survivesLostDisks: true,
    faultTypes: ["prepare", "promise", "propose", "accept", "heartbeat", "request", "reply", "decided"],
  },
}

function replicaOptions({
  setup,
  latency,
  firstLeader,
  random,
}: LogProtocolRun): Omit<ReplicaOptions, "epochs" | "interned"> {
  const { handOverAfterMs } = setup
  return {
    plan: setup.plan,
    recipients: recipients(setup, latency, random),
    detector: setup.detector,
    heartbeat: micros(setup.heartbeatMs),
    election: { min: micros(setup.electionMs), max: 2 * micros(setup.electionMs) },
    backOff: setup.backOff,
    retransmit: micros(setup.retransmitMs),
    window: setup.window,
    batch: { max: setup.batchMax, delay: micros(setup.batchDelayMs) },
    snapshotEvery: setup.snapshotEvery,
    reads: setup.reads,
    lease: { duration: micros(setup.leaseMs), drift: setup.leaseDrift },
    firstLeader,
    ...(handOverAfterMs !== null && { handOverAfter: micros(handOverAfterMs) }),
    rejoin: setup.rejoin,
  }
}

/** How many random quorums stand for "drawn at random each time". */
const drawnQuorums = 1000

function recipients(
  { plan, quorumSelection: choice, strategy }: LogSetup,
  latency: LatencyModel,
  random: Random,
): LogRecipients {
  const system = plan.systemAt(0)
  switch (choice) {
    case "broadcast":
      return { kind: "broadcast" }
    case "closest":
      return { kind: "closest", distance: (from, to) => latency.expected(from, to) }
    case "random": {
      const draw = (): Address[] => {
        const lots = plan.nodes.map(() => random.unit())
        return members(closestQuorum(system, 2, (position) => lots[position]!))
      }
      return { kind: "rotating", quorums: Array.from({ length: drawnQuorums }, draw) }
    }
    case "strategy":
      if (strategy === undefined)
        throw new UsageError(`${plan.name}: quorums are to be drawn from a strategy, and there is none.`)
      return { kind: "rotating", quorums: inProportion(strategy[2], drawnQuorums, random).map(members) }
    case "rotating":
    case "standby":
      return { kind: choice, quorums: [...system.minimalQuorums(2)].slice(0, drawnQuorums).map(members) }
  }
}
