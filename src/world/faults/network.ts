import type { Random } from "../../base/random.ts"
import type { Address, Micros } from "../../protocol/actor.ts"
import type { NetworkModel, Route } from "../simulate/network.ts"
import { type NetworkFault, type Path, type Target, coverageNames } from "./fault.ts"

/** The parameters of network faults. */
export interface NetworkFaultOptions {
  readonly faults: readonly NetworkFault[]
  /** The numbers of processes and of replicas; "all other processes" are among them. */
  readonly processes: number
  readonly replicas: number
  readonly leader: () => Address | undefined
  /** Called with the names of a fault (`coverageNames`) each time it affects a message. */
  readonly onFault: (name: string) => void
}

/**
 * A network on which these faults happen. The inner network draws its delays
 * whether or not a fault strikes, and each fault draws from a stream of its
 * own: taking one away moves nothing that the others do.
 */
export function withNetworkFaults(options: NetworkFaultOptions, inner: NetworkModel): NetworkModel {
  return options.faults.reduce<NetworkModel>(
    (network, fault, i) => oneFault(fault, `${fault.type} ${i}`, options, network),
    inner,
  )
}

function oneFault(
  fault: NetworkFault,
  name: string,
  options: NetworkFaultOptions,
  inner: NetworkModel,
): NetworkModel {
  return (random) => {
    const route = inner(random)
    const applies = matcher(fault, options)
    const effect = effectOf(fault, random.fork(name))
    const names = coverageNames(fault, options)
    return (from, to, now, message) => {
      const copies = route(from, to, now, message)
      if (!applies(from, to, now, message)) return copies
      const changed = effect(copies, from, to, now)
      if (changed !== copies) for (const what of names) options.onFault(what)
      return changed
    }
  }
}

/**
 * Whether a fault applies to a message. The leader is determined once, at the first message during the
 * fault.
 */
function matcher(fault: NetworkFault, options: NetworkFaultOptions): (...args: Parameters<Route>) => boolean {
  const { from: begin, until, path, messageTypes } = fault
  const types = messageTypes && new Set(messageTypes)
  let sides: readonly [Set<Address>, Set<Address>] | undefined
  return (from, to, now, message) => {
    // What a process tells itself is on no network.
    if (now < begin || now >= until || from === to) return false
    if (types !== undefined && !types.has((message as { type: string }).type)) return false
    if (path === undefined) return true
    sides ??= sidesOf(path, options)
    const [side, other] = sides
    return (side.has(from) && other.has(to)) || (!path.oneWay && side.has(to) && other.has(from))
  }
}

function sidesOf(path: Path, { processes, leader }: NetworkFaultOptions): [Set<Address>, Set<Address>] {
  const resolved = (targets: readonly Target[]): Set<Address> =>
    new Set(targets.flatMap((target) => (target === "leader" ? (leader() ?? []) : target)))
  const side = resolved(path.side)
  if (path.otherSide !== undefined) return [side, resolved(path.otherSide)]
  const rest = Array.from({ length: processes }, (_, address) => address).filter((a) => !side.has(a))
  return [side, new Set(rest)]
}

/** What becomes of the copies of one message. */
type Effect = (copies: readonly Micros[], from: Address, to: Address, now: Micros) => readonly Micros[]

/** What the fault makes of the copies; the very same list where it does nothing. */
function effectOf(fault: NetworkFault, random: Random): Effect {
  switch (fault.type) {
    case "loss":
      return (copies) => (random.unit() < fault.probability ? [] : copies)
    case "burst-loss":
      return burstLoss(fault.enter, fault.leave, random)
    case "duplicate":
      return (copies) => {
        if (random.unit() >= fault.probability || copies.length === 0) return copies
        return [...copies, copies[0]! + random.between(0, fault.late)]
      }
    case "reorder":
      return (copies) => {
        if (random.unit() >= fault.probability || copies.length === 0) return copies
        return copies.map((delay) => delay + random.between(0, fault.upTo))
      }
    case "clog":
      return (copies) => (copies.length === 0 ? copies : copies.map((delay) => delay + fault.extra))
    case "hold":
      return (copies, _from, _to, now) =>
        copies.length === 0 ? copies : copies.map((delay) => Math.max(delay, fault.until - now))
    case "cut":
      return (copies) => (copies.length === 0 ? copies : [])
  }
}

/**
 * The channel of Gilbert (1960): each link is good or bad, and a bad one loses everything.
 *
 * Real links lose packets in runs; independent loss of the same rate hardly ever takes all messages of a
 * phase, and a burst does. The state changes at messages, not with time: a silent link stays as it was.
 */
function burstLoss(enter: number, leave: number, random: Random): Effect {
  const bad = new Set<number>()
  return (copies, from, to) => {
    const link = from * 65_536 + to
    const isBad = bad.has(link)
    if (random.unit() < (isBad ? leave : enter)) {
      if (isBad) bad.delete(link)
      else bad.add(link)
    }
    return bad.has(link) ? [] : copies
  }
}
