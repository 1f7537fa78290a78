import { normalQuantile } from "./normal.ts"

/** From here on the Cornish-Fisher expansion is exact to double precision, and the finite series is long. */
const manyDegrees = 1000

/**
 * The quantile of Student's t distribution: the t below which a share
 * `probability` of it lies, for a whole number of `degrees` of freedom from 1.
 *
 * Inverts the finite series of Abramowitz and Stegun 1964, 26.7.3 and 26.7.4,
 * by bisection; above a thousand degrees it is their expansion 26.7.5.
 * Accurate to about 1e-10 relative. Cost: `degrees` × 100 operations at most.
 */
export function studentQuantile(probability: number, degrees: number): number {
  if (probability === 0.5) return 0
  if (probability < 0.5) return -studentQuantile(1 - probability, degrees)
  if (degrees > manyDegrees) return expansion(normalQuantile(probability), degrees)
  const central = 2 * probability - 1
  // In terms of the angle atan(t / √degrees) the unknown is bounded whatever t is.
  let [low, high] = [0, Math.PI / 2]
  for (let middle = high / 2; middle > low && middle < high; middle = (low + high) / 2) {
    if (centralShare(middle, degrees) < central) low = middle
    else high = middle
  }
  return Math.sqrt(degrees) * Math.tan(low)
}

/** The share of the distribution between −t and t, where t = √degrees · tan(angle). */
function centralShare(angle: number, degrees: number): number {
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)]
  const odd = degrees % 2 === 1
  let term = odd ? cosine : 1
  let sum = degrees === 1 ? 0 : term
  for (let j = odd ? 3 : 2; j <= degrees - 2; j += 2) {
    term *= ((j - 1) / j) * cosine * cosine
    sum += term
  }
  return odd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum
}

function expansion(x: number, degrees: number): number {
  const [x2, v] = [x * x, degrees]
  const g1 = (x * (x2 + 1)) / 4
  const g2 = (x * ((5 * x2 + 16) * x2 + 3)) / 96
  const g3 = (x * (((3 * x2 + 19) * x2 + 17) * x2 - 15)) / 384
  const g4 = (x * ((((79 * x2 + 776) * x2 + 1482) * x2 - 1920) * x2 - 945)) / 92_160
  return x + (g1 + (g2 + (g3 + g4 / v) / v) / v) / v
}
