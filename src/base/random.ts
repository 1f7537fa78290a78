import type { RandomGenerator } from "pure-rand/types/RandomGenerator"
import { xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus"
import { UsageError } from "./errors.ts"

/**
 * A stream of pseudo-random numbers (xoroshiro128+), named from one seed.
 *
 * `fork(name)` derives an independent stream that depends only on the seed and
 * the names on the way to it, never on what has been drawn: adding a draw in
 * one place moves nothing anywhere else.
 */
export interface Random {
  /** The stream called `name` below this one; the same name gives the same stream, from its beginning. */
  fork(name: string): Random
  /** A uniform integer in [0, 2³²). */
  uint32(): number
  /** A uniform double in [0, 1), with 53 random bits. */
  unit(): number
  /** A uniform integer in [0, n), without bias; 1 ≤ n ≤ 2³². */
  below(n: number): number
  /** A uniform integer in [min, max], both included; max − min below 2³². */
  between(min: number, max: number): number
}

/** The root stream of a seed: an integer of up to 53 bits. The same seed gives the same numbers on every machine. */
export function randomFromSeed(seed: number): Random {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new UsageError(`the seed is ${seed}; must be an integer from 0 to 2^53 - 1. Try --seed 1.`)
  }
  return new Stream(undefined, String(seed))
}

/**
 * A stream is named by a path, `1/7:network/4:loss`, whose hash is where its
 * generator begins. A run has dozens of streams and draws from a few: a fork
 * remembers its parent and its part of the path, and nothing is hashed before
 * something is drawn. A path is hashed on from where its parent's hash stopped.
 */
class Stream implements Random {
  private readonly parent: Stream | undefined
  private readonly name: string
  private hash: PathHash | undefined
  private generator: RandomGenerator | undefined

  constructor(parent: Stream | undefined, name: string) {
    this.parent = parent
    this.name = name
  }

  fork(name: string): Random {
    return new Stream(this, name)
  }

  uint32(): number {
    this.generator ??= xoroshiro128plusFromState(finished(this.path()))
    return this.generator.next() >>> 0
  }

  unit(): number {
    return ((this.uint32() >>> 5) * 67_108_864 + (this.uint32() >>> 6)) / 9_007_199_254_740_992
  }

  below(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > 2 ** 32) {
      throw new UsageError(`the bound of a uniform draw is ${n}; must be an integer from 1 to 2^32.`)
    }
    let value = this.uint32()
    // Values from the last, incomplete run of n are drawn again, so that none is favoured.
    if (value >= 2 ** 32 - n) {
      const limit = 2 ** 32 - (2 ** 32 % n)
      while (value >= limit) value = this.uint32()
    }
    return value % n
  }

  between(min: number, max: number): number {
    return min + this.below(max - min + 1)
  }

  private path(): PathHash {
    this.hash ??=
      this.parent === undefined
        ? hashedOn(emptyPath, this.name)
        : // With its length before it, a name that contains a slash is not taken for two names.
          hashedOn(this.parent.path(), `/${this.name.length}:${this.name}`)
    return this.hash
  }
}

/** The hash of a text that may go on: four lanes of multiply-and-rotate, and how long it is. */
interface PathHash {
  readonly a: number
  readonly b: number
  readonly c: number
  readonly d: number
  readonly length: number
}

const emptyPath: PathHash = { a: 0x9e3779b9, b: 0x243f6a88, c: 0xb7e15162, d: 0x6a09e667, length: 0 }

function hashedOn(before: PathHash, text: string): PathHash {
  let { a, b, c, d } = before
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    a = rotated(Math.imul(a ^ unit, 0x85ebca6b))
    b = rotated(Math.imul(b ^ unit, 0xc2b2ae35))
    c = rotated(Math.imul(c ^ unit, 0x27d4eb2f))
    d = rotated(Math.imul(d ^ unit, 0x165667b1))
  }
  return { a, b, c, d, length: before.length + text.length }
}

function rotated(value: number): number {
  return (value << 13) | (value >>> 19)
}

/** 128 well-mixed bits of a path, never all zero: the state of a stream. */
function finished({ a, b, c, d, length }: PathHash): [number, number, number, number] {
  const sum = (length + a + b + c + d) | 0
  const state: [number, number, number, number] = [
    mixed(a ^ Math.imul(sum, 0x85ebca6b)),
    mixed(b ^ Math.imul(sum + 1, 0xc2b2ae35)),
    mixed(c ^ Math.imul(sum + 2, 0x27d4eb2f)),
    mixed(d ^ Math.imul(sum + 3, 0x165667b1)),
  ]
  if ((state[0] | state[1] | state[2] | state[3]) === 0) state[0] = 1
  return state
}

/** MurmurHash3's mixer. */
function mixed(value: number): number {
  let h = value
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) | 0
}
