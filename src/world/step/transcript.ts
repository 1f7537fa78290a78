import type { Address, Process } from "../../protocol/actor.ts"
import { type StepTexts, executeLine } from "./script.ts"
import { World, type WorldEvent } from "./world.ts"

/** A step of a script, and everything that happened because of it. */
export interface PlayedStep<Message, Stored> {
  readonly line: string
  readonly events: readonly WorldEvent<Message, Stored>[]
}

/** A script after it has been executed: the world as it is at the end, and what followed from each line. */
export interface Played<Message, Stored> {
  readonly world: World<Message, Stored>
  readonly steps: readonly PlayedStep<Message, Stored>[]
}

/** Executes a script on processes that have not run yet. What happens before its first line counts to that. */
export function play<Message, Stored>(
  processes: readonly Process<Message, Stored, unknown>[],
  lines: readonly string[],
  texts: StepTexts<Message, Stored>,
): Played<Message, Stored> {
  const world = new World(processes)
  const names = processes.map(({ name }) => name)
  let seen = 0
  const steps = lines.map((line) => {
    executeLine(line, world, names, texts)
    const events = world.events.slice(seen)
    seen = world.events.length
    return { line, events }
  })
  return { world, steps }
}

/**
 * The script with what followed from each line: messages sent, states of
 * acceptors after the step, what was learned. Messages with one sender and one
 * text share a line.
 */
export function transcript<Message, Stored>(
  processes: readonly Pick<Process<Message, Stored>, "name">[],
  steps: readonly PlayedStep<Message, Stored>[],
  texts: StepTexts<Message, Stored>,
): string {
  const name = (address: Address): string => processes[address]!.name
  return steps
    .map(({ line, events }) => [line, "----", ...consequences(events, name, texts), ""].join("\n"))
    .join("\n")
}

/** What followed from a line; a broadcast of one message is one line, as a reader would write it. */
function consequences<Message, Stored>(
  events: readonly WorldEvent<Message, Stored>[],
  name: (address: Address) => string,
  texts: StepTexts<Message, Stored>,
): string[] {
  const lines: { text: string; sent?: { from: Address; label: string } }[] = []
  for (const event of events) {
    const last = lines.at(-1)
    if (event.type !== "send") {
      const said = sentence(event, name, texts)
      if (said !== null) lines.push({ text: said })
      continue
    }
    const label = texts.formatMessage(event.message)
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

/**
 * Events that get a line: states and outcomes. Arrivals are in the script itself, unless its line is
 * "everything arrives".
 */
function sentence<Message, Stored>(
  event: WorldEvent<Message, Stored>,
  name: (address: Address) => string,
  texts: StepTexts<Message, Stored>,
): string | null {
  switch (event.type) {
    case "store": {
      const record = texts.formatRecord(event.record, name)
      return record === null ? null : `${name(event.process)}: ${record}`
    }
    case "learn":
      return `${name(event.process)} learns ${event.value}`
    case "miss":
      return `${name(event.to)} is down: ${texts.formatMessage(event.message)} is lost`
    case "propose":
    case "send":
    case "deliver":
    case "lose":
    case "timeout":
    case "report":
    case "crash":
    case "recover":
      return null
  }
}
