import type { Address } from "../protocol/actor.ts"
import type { Cluster } from "../protocol/paxos/cluster.ts"
import { type PaxosMessage, type PaxosRecord, formatMessage } from "../protocol/paxos/messages.ts"
import { formatRecord } from "../protocol/paxos/records.ts"
import type { TraceEvent } from "../sim/trace.ts"

/** One line of a printed trace: the virtual time in milliseconds, and what happened. */
export function traceLine(event: TraceEvent<PaxosMessage, PaxosRecord>, cluster: Cluster): string {
  const time = (event.at / 1000).toFixed(3).padStart(10)
  return `${time}  ${traceSentence(event, (address) => cluster.processes[address]!.name)}`
}

/** What happened: "p1 → a1  prepare(0)" where it is sent, "a1 ← p1  prepare(0)" where it arrives. */
export function traceSentence(
  event: TraceEvent<PaxosMessage, PaxosRecord>,
  name: (address: Address) => string,
): string {
  switch (event.type) {
    case "propose":
      return `${name(event.process)} proposes ${event.value}`
    case "send":
      return `${name(event.from)} → ${name(event.to)}  ${formatMessage(event.message)}${fate(event.copies)}`
    case "deliver":
      return `${name(event.to)} ← ${name(event.from)}  ${formatMessage(event.message)}`
    case "miss":
      return `${name(event.to)} is down: ${formatMessage(event.message)} from ${name(event.from)} is lost`
    case "store":
      return `${name(event.process)} has written ${formatRecord(event.record, name)}`
    case "timeout":
      return `${name(event.process)} timeout of ${event.timer}`
    case "learn":
      return `${name(event.process)} learns ${event.value}, decided in epoch ${event.epoch}`
    case "crash":
      return `${name(event.process)} crashes`
    case "recover":
      return `${name(event.process)} recovers`
  }
}

function fate(copies: number): string {
  return copies === 1 ? "" : copies === 0 ? "  (lost)" : `  (${copies} copies)`
}
