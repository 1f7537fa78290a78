import type { Random } from "../../base/random.ts"
import type { Address, Micros } from "../../protocol/actor.ts"
import type { Route } from "./network.ts"
import type { Running } from "./running.ts"
import type { Scenario } from "./scenario.ts"

/**
 * The way of a message out of a process and over its link, in order, and then through the network.
 *
 * In order: the sender's processor writes the message, the link carries it byte by byte, the network
 * delays it, loses it or copies it. What waits for the processor has not been lost yet, and is sent even
 * if the sender's next act is to crash.
 */
export class Links<Message> {
  readonly route: Route
  private lastWritten: Message | undefined
  private lastWriter: Address = -1
  private lastReader: Address = -1
  private lastLeft: Micros = 0

  constructor(scenario: Pick<Scenario<Message, never>, "network" | "bandwidth" | "bytesOf">, random: Random) {
    const route = scenario.network(random)
    const { bandwidth, bytesOf = () => 0 } = scenario
    this.route =
      bandwidth === undefined ? route : onLinks(bandwidth, bytesOf as (m: unknown) => number, route)
  }

  /**
   * When a message has left its sender's processor. The copies of a broadcast
   * follow each other in its outputs and are one and the same object, each to
   * somebody else: they leave together where the node model says so.
   */
  written(process: Writer<Message>, to: Address, message: Message, now: Micros): Micros {
    const costs = process.costs!
    const again =
      costs.writesBroadcastOnce && message === this.lastWritten && this.lastWriter === process.address
    if (again && to !== this.lastReader && this.lastLeft >= now) {
      this.lastReader = to
      return this.lastLeft
    }
    process.busyUntil = Math.max(process.busyUntil, now) + costs.send(message)
    this.lastWritten = message
    this.lastWriter = process.address
    this.lastReader = to
    this.lastLeft = process.busyUntil
    return this.lastLeft
  }
}

/** A process, as far as writing concerns it. */
type Writer<Message> = Pick<Running<Message, never, never>, "address" | "costs" | "busyUntil">

/** Messages of one link follow each other: each begins when the one before is through. */
function onLinks(
  bandwidth: (from: Address, to: Address) => number,
  bytesOf: (message: unknown) => number,
  route: Route,
): Route {
  const freeAt = new Map<number, Micros>()
  return (from, to, now, message) => {
    const link = from * 65_536 + to
    // A link is a queue of its own: what one receiver's link cannot carry does not hold up the others.
    const through = Math.max(now, freeAt.get(link) ?? 0) + Math.ceil(bytesOf(message) / bandwidth(from, to))
    freeAt.set(link, through)
    return route(from, to, now, message).map((delay) => delay + through - now)
  }
}
