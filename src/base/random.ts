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
    throw new UsageError(`The seed is ${seed}; a seed is a whole number from 0 to 2^53 - 1. Try --seed 1.`)
  }
  return stream(String(seed))
}

function stream(path: string): Random {
  const generator = xoroshiro128plusFromState(hash128(path))
  const uint32 = (): number => generator.next() >>> 0
  const below = (n: number): number => {
    if (!Number.isInteger(n) || n < 1 || n > 2 ** 32) {
      throw new UsageError(
        `A uniform draw below ${n} was asked for; the bound is a whole number from 1 to 2^32.`,
      )
    }
    // Values from the last, incomplete run of n are drawn again, so that none is favoured.
    const limit = 2 ** 32 - (2 ** 32 % n)
    let value = uint32()
    while (value >= limit) value = uint32()
    return value % n
  }
  return {
    // With its length before it, a name that contains a slash is not taken for two names.
    fork: (name) => stream(`${path}/${name.length}:${name}`),
    uint32,
    unit: () => ((uint32() >>> 5) * 67_108_864 + (uint32() >>> 6)) / 9_007_199_254_740_992,
    below,
    between: (min, max) => min + below(max - min + 1),
  }
}

/**
 * 128 well-mixed bits of a text, never all zero: the state of a stream. Four
 * lanes of multiply-and-rotate, each finished by MurmurHash3's mixer.
 */
function hash128(text: string): [number, number, number, number] {
  const lanes: [number, number, number, number] = [0x9e3779b9, 0x243f6a88, 0xb7e15162, 0x6a09e667]
  const factors = [0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f, 0x165667b1] as const
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    for (let lane = 0; lane < 4; lane++) {
      const mixed = Math.imul(lanes[lane]! ^ unit, factors[lane]!)
      lanes[lane] = (mixed << 13) | (mixed >>> 19)
    }
  }
  const sum = lanes.reduce((a, b) => (a + b) | 0, text.length)
  lanes.forEach((lane, i) => (lanes[i] = finish(lane ^ Math.imul(sum + i, factors[i]!))))
  if (lanes.every((lane) => lane === 0)) lanes[0] = 1
  return lanes
}

function finish(value: number): number {
  let h = value
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) | 0
}
