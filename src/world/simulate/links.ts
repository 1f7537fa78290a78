import type { Micros } from "../../protocol/actor.ts"
import type { Route } from "./network.ts"
import type { Scenario } from "./scenario.ts"

/**
 * The route of a message over links of limited bandwidth, and then through the network.
 *
 * A link carries one message after the other, byte by byte: each begins when the one before is through.
 * Links do not wait for each other. Without bandwidth, links carry everything at once.
 */
export function onLinks<Message>(
  { bandwidth, bytesOf = () => 0 }: Pick<Scenario<Message, never>, "bandwidth" | "bytesOf">,
  route: Route,
): Route {
  if (bandwidth === undefined) return route
  const freeAt = new Map<number, Micros>()
  return (from, to, now, message) => {
    const link = from * 65_536 + to
    const bytes = bytesOf(message as Message)
    const through = Math.max(now, freeAt.get(link) ?? 0) + Math.ceil(bytes / bandwidth(from, to))
    freeAt.set(link, through)
    return route(from, to, now, message).map((delay) => delay + through - now)
  }
}
