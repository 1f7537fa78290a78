import fc from "fast-check"
import { expect, test } from "vitest"
import { quorumSystemFrom } from "../../quorums/from-text.ts"
import { members } from "../base/node-set.ts"
import { closestQuorum, formatSet, isMinimalQuorum, phases } from "./system.ts"

test("the farthest member of the closest quorum is as near as that of any minimal quorum", () => {
  const systems = [
    "majority(5)",
    "grid(2, 3)",
    "classicGrid(3, 3)",
    "weighted([3, 2, 2, 1], 5, 4)",
    "a*b + c*d*e",
  ]
  fc.assert(
    fc.property(
      fc.constantFrom(...systems),
      fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 9, maxLength: 9 }),
      (text, distances) => {
        const system = quorumSystemFrom(text)
        const reach = (quorum: number | bigint): number =>
          Math.max(...members(quorum).map((p) => distances[p]!))
        for (const phase of phases) {
          const closest = closestQuorum(system, phase, (position) => distances[position]!)
          expect(isMinimalQuorum(system, phase, closest)).toBe(true)
          expect(reach(closest)).toBe(Math.min(...[...system.minimalQuorums(phase)].map(reach)))
        }
      },
    ),
    { seed: 1 },
  )
})

test("equally near nodes are taken in their order", () => {
  const system = quorumSystemFrom("majority(5)")
  expect(
    formatSet(
      system,
      closestQuorum(system, 1, () => 0),
    ),
  ).toBe("{a1 a2 a3}")
})
