import type { Address } from "../../protocol/actor.ts"
import { type PaxosMessage, formatMessage } from "../../protocol/paxos/messages.ts"
import type { Cluster } from "../../protocol/paxos/cluster.ts"
import { formatRecord } from "../../protocol/paxos/records.ts"
import { carryOut } from "./script.ts"
import { World, type WorldEvent } from "./world.ts"

/** A step of a script, and everything that happened because of it. */
export interface PlayedStep {
  readonly line: string
  readonly events: readonly WorldEvent[]
}

/** Carries out a script on a fresh cluster. What happens before its first line counts to that. */
export function play(
  cluster: Cluster,
  lines: readonly string[],
): { world: World; steps: readonly PlayedStep[] } {
  const world = new World(cluster.processes)
  let seen = 0
  const steps = lines.map((line) => {
    carryOut(line, world, cluster)
    const events = world.events.slice(seen)
    seen = world.events.length
    return { line, events }
  })
  return { world, steps }
}

/** How messages are written where an algorithm's messages carry less: without values (§7.2), without epochs (§2.1.1). */
export type MessageStyle = (message: PaxosMessage) => string

/**
 * The script with what followed from each line: messages sent, states of
 * acceptors after the step, what was learned. Messages with one sender and one
 * text share a line.
 */
export function transcript(
  cluster: Cluster,
  steps: readonly PlayedStep[],
  style: MessageStyle = formatMessage,
): string {
  const name = (address: Address): string => cluster.processes[address]!.name
  return steps
    .map(({ line, events }) => [line, "----", ...consequences(events, name, style), ""].join("\n"))
    .join("\n")
}

/** What followed from a line; a broadcast of one message is one line, as a reader would write it. */
function consequences(
  events: readonly WorldEvent[],
  name: (address: Address) => string,
  style: MessageStyle,
): string[] {
  const lines: { text: string; sent?: { from: Address; label: string } }[] = []
  for (const event of events) {
    const last = lines.at(-1)
    if (event.type !== "send") {
      const said = sentence(event, name, style)
      if (said !== null) lines.push({ text: said })
      continue
    }
    const label = style(event.message)
    const together = last?.sent?.from === event.from && last.sent.label === label
    const to = together
      ? `${last.text.slice(0, -label.length - 2)} ${name(event.to)}`
      : arrow(event.from, event.to, name)
    if (together) lines.pop()
    lines.push({ text: `${to}  ${label}`, sent: { from: event.from, label } })
  }
  return lines.length === 0 ? ["(nothing)"] : lines.map(({ text }) => text)
}

function arrow(from: Address, to: Address, name: (address: Address) => string): string {
  return `${name(from)} -> ${name(to)}`
}

/** What is worth a line: states and outcomes. Arrivals are what the script itself says, unless it says "everything". */
function sentence(event: WorldEvent, name: (address: Address) => string, style: MessageStyle): string | null {
  switch (event.type) {
    case "store":
      return event.record.role === "proposer"
        ? null
        : `${name(event.process)}: ${formatRecord(event.record, name)}`
    case "learn":
      return `${name(event.process)} learns ${event.value}`
    case "miss":
      return `${name(event.to)} is down: ${style(event.message)} is lost`
    case "propose":
    case "send":
    case "deliver":
    case "lose":
    case "timeout":
    case "crash":
    case "recover":
      return null
  }
}
