import { UsageError, didYouMean } from "../../base/errors.ts"
import { leastLoadStrategy } from "../../run/drawn-quorums.ts"
import { castOf } from "../../run/log-scenario.ts"
import { type LogSetup, usualLogSetup } from "../../run/log-setup.ts"
import { parseFaults } from "../../world/faults/notation.ts"
import type { LogOptions } from "./options.ts"
import { readLatency } from "../shared/latency-argument.ts"
import { readPlan } from "../shared/system-argument.ts"

/** The setup that the options of `quorate log` describe. */
export async function readLogSetup(system: string, options: LogOptions): Promise<LogSetup> {
  const plan = await readPlan(system)
  const { statistic, rounding, intraRegion: intraRegionRttMs } = options
  const latency = readLatency(options.latency, { statistic, rounding, intraRegionRttMs })
  const everywhere = options.clientRegions.join() === "all" && latency.kind === "matrix"
  const setup: LogSetup = {
    ...usualLogSetup,
    plan,
    latency,
    replicaRegions: options.replicaRegions,
    clientRegions: everywhere ? latency.delays.regions : options.clientRegions,
    groups: options.groups ?? null,
    jitterSigma: options.jitter,
    ...protocolOf(options, plan.nodes),
    strategy: options.quorums === "strategy" ? await leastLoadStrategy(plan, 0) : null,
    ...machinesOf(options, plan.nodes),
    ...clientsOf(options),
    horizonMs: options.duration,
  }
  const cast = castOf(setup)
  return { ...setup, faults: options.fault.flatMap((text) => parseFaults(text, cast)) }
}

function protocolOf(options: LogOptions, nodes: readonly string[]): Partial<LogSetup> {
  return {
    leader: options.leader === undefined ? 0 : replicaCalled("--leader", options.leader, nodes),
    recipients: options.quorums,
    reads: options.reads,
    leaseMs: options.lease,
    leaseDrift: options.drift,
    detector: options.detector,
    heartbeatMs: options.heartbeat,
    electionMs: options.election,
    backOff: options.backOff,
    retransmitMs: options.retransmit,
    window: options.window,
    batchMost: options.batch,
    batchDelayMs: options.batchDelay,
    snapshotEvery: options.snapshotEvery,
    handOverAfterMs: options.handOver ?? null,
    rejoin: options.rejoin,
  }
}

function machinesOf(options: LogOptions, nodes: readonly string[]): Partial<LogSetup> {
  const clockRates = nodes.map(() => 1)
  for (const { name, rate } of options.clock) clockRates[replicaCalled("--clock", name, nodes)] = rate
  return {
    writeMs: options.write,
    groupCommit: options.groupCommit,
    receiveMicros: options.receive,
    sendMicros: options.send,
    service: options.service,
    microsPerByte: options.perByte,
    // Megabits per second are eighths of a byte per microsecond.
    bandwidth: options.bandwidth === undefined ? null : options.bandwidth / 8,
    clockRates: options.clock.length === 0 ? [] : clockRates,
  }
}

function clientsOf(options: LogOptions): Partial<LogSetup> {
  const { rate } = options
  if (rate === 0) throw new UsageError("--rate is 0; a group makes more than 0 requests per second.")
  return {
    clientsPerGroup: options.clients,
    arrivals: rate === undefined ? "closed" : "open",
    thinkMs: options.think,
    meanGapMs: rate === undefined ? usualLogSetup.meanGapMs : (1000 * options.burst) / rate,
    burst: options.burst,
    retryMs: options.retry,
    requestsPerClient: options.requests ?? null,
    keys: options.keys,
    readShare: options.readShare,
    casShare: options.casShare,
    appendShare: options.appendShare,
    payloadBytes: options.payload,
    spreadMs: options.spread,
  }
}

function replicaCalled(option: string, name: string, nodes: readonly string[]): number {
  const position = nodes.indexOf(name)
  if (position >= 0) return position
  throw new UsageError(
    `${option}: there is no replica ${name}; they are ${nodes.join(", ")}.${didYouMean(name, nodes)}`,
  )
}
