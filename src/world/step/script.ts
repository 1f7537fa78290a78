import { UsageError, didYouMean } from "../../base/errors.ts"
import type { Address } from "../../protocol/actor.ts"
import type { Cluster } from "../../protocol/paxos/cluster.ts"
import type { AcceptorRecord } from "../../protocol/paxos/messages.ts"
import type { World } from "./world.ts"

/**
 * One line of a script, carried out. The language:
 *
 *     p1 proposes A                     a client asks p1 for A
 *     p1 -> a1 a2                       the oldest message under way from p1 to each of them arrives
 *     a1 a2 -> p1                       and the other way round
 *     p1 -x a3                          it is lost
 *     everything arrives                whatever is under way, and what follows from it, in order
 *     the rest is lost                  whatever is still under way
 *     p1 times out / crashes / recovers
 *     given a1 a2 promised 5 accepted 5 B   where a story begins in the middle; "nil" for nothing
 */
export function carryOut(line: string, world: World, cluster: Cluster): void {
  const names = (text: string): Address[] =>
    text
      .trim()
      .split(/\s+/)
      .map((name) => addressOf(name, cluster))
  const rule = rules.find(({ pattern }) => pattern.test(line))
  if (rule === undefined) {
    throw new UsageError(
      `"${line}" is not a step. Steps are: p1 proposes A; p1 -> a1 a2; p1 -x a3; p1 times out; ` +
        `p1 crashes; p1 recovers; everything arrives; the rest is lost; given a1 promised 5 accepted 5 B.`,
    )
  }
  rule.act(rule.pattern.exec(line)!.slice(1), world, names)
}

/** One form of line: how it looks, and what it does with its parts. */
interface Rule {
  readonly pattern: RegExp
  act(parts: readonly string[], world: World, names: (text: string) => Address[]): void
}

/** The first form that fits a line carries it out. */
const rules: readonly Rule[] = [
  {
    pattern: /^given (.+) promised (\d+|nil) accepted (?:(\d+) (\S+)|nil)$/,
    act: ([who = "", promised, epoch, value], world, names) => {
      const record: AcceptorRecord = {
        role: "acceptor",
        lastPromised: promised === "nil" ? null : Number(promised),
        lastAccepted: epoch === undefined ? null : { epoch: Number(epoch), value: value! },
      }
      for (const address of names(who)) world.give(address, record)
    },
  },
  { pattern: /^everything arrives$/, act: (_, world) => deliverAll(world) },
  { pattern: /^the rest is lost$/, act: (_, world) => [...world.inFlight].forEach((m) => world.lose(m)) },
  {
    pattern: /^(\S+) proposes (\S+)$/,
    act: ([who = "", value = ""], world, names) => world.propose(names(who)[0]!, value),
  },
  {
    pattern: /^(.+) times out$/,
    act: ([who = ""], world, names) => names(who).forEach((address) => world.timeout(address)),
  },
  {
    pattern: /^(.+) crash(?:es)?$/,
    act: ([who = ""], world, names) => names(who).forEach((address) => world.crash(address)),
  },
  {
    pattern: /^(.+) recovers?$/,
    act: ([who = ""], world, names) => names(who).forEach((address) => world.recover(address)),
  },
  {
    pattern: /^(.+) -> (.+)$/,
    act: ([from = "", to = ""], world, names) => forEachPair(names(from), names(to), world, "deliver"),
  },
  {
    pattern: /^(.+) -x (.+)$/,
    act: ([from = "", to = ""], world, names) => forEachPair(names(from), names(to), world, "lose"),
  },
]

function addressOf(name: string, { processes }: Cluster): Address {
  const address = processes.findIndex((process) => process.name === name)
  if (address >= 0) return address
  const known = processes.map((process) => process.name)
  throw new UsageError(
    `There is no process ${name}; there are ${known.join(", ")}.${didYouMean(name, known)}`,
  )
}

/** The oldest message under way of each pair of processes, in the order in which they are named. */
function forEachPair(
  from: readonly Address[],
  to: readonly Address[],
  world: World,
  what: "deliver" | "lose",
): void {
  for (const sender of from) {
    for (const receiver of to) {
      const message = world.inFlight.find((sent) => sent.from === sender && sent.to === receiver)
      if (message === undefined) {
        throw new UsageError(`No message from process ${sender} to process ${receiver} is under way.`)
      }
      if (what === "deliver") world.deliver(message)
      else world.lose(message)
    }
  }
}

/** More deliveries than this, and the processes will not stop talking. */
const mostDeliveries = 10_000

/** In the order of sending, answers included, until nobody says anything more. */
function deliverAll(world: World): void {
  for (let count = 0; world.inFlight.length > 0; count++) {
    if (count > mostDeliveries)
      throw new UsageError(`Messages were still under way after ${mostDeliveries} deliveries.`)
    world.deliver(world.inFlight[0]!)
  }
}
