/**
 * Widths of Computer Modern Roman, the font of LaTeX, in thousandths of an em:
 * the digits and letters of cmr10 by its font metrics, rounded. What is not
 * listed is as wide as a sign of mathematics.
 */
const widths: Readonly<Record<number, string>> = {
  278: "ijlI.,:;!'[]|",
  333: " -",
  389: "rt()s",
  444: "aecz⌊⌋⌈⌉",
  500: "0123456789gov*/–{}_ky",
  528: "bdhnpqux",
  681: "CEFLPSJTB",
  750: "ADGHKNOQRUVXYZ&w",
  833: "m%M#",
}

const widthOf = new Map(
  Object.entries(widths).flatMap(([width, chars]) => Array.from(chars, (char) => [char, Number(width)])),
)
const signWidth = 778

/** The width of a text of a table set by LaTeX, in ems: an estimate, within a few per cent. */
export function latexWidth(text: string): number {
  // "1.37e-2" is printed as 1.37 × 10⁻², the exponent in two thirds of the size and of wider letters.
  const [, mantissa, sign = "", exponent] = /^(-?\d+(?:\.\d+)?)e(-?)(\d+)$/.exec(text) ?? []
  if (mantissa === undefined) return sumOf(text) / 1000
  const raised = 0.67 * (exponent!.length * 611 + (sign === "" ? 0 : 890))
  return (sumOf(mantissa) + signWidth + 444 + 1000 + raised) / 1000
}

function sumOf(text: string): number {
  let sum = 0
  for (const char of text) sum += widthOf.get(char) ?? signWidth
  return sum
}
