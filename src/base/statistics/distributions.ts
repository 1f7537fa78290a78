/**
 * The quantile of the standard normal distribution: the z below which a share
 * `probability` of it lies, 0 < probability < 1. Accurate to about 1e-16.
 *
 * Algorithm AS 241 (PPND16), Wichura 1988: a rational function of the distance
 * from the median in the middle, of √(−log tail) in the tails.
 */
export function normalQuantile(probability: number): number {
  const q = probability - 0.5
  if (Math.abs(q) <= 0.425) return q * ratio(middle, 0.180625 - q * q)
  const r = Math.sqrt(-Math.log(q < 0 ? probability : 1 - probability))
  const z = r <= 5 ? ratio(tail, r - 1.6) : ratio(farTail, r - 5)
  return q < 0 ? -z : z
}

/** Coefficients of a numerator and a denominator, the constant term first. */
type Ratio = readonly [numerator: readonly number[], denominator: readonly number[]]

const middle: Ratio = [
  [
    3.387132872796366608, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125,
    45921.953931549871457, 67265.770927008700853, 33430.575583588128105, 2509.0809287301226727,
  ],
  [
    1, 42.313330701600911252, 687.1870074920579083, 5394.1960214247511077, 21213.794301586595867,
    39307.89580009271061, 28729.085735721942674, 5226.495278852854561,
  ],
]

const tail: Ratio = [
  [
    1.42343711074968357734, 4.6303378461565452959, 5.7694972214606914055, 3.64784832476320460504,
    1.27045825245236838258, 0.24178072517745061177, 0.0227238449892691845833, 7.7454501427834140764e-4,
  ],
  [
    1, 2.05319162663775882187, 1.6763848301838038494, 0.68976733498510000455, 0.14810397642748007459,
    0.0151986665636164571966, 5.475938084995344946e-4, 1.05075007164441684324e-9,
  ],
]

const farTail: Ratio = [
  [
    6.6579046435011037772, 5.4637849111641143699, 1.7848265399172913358, 0.29656057182850489123,
    0.026532189526576123093, 0.0012426609473880784386, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
  ],
  [
    1, 0.59983220655588793769, 0.13692988092273580531, 0.0148753612908506148525, 7.868691311456132591e-4,
    1.8463183175100546818e-5, 1.4215117583164458887e-7, 2.04426310338993978564e-15,
  ],
]

function ratio([numerator, denominator]: Ratio, x: number): number {
  return horner(numerator, x) / horner(denominator, x)
}

function horner(coefficients: readonly number[], x: number): number {
  return coefficients.reduceRight((sum, coefficient) => sum * x + coefficient, 0)
}

/** Φ(x), the share of the standard normal distribution below x, by the complementary error function: to about 1e-15 relative in the tails. */
export function normalShare(x: number): number {
  return 0.5 * erfc(-x / Math.SQRT2)
}

/** A Taylor series in the middle; in the tails the continued fraction of Laplace, by Lentz's algorithm. */
function erfc(x: number): number {
  if (x < 0) return 2 - erfc(-x)
  if (x < 2) return 1 - erfSeries(x)
  return erfcFraction(x)
}

function erfSeries(x: number): number {
  let term = x
  let sum = x
  for (let n = 1; Math.abs(term) > 1e-17 * sum; n++) {
    term *= (-x * x) / n
    sum += term / (2 * n + 1)
    if (term === 0) break
  }
  return (2 / Math.sqrt(Math.PI)) * sum
}

function erfcFraction(x: number): number {
  // erfc(x) = e^{-x²}/√π · 1/(x + (1/2)/(x + (2/2)/(x + (3/2)/(x + …)))), evaluated from far below.
  let tail = x
  for (let n = 60; n >= 1; n--) tail = x + n / 2 / tail
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * tail)
}

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
