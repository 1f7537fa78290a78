import { once } from "../../base/memo.ts"

/**
 * An exact rational number: s · n / d with n ≥ 0 and d > 0 in lowest terms.
 * The arithmetic is fraction.js, the one mathjs uses; values never change.
 */
export interface Fraction {
  readonly s: bigint
  readonly n: bigint
  readonly d: bigint
  add(other: Fraction): Fraction
  sub(other: Fraction): Fraction
  mul(other: Fraction): Fraction
  div(other: Fraction): Fraction
  neg(): Fraction
  /** Negative, 0 or positive as this is less than, equal to or greater than the other. */
  compare(other: Fraction): number
  /** "3/7", or "2" for a whole number. */
  toFraction(): string
}

/** Makes fractions; obtained once from `loadFractions` and handed down, so that arithmetic itself is synchronous. */
export interface Fractions {
  readonly zero: Fraction
  readonly one: Fraction
  /** numerator / denominator; the denominator is not 0. */
  of(numerator: bigint | number, denominator?: bigint | number): Fraction
  /** The decimal number a person would write for the double: 0.1 is 1/10, not 3602879701896397/2^55. */
  decimal(value: number): Fraction
}

/** Fractions, loaded at the first call. From fraction.js itself: by way of mathjs they would cost 70 ms. */
export const loadFractions = once(async (): Promise<Fractions> => {
  const { default: Rational } = await import("fraction.js")
  const of: Fractions["of"] = (numerator, denominator = 1n) =>
    new Rational(BigInt(numerator), BigInt(denominator))
  const decimal = (value: number): Fraction => of(...ratioOfDecimal(value))
  return { zero: of(0), one: of(1), of, decimal }
})

/** Numerator and denominator of the shortest decimal that denotes the double. */
function ratioOfDecimal(value: number): [bigint, bigint] {
  const [, digits = "", after = "", exponent = "0"] =
    /^(-?\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value)) ?? []
  if (digits === "") throw new RangeError(`${value} is not a finite number.`)
  const power = Number(exponent) - after.length
  const whole = BigInt(digits + after)
  return power >= 0 ? [whole * 10n ** BigInt(power), 1n] : [whole, 10n ** BigInt(-power)]
}

/** The nearest double, also of fractions whose terms are beyond the range of doubles. */
export function toNumber({ s, n, d }: Fraction): number {
  const excess = Math.max(n.toString(2).length, d.toString(2).length) - 1000
  if (excess <= 0) return Number(s * n) / Number(d)
  return Number(s * (n >> BigInt(excess))) / Number(d >> BigInt(excess))
}

/** Whether a fraction is 0, without making another to compare with. */
export const isZero = (f: Fraction): boolean => f.n === 0n
