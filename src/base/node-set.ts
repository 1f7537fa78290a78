/**
 * A set of small integers: the positions of nodes in a quorum system.
 *
 * One bit per position. The set is a `number` while every member is below 53,
 * the bits a double holds exactly, and a `bigint` as soon as one is not, so that
 * equal sets are equal under `===` and can be keys of a Map, whatever universe
 * they came from. Sets are values: every operation returns a new one.
 *
 * Cost: one machine instruction or two up to 31 nodes, a few for two words up
 * to 53; n/64 words and an allocation beyond.
 */
export type NodeSet = number | bigint

/** Positions below this are kept in a number. */
const numberBits = 53
const numberMask = (1n << BigInt(numberBits)) - 1n

/** The low word of a number has this many bits: such a number is a small integer of the machine. */
const wordBits = 31
const wordMask = 0x7fffffff
const wordSize = 2 ** wordBits

const lowWord = (set: number): number => set & wordMask
const highWord = (set: number): number => Math.floor(set / wordSize)
const ofWords = (low: number, high: number): number => high * wordSize + low

/** 2ⁱ for each position i of a number: a table, for ** takes tens of nanoseconds. */
const powers = Float64Array.from({ length: numberBits }, (_, i) => 2 ** i)

/** The empty set. */
export const emptySet: NodeSet = 0

/** The set of one position. */
export function singleton(position: number): NodeSet {
  if (position < wordBits) return 1 << position
  return position < numberBits ? powers[position]! : 1n << BigInt(position)
}

/** The set of the positions given, in any order, repeats allowed. */
export function nodeSet(positions: Iterable<number>): NodeSet {
  let set = emptySet
  for (const position of positions) set = union(set, singleton(position))
  return set
}

/** Every position below `n`. */
export function fullSet(n: number): NodeSet {
  if (n <= wordBits) return n === wordBits ? wordMask : (1 << n) - 1
  return n <= numberBits ? 2 ** n - 1 : (1n << BigInt(n)) - 1n
}

/** The members of either. */
export function union(a: NodeSet, b: NodeSet): NodeSet {
  if (typeof a === "number" && typeof b === "number") {
    if (a <= wordMask && b <= wordMask) return a | b
    return ofWords(lowWord(a) | lowWord(b), highWord(a) | highWord(b))
  }
  return BigInt(a) | BigInt(b)
}

/** The members of both. */
export function intersection(a: NodeSet, b: NodeSet): NodeSet {
  if (typeof a === "number" && typeof b === "number") {
    if (a <= wordMask || b <= wordMask) return a & b & wordMask
    return ofWords(lowWord(a) & lowWord(b), highWord(a) & highWord(b))
  }
  return canonical(BigInt(a) & BigInt(b))
}

/** The members of `a` that are not in `b`. */
export function difference(a: NodeSet, b: NodeSet): NodeSet {
  if (typeof a === "number" && typeof b === "number") {
    if (a <= wordMask) return a & ~b
    return ofWords(lowWord(a) & ~b, highWord(a) & ~highWord(b))
  }
  return canonical(BigInt(a) & ~BigInt(b))
}

/** `set` with one more member. */
export function withMember(set: NodeSet, position: number): NodeSet {
  if (typeof set === "number") {
    if (position < wordBits && set <= wordMask) return set | (1 << position)
    if (position < numberBits) return has(set, position) ? set : set + powers[position]!
  }
  return BigInt(set) | (1n << BigInt(position))
}

/** `set` with one member fewer. */
export function withoutMember(set: NodeSet, position: number): NodeSet {
  return difference(set, singleton(position))
}

/** Whether a position is a member. */
export function has(set: NodeSet, position: number): boolean {
  if (typeof set !== "number") return ((set >> BigInt(position)) & 1n) === 1n
  if (position < wordBits) return (set & (1 << position)) !== 0
  return position < numberBits && (highWord(set) & (1 << (position - wordBits))) !== 0
}

/** Whether two sets have no member in common. */
export function isDisjoint(a: NodeSet, b: NodeSet): boolean {
  if (typeof a === "number" && typeof b === "number") {
    return (a & b & wordMask) === 0 && (highWord(a) & highWord(b)) === 0
  }
  return (BigInt(a) & BigInt(b)) === 0n
}

/** Whether every member of `a` is in `b`. */
export function isSubset(a: NodeSet, b: NodeSet): boolean {
  if (typeof a === "number" && typeof b === "number") {
    return (a & ~b & wordMask) === 0 && (highWord(a) & ~highWord(b)) === 0
  }
  return (BigInt(a) & ~BigInt(b)) === 0n
}

/** The number of members. */
export function size(set: NodeSet): number {
  if (typeof set === "number") {
    return set <= wordMask ? popcount(set) : popcount(lowWord(set)) + popcount(highWord(set))
  }
  let count = 0
  for (let rest = set; rest !== 0n; rest >>= 32n) count += popcount(Number(rest & 0xffffffffn))
  return count
}

/** The number of members that two sets have in common. */
export function sizeOfIntersection(a: NodeSet, b: NodeSet): number {
  if (typeof a !== "number" || typeof b !== "number") return size(intersection(a, b))
  const low = popcount(a & b & wordMask)
  return a <= wordMask || b <= wordMask ? low : low + popcount(highWord(a) & highWord(b))
}

/** The members in increasing order. */
export function members(set: NodeSet): number[] {
  const out: number[] = []
  if (typeof set === "number") {
    pushBits(out, lowWord(set), 0)
    if (set > wordMask) pushBits(out, highWord(set), wordBits)
    return out
  }
  let base = 0
  for (let rest = set; rest !== 0n; rest >>= 30n, base += 30) pushBits(out, Number(rest & 0x3fffffffn), base)
  return out
}

/** Appends the positions of the bits of a word, each plus `base`. */
function pushBits(out: number[], word: number, base: number): void {
  for (let rest = word; rest !== 0; rest &= rest - 1) out.push(base + 31 - Math.clz32(rest & -rest))
}

/**
 * Orders sets by their members read in increasing order, as words are in a
 * dictionary. The lowest position in which they differ decides: the set that
 * has it comes first, unless the other set ends there.
 */
export function compareSets(a: NodeSet, b: NodeSet): number {
  if (a === b) return 0
  if (typeof a === "number" && typeof b === "number") {
    const [low, high] = [lowWord(a ^ b), highWord(a) ^ highWord(b)]
    const lowest = low !== 0 ? low & -low : (high & -high) * wordSize
    const hasLowest = low !== 0 ? (a & lowest) !== 0 : (highWord(a) & high & -high) !== 0
    return hasLowest ? (b > lowest ? -1 : 1) : a > lowest ? 1 : -1
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
  return set <= numberMask ? Number(set) : set
}
