/**
 * How a number is rounded: to decimals, or to significant digits where values
 * of one column differ by orders of magnitude, as small probabilities do.
 */
export interface Rounding {
  /** Decimals kept; 0 unless said. */
  readonly digits?: number
  /** Significant digits kept, at least 1, written as in 1.37e-2; takes the place of `digits`. */
  readonly significant?: number
}

/** The number as it is written in a CSV and in tables: "12.50", or "1.37e-2" by significant digits. */
export function numberText(value: number, { digits = 0, significant }: Rounding): string {
  if (significant === undefined) return value.toFixed(digits)
  return value === 0 ? "0" : value.toExponential(significant - 1).replace(/e\+0$/, "")
}
