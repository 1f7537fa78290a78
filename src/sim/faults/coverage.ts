import type { NetworkFault, Path } from "./fault.ts"

/** Who is who, by address: replicas first, then groups of clients. */
export interface Population {
  readonly processes: number
  readonly replicas: number
}

/**
 * Under which names a network fault is counted each time it does something to a
 * message: its type, and what there is to say of whom it is about.
 *
 * - `one-way`: only what goes from the one side to the other;
 * - `one-link`: between two processes;
 * - `around-leader`: the leader is a side, or part of one;
 * - `by-zone`: a side has replicas and clients;
 * - `not-transitive`: some replica belongs to neither side, and can talk to both;
 * - `by-type`: only some types of messages.
 */
export function coverageNames(fault: NetworkFault, population: Population): readonly string[] {
  const { type, path, messageTypes } = fault
  return [
    type,
    ...(path === undefined ? [] : namesOfPath(path, population)),
    ...(messageTypes === undefined ? [] : ["by-type"]),
  ]
}

function namesOfPath({ side, otherSide, oneWay }: Path, { processes, replicas }: Population): string[] {
  const sides = [side, ...(otherSide === undefined ? [] : [otherSide])]
  const isClient = (target: Path["side"][number]): boolean => typeof target === "number" && target >= replicas
  const isZone = sides.some((one) => one.some(isClient) && !one.every(isClient) && one.length < processes)
  // Whoever leads is one of the replicas, named or not.
  const named = new Set(sides.flat().filter((target) => !isClient(target)))
  const between = otherSide !== undefined && named.size < replicas
  return [
    ...(oneWay ? ["one-way"] : []),
    ...(side.length === 1 && otherSide?.length === 1 ? ["one-link"] : []),
    ...(sides.some((one) => one.includes("leader")) ? ["around-leader"] : []),
    ...(isZone ? ["by-zone"] : []),
    ...(between ? ["not-transitive"] : []),
  ]
}
