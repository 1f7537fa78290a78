import { UsageError } from "../../base/errors.ts"
import type { Command, Operation } from "./command.ts"

/** What clients ask for. The k-th request of a client is a function of the seed, the client and k: no stream is drawn from. */
export interface WorkloadOptions {
  readonly seed: number
  readonly keys: KeyChoice
  /** The share of requests that are gets, and of the rest, those that are cas and append; others are puts. */
  readonly readShare: number
  readonly casShare: number
  readonly appendShare: number
  readonly payloadBytes: number
}

/** Which key a request is about: what decides how often commands of different clients conflict. */
export type KeyChoice =
  | { readonly kind: "uniform"; readonly count: number }
  /** The i-th most popular key in proportion to 1 / i^exponent. */
  | { readonly kind: "zipf"; readonly count: number; readonly exponent: number }
  /** This share of requests is to one key that all share, the others to a key of the client's own. */
  | { readonly kind: "conflict"; readonly ratio: number }

/** Puts of 64 bytes to a thousand keys, all alike. */
export const defaultWorkload: WorkloadOptions = {
  seed: 1,
  keys: { kind: "uniform", count: 1000 },
  readShare: 0,
  casShare: 0,
  appendShare: 0,
  payloadBytes: 64,
}

/** The k-th request of a client. Pure: asked twice, it gives the same command. */
export type Workload = (client: number, request: number) => Command

/** The requests of all clients, as a function. */
export function workload(options: WorkloadOptions): Workload {
  const keyOf = keyFunction(options.keys)
  const { seed, payloadBytes } = options
  const operationOf = operationFunction(options)
  return (client, request) => {
    const operation = operationOf(uniform(seed, client, request, 1))
    const key = keyOf(uniform(seed, client, request, 2), client)
    const value = operation === "get" ? "" : `${client}.${request}`
    // What a cas expects is what the client's last request may have written: sometimes it is there.
    const expected = operation === "cas" ? `${client}.${request - 1}` : null
    return { client, request, operation, key, value, expected, bytes: payloadBytes }
  }
}

/** Shares are nested: `casShare` and `appendShare` are of the writes, as a workload is usually told. */
function operationFunction({ readShare, casShare, appendShare }: WorkloadOptions): (u: number) => Operation {
  for (const share of [readShare, casShare, appendShare]) {
    if (!(share >= 0 && share <= 1))
      throw new UsageError(`a share of the operations is ${share}; must be from 0 to 1.`)
  }
  const writes = 1 - readShare
  return (u) => {
    if (u < readShare) return "get"
    const v = (u - readShare) / writes
    return v < casShare ? "cas" : v < casShare + appendShare ? "append" : "put"
  }
}

function keyFunction(choice: KeyChoice): (u: number, client: number) => number {
  if (choice.kind === "conflict") return (u, client) => (u < choice.ratio ? 0 : 1 + client)
  const { count } = choice
  if (!(Number.isSafeInteger(count) && count >= 1)) {
    throw new UsageError(`the number of keys is ${count}; must be a positive integer.`)
  }
  if (choice.kind === "uniform") return (u) => Math.floor(u * count)
  const cumulative = zipfShares(count, choice.exponent)
  return (u) => firstAbove(cumulative, u)
}

/** The share of requests to the i most popular keys, for i = 1 … count. */
function zipfShares(count: number, exponent: number): Float64Array {
  const sums = new Float64Array(count)
  let sum = 0
  for (let i = 0; i < count; i++) sums[i] = sum += 1 / (i + 1) ** exponent
  return sums.map((partial) => partial / sum)
}

/** The first place whose sum exceeds u, by bisection. */
function firstAbove(sums: Float64Array, u: number): number {
  let [low, high] = [0, sums.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if (sums[middle]! > u) high = middle
    else low = middle + 1
  }
  return low
}

/**
 * A number in [0, 1) that four whole numbers determine: three rounds of MurmurHash3's mixer.
 *
 * A hash rather than a stream, so that a request does not depend on how many
 * were made before it or by whom.
 */
export function uniform(seed: number, client: number, request: number, purpose: number): number {
  let h = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ purpose
  h = mix(Math.imul(h ^ client, 0xcc9e2d51) + 0x1b873593)
  h = mix(Math.imul(h ^ request, 0xcc9e2d51) + 0x1b873593)
  h = mix(Math.imul(h ^ purpose, 0xcc9e2d51) + 0x1b873593)
  return (h >>> 0) / 4_294_967_296
}

function mix(value: number): number {
  let h = value
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}
