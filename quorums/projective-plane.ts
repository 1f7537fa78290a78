import { UsageError } from "../src/base/errors.ts"
import { acceptorNames, defineQuorumSystem, symmetric } from "../src/quorum/define.ts"
import { and, node, or } from "../src/quorum/expression.ts"
import { size } from "../src/quorum/parameter.ts"

/**
 * The lines of a finite projective plane of order t: t² + t + 1 points and as
 * many lines, t + 1 points on each, any two lines meeting in exactly one. No
 * system of quorums that all meet has a smaller load.
 */
export default defineQuorumSystem({
  id: "projectivePlane",
  summary:
    "The points of a projective plane of prime order, order^2 + order + 1 of them: all points of one line, in both phases.",
  reference: "Maekawa 1985, A √N algorithm for mutual exclusion in decentralized systems",
  parameters: [size("order")],
  examples: ["projectivePlane(2)", "projectivePlane(3)"],
  counterexamples: ["split(a1*a2*a5 + a3*a4*a5, a1*a3*a6 + a2*a4*a6 + a1*a2)"],
  parts: (order: number) => {
    const names = acceptorNames(order * order + order + 1)
    refuseComposite(order)
    const lines = planeLines(order).map((points) => and(...points.map((point) => node(names[point]!))))
    return symmetric(or(...lines), names)
  },
})

/**
 * The lines of the plane over the integers modulo a prime t, each as the
 * numbers of its points. Point (x, y) is number x·t + y, the common point of
 * all lines of slope m is t² + m, that of the verticals t² + t.
 */
function planeLines(t: number): number[][] {
  const field = [...Array(t).keys()]
  const verticals = field.map((x) => [...field.map((y) => x * t + y), t * t + t])
  const sloped = field.flatMap((slope) =>
    field.map((rise) => [...field.map((x) => x * t + ((slope * x + rise) % t)), t * t + slope]),
  )
  const infinity = [...field, t].map((slope) => t * t + slope)
  return [...verticals, ...sloped, infinity]
}

function refuseComposite(order: number): void {
  let divisor = 2
  while (divisor * divisor <= order && order % divisor !== 0) divisor++
  if (order > 1 && divisor * divisor > order) return
  const planes = primes.map((prime) => `${prime} (n = ${prime * prime + prime + 1})`)
  throw new UsageError(
    `projectivePlane(${order}): planes are built for prime orders, such as ${planes.join(", ")}. ` +
      (order === 1 ? "That of order 1 would be majority(3)." : `${order} is not a prime.`),
  )
}

const primes = [2, 3, 5, 7, 11]
