import { UsageError, describeUnknown } from "../../base/errors.ts"
import type { Address } from "../../protocol/actor.ts"
import type { World } from "./world.ts"

/** How scripts and transcripts write the messages and records of a protocol. */
export interface StepTexts<Message, Stored> {
  formatMessage(message: Message): string
  /** What a process has stored, as a line of a transcript; null if it is not worth one. */
  formatRecord(record: Stored, nameOf: (address: Address) => string): string | null
  /** The record that a script gives a process, or undefined if the text is none. */
  parseRecord(text: string): Stored | undefined
}

/** The names of processes, by address. */
type Names = readonly string[]

/**
 * Executes one line of a script. The language:
 *
 *     p1 proposes A                     a client asks p1 for A
 *     p1 -> a1 a2                       the oldest message under way from p1 to each of them arrives
 *     a1 a2 -> p1                       and the other way round
 *     p1 -x a3                          it is lost
 *     everything arrives                whatever is under way, and what follows from it, in order
 *     the rest is lost                  whatever is still under way
 *     p1 times out / crashes / recovers
 *     given a1 a2 promised 5 accepted 5 B   their records, where a story begins in the middle
 */
export function executeLine<Message, Stored>(
  line: string,
  world: World<Message, Stored>,
  processes: Names,
  texts: StepTexts<Message, Stored>,
): void {
  const given = /^given (.+)$/.exec(line)
  if (given !== null) return give(given[1]!.split(/\s+/), world, processes, texts)
  const rule = rules.find(({ pattern }) => pattern.test(line))
  if (rule === undefined) {
    throw new UsageError(
      `"${line}" is not a step. Steps are: p1 proposes A; p1 -> a1 a2; p1 -x a3; p1 times out; ` +
        `p1 crashes; p1 recovers; everything arrives; the rest is lost; given a1 promised 5 accepted 5 B.`,
    )
  }
  const addresses = (text: string): Address[] =>
    text
      .trim()
      .split(/\s+/)
      .map((name) => addressOf(name, processes))
  rule.act(rule.pattern.exec(line)!.slice(1), world as World<unknown, unknown>, addresses)
}

/** Names of processes, then the text of a record. */
function give<Message, Stored>(
  words: readonly string[],
  world: World<Message, Stored>,
  processes: Names,
  texts: StepTexts<Message, Stored>,
): void {
  const known = words.findIndex((word) => !processes.includes(word))
  const named = known < 0 ? words.length : Math.max(known, 1)
  const text = words.slice(named).join(" ")
  const record = texts.parseRecord(text)
  if (record === undefined) throw new UsageError(`"${text}" is no record that a process may be given.`)
  for (const name of words.slice(0, named)) world.give(addressOf(name, processes), record)
}

/** One form of line: how it looks, and what it does with its parts. */
interface Rule {
  readonly pattern: RegExp
  act(parts: readonly string[], world: World<unknown, unknown>, addresses: (text: string) => Address[]): void
}

/** The first form that fits a line executes it. */
const rules: readonly Rule[] = [
  { pattern: /^everything arrives$/, act: (_, world) => deliverAll(world) },
  { pattern: /^the rest is lost$/, act: (_, world) => [...world.inFlight].forEach((m) => world.lose(m)) },
  {
    pattern: /^(\S+) proposes (\S+)$/,
    act: ([who = "", value = ""], world, addresses) => world.propose(addresses(who)[0]!, value),
  },
  {
    pattern: /^(.+) times out$/,
    act: ([who = ""], world, addresses) => addresses(who).forEach((address) => world.timeout(address)),
  },
  {
    pattern: /^(.+) crash(?:es)?$/,
    act: ([who = ""], world, addresses) => addresses(who).forEach((address) => world.crash(address)),
  },
  {
    pattern: /^(.+) recovers?$/,
    act: ([who = ""], world, addresses) => addresses(who).forEach((address) => world.recover(address)),
  },
  {
    pattern: /^(.+) -> (.+)$/,
    act: ([from = "", to = ""], world, addresses) =>
      forEachPair(addresses(from), addresses(to), world, "deliver"),
  },
  {
    pattern: /^(.+) -x (.+)$/,
    act: ([from = "", to = ""], world, addresses) =>
      forEachPair(addresses(from), addresses(to), world, "lose"),
  },
]

function addressOf(name: string, processes: Names): Address {
  const address = processes.indexOf(name)
  if (address >= 0) return address
  throw new UsageError(describeUnknown("process", name, processes))
}

/** The oldest message under way of each pair of processes, in the order in which they are named. */
function forEachPair(
  from: readonly Address[],
  to: readonly Address[],
  world: World<unknown, unknown>,
  what: "deliver" | "lose",
): void {
  for (const sender of from) {
    for (const receiver of to) {
      const message = world.inFlight.find((sent) => sent.from === sender && sent.to === receiver)
      if (message === undefined) {
        throw new UsageError(`no message from process ${sender} to process ${receiver} is in transit.`)
      }
      if (what === "deliver") world.deliver(message)
      else world.lose(message)
    }
  }
}

/** More deliveries than this, and the processes will not stop talking. */
const maxDeliveries = 10_000

/** In the order of sending, replies included, until no message is in transit. */
function deliverAll(world: World<unknown, unknown>): void {
  for (let count = 0; world.inFlight.length > 0; count++) {
    if (count > maxDeliveries)
      throw new UsageError(`messages were still in transit after ${maxDeliveries} deliveries.`)
    world.deliver(world.inFlight[0]!)
  }
}
