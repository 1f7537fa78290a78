/**
 * A set of small integers: the positions of nodes in a quorum system.
 *
 * One bit per position. The set is a `number` while every member is below 31
 * and a `bigint` as soon as one is not, so that equal sets are equal under
 * `===` and can be keys of a Map, whatever universe they came from. Sets are
 * values: every operation returns a new one.
 *
 * Cost: one machine instruction or two up to 31 nodes; n/64 words beyond.
 */
export type NodeSet = number | bigint

/** Positions below this are kept in a plain (small) integer. */
const smallBits = 31
const smallMask = (1n << BigInt(smallBits)) - 1n

export const emptySet: NodeSet = 0

/** The set of one position. */
export function singleton(position: number): NodeSet {
  return position < smallBits ? 1 << position : 1n << BigInt(position)
}

/** The set of the positions given, in any order, repeats allowed. */
export function nodeSet(positions: Iterable<number>): NodeSet {
  let set = emptySet
  for (const position of positions) set = union(set, singleton(position))
  return set
}

/** Every position below `n`. */
export function fullSet(n: number): NodeSet {
  return n < smallBits ? (1 << n) - 1 : n === smallBits ? 0x7fffffff : (1n << BigInt(n)) - 1n
}

export function union(a: NodeSet, b: NodeSet): NodeSet {
  if (typeof a === "number" && typeof b === "number") return a | b
  return BigInt(a) | BigInt(b)
}

export function intersection(a: NodeSet, b: NodeSet): NodeSet {
  if (typeof a === "number" && typeof b === "number") return a & b
  return canonical(BigInt(a) & BigInt(b))
}

/** The members of `a` that are not in `b`. */
export function difference(a: NodeSet, b: NodeSet): NodeSet {
  if (typeof a === "number" && typeof b === "number") return a & ~b
  return canonical(BigInt(a) & ~BigInt(b))
}

/** `set` with one more member. */
export function withMember(set: NodeSet, position: number): NodeSet {
  if (typeof set === "number" && position < smallBits) return set | (1 << position)
  return BigInt(set) | (1n << BigInt(position))
}

/** `set` with one member fewer. */
export function withoutMember(set: NodeSet, position: number): NodeSet {
  return difference(set, singleton(position))
}

export function has(set: NodeSet, position: number): boolean {
  if (typeof set === "number") return position < smallBits && (set & (1 << position)) !== 0
  return ((set >> BigInt(position)) & 1n) === 1n
}

export function isDisjoint(a: NodeSet, b: NodeSet): boolean {
  if (typeof a === "number" && typeof b === "number") return (a & b) === 0
  return (BigInt(a) & BigInt(b)) === 0n
}

/** Whether every member of `a` is in `b`. */
export function isSubset(a: NodeSet, b: NodeSet): boolean {
  if (typeof a === "number" && typeof b === "number") return (a & ~b) === 0
  return (BigInt(a) & ~BigInt(b)) === 0n
}

/** The number of members. */
export function size(set: NodeSet): number {
  if (typeof set === "number") return popcount(set)
  let count = 0
  for (let rest = set; rest !== 0n; rest >>= 32n) count += popcount(Number(rest & 0xffffffffn))
  return count
}

/** The members in increasing order. */
export function members(set: NodeSet): number[] {
  const out: number[] = []
  if (typeof set === "number") {
    for (let rest = set; rest !== 0; rest &= rest - 1) out.push(31 - Math.clz32(rest & -rest))
    return out
  }
  let base = 0
  for (let rest = set; rest !== 0n; rest >>= 30n, base += 30) {
    for (const position of members(Number(rest & 0x3fffffffn))) out.push(base + position)
  }
  return out
}

/**
 * Orders sets by their members read in increasing order, as words are in a
 * dictionary. The lowest position in which they differ decides: the set that
 * has it comes first, unless the other set ends there.
 */
export function compareSets(a: NodeSet, b: NodeSet): number {
  if (a === b) return 0
  if (typeof a === "number" && typeof b === "number") {
    const lowest = (a ^ b) & -(a ^ b)
    return (a & lowest) !== 0 ? (b > lowest ? -1 : 1) : a > lowest ? 1 : -1
  }
  const [x, y] = [BigInt(a), BigInt(b)]
  const lowest = (x ^ y) & -(x ^ y)
  return (x & lowest) !== 0n ? (y > lowest ? -1 : 1) : x > lowest ? 1 : -1
}

/** The number of bits set in the low 32 bits of `word`. */
export function popcount(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555)
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333)
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

function canonical(set: bigint): NodeSet {
  return set <= smallMask ? Number(set) : set
}
