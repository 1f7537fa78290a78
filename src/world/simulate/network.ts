import { UsageError } from "../../base/errors.ts"
import type { Random } from "../../base/random.ts"
import type { Address, Micros } from "../../protocol/actor.ts"
import type { LatencyModel } from "./latency.ts"

/**
 * What becomes of a message: the delays of the copies that arrive. None is a
 * loss, two are a duplicate. The result is read before the next call. The message
 * itself matters only to faults that pick on types.
 */
export type Route = (from: Address, to: Address, now: Micros, message?: unknown) => readonly Micros[]

/**
 * A network, to be bound to a stream of random numbers. Models wrap each other;
 * each draws from a stream of its own name, so that adding loss to a scenario
 * leaves its latencies as they were.
 */
export type NetworkModel = (random: Random) => Route

/** Every message arrives once. Messages overtake each other where their delays differ. */
export function reliable(latency: LatencyModel): NetworkModel {
  return (random) => {
    const delay = latency.sampler(random.fork("latency"))
    // One array for all messages: it is read before the next call, and an
    // allocation per message would be felt.
    const one: [Micros] = [0]
    return (from, to) => {
      one[0] = delay(from, to)
      return one
    }
  }
}

/** Each copy is lost with this probability, independently. */
export function lossy(probability: number, inner: NetworkModel): NetworkModel {
  refuseImprobable("loss", probability)
  if (probability === 0) return inner
  return (random) => {
    const route = inner(random)
    const losses = random.fork("loss")
    return (from, to, now, message) =>
      route(from, to, now, message).filter(() => losses.unit() >= probability)
  }
}

/** Each message arrives twice with this probability; the second copy has a delay of its own. */
export function duplicating(probability: number, inner: NetworkModel): NetworkModel {
  refuseImprobable("duplication", probability)
  if (probability === 0) return inner
  return (random) => {
    const route = inner(random)
    const duplicates = random.fork("duplication")
    const again = inner(random.fork("duplicate"))
    return (from, to, now, message) => {
      const copies = route(from, to, now, message)
      return duplicates.unit() < probability ? [...copies, ...again(from, to, now, message)] : copies
    }
  }
}

/** Each copy is held back with this probability, for up to `upTo` longer than its delay: late and out of order. */
export function reordering(probability: number, upTo: Micros, inner: NetworkModel): NetworkModel {
  refuseImprobable("reordering", probability)
  if (probability === 0) return inner
  return (random) => {
    const route = inner(random)
    const held = random.fork("reordering")
    return (from, to, now, message) =>
      route(from, to, now, message).map((delay) =>
        held.unit() < probability ? delay + held.between(0, upTo) : delay,
      )
  }
}

function refuseImprobable(what: string, probability: number): void {
  if (!(probability >= 0 && probability <= 1)) {
    throw new UsageError(`the probability of ${what} is ${probability}; must be from 0 to 1.`)
  }
}
