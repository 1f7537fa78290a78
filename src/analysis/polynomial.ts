/**
 * Polynomials with whole-number coefficients, lowest degree first: generating
 * functions that count sets by their size.
 */
export type Polynomial = readonly bigint[]

/** The sum, of the length of the longer. */
export function addPolynomials(a: Polynomial, b: Polynomial): bigint[] {
  const sum = a.length >= b.length ? [...a] : [...b]
  const other = a.length >= b.length ? b : a
  other.forEach((term, i) => (sum[i]! += term))
  return sum
}

/** The product. Where the factors count sets of disjoint nodes by size, it counts their unions. */
export function multiplyPolynomials(a: Polynomial, b: Polynomial): bigint[] {
  if (a.length === 0 || b.length === 0) return []
  const product = Array<bigint>(a.length + b.length - 1).fill(0n)
  a.forEach((x, i) => {
    if (x === 0n) return
    b.forEach((y, j) => {
      if (y !== 0n) product[i + j]! += x * y
    })
  })
  return product
}

/** The binomial coefficients of n, which are those of (1 + x)ⁿ: how many subsets of each size n things have. */
export function binomials(n: number): bigint[] {
  const row = [1n]
  for (let k = 1; k <= n; k++) row.push((row[k - 1]! * BigInt(n - k + 1)) / BigInt(k))
  return row
}
