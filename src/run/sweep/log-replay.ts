import { formatBackOff, latencyName } from "../replay-command.ts"
import { castOf } from "../log-scenario.ts"
import { type LogSetup, usualLogSetup } from "../log-setup.ts"
import { formatFault } from "../../world/faults/notation.ts"
import { shellWord } from "../../base/text.ts"

/** Settings of a sweep that an option of `quorate log` takes as they are. */
const plainOptions = {
  jitterSigma: "--jitter",
  groups: "--groups",
  recipients: "--quorums",
  reads: "--reads",
  leaseMs: "--lease",
  leaseDrift: "--drift",
  heartbeatMs: "--heartbeat",
  electionMs: "--election",
  retransmitMs: "--retransmit",
  window: "--window",
  batchMost: "--batch",
  batchDelayMs: "--batch-delay",
  snapshotEvery: "--snapshot-every",
  writeMs: "--write",
  receiveMicros: "--receive",
  sendMicros: "--send",
  clientsPerGroup: "--clients",
  thinkMs: "--think",
  burst: "--burst",
  retryMs: "--retry",
  requestsPerClient: "--requests",
  readShare: "--read-share",
  casShare: "--cas-share",
  appendShare: "--append-share",
  payloadBytes: "--payload",
  horizonMs: "--duration",
} as const

/** The command that shows a run of a log sweep again; options at their usual values are left out. */
export function logReplayCommand(setup: LogSetup, seed: number, warmUpMs: number): string {
  const { plan, latency, leader, backOff, bandwidth, arrivals, burst, meanGapMs } = setup
  const differs = (key: keyof typeof usualLogSetup): boolean =>
    JSON.stringify(setup[key]) !== JSON.stringify(usualLogSetup[key])
  const words = [
    ...["quorate", "log", plan.name, "--latency", latencyName(latency)],
    ...Object.entries(plainOptions).flatMap(([key, option]) =>
      differs(key as keyof typeof plainOptions)
        ? [option, String(setup[key as keyof typeof plainOptions])]
        : [],
    ),
    ...(differs("replicaRegions") ? ["--replica-regions", setup.replicaRegions.join(",")] : []),
    ...(differs("clientRegions") ? ["--client-regions", setup.clientRegions.join(",")] : []),
    ...(leader === 0 ? [] : ["--leader", plan.nodes[leader]!]),
    ...(differs("backOff") ? ["--back-off", formatBackOff(backOff)] : []),
    ...(setup.groupCommit ? [] : ["--no-group-commit"]),
    ...(bandwidth === null ? [] : ["--bandwidth", String(8 * bandwidth)]),
    ...(arrivals === "closed" ? [] : ["--rate", String((1000 * burst) / meanGapMs)]),
    ...faultWords(setup),
    ...["--warm-up", String(warmUpMs), "--seed", String(seed)],
  ]
  return words.map(shellWord).join(" ")
}

/** What lasts for ever is written as lasting to the end. */
function faultWords(setup: LogSetup): string[] {
  const { names } = castOf(setup)
  const end = setup.horizonMs * 1000
  return setup.faults.flatMap((fault) => {
    const bounded = "until" in fault ? { ...fault, until: Math.min(fault.until, end) } : fault
    return ["--fault", formatFault(bounded, names)]
  })
}
