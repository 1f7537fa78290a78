import { expect, test } from "vitest"
import {
  asks,
  crashes,
  judged,
  passes,
  promises,
  recovers,
  smallCluster,
} from "../../../test/support/hand-trace.ts"
import { rules } from "./rules.ts"

const cluster = smallCluster()
const [a1, a2, a3, p1] = [0, 1, 2, 3]

/** What property 4 says of a proposer that proposes C in epoch 2, after what it has heard. */
function valueSelection(...heard: Parameters<typeof judged>[2][]): string {
  const property = rules.find(({ number }) => number === "P4")!
  return judged(property, cluster, ...heard, passes(p1, a3, { type: "propose", epoch: 2, value: "C" }))
}

const answer = passes(a1, p1, { type: "promise", epoch: 2, lastAccepted: { epoch: 1, value: "A" } })

test("a promise for an epoch that was begun binds its proposer", () => {
  expect(valueSelection(asks(p1, "C"), promises(p1, a1, 2, [1, "A"]), promises(p1, a2, 2))).toBe(
    "violated: p1 proposed C in epoch 2 after promises that reported A as accepted in epoch 1",
  )
})

test("one that was asked for before a crash does not, until the epoch is begun again", () => {
  const begunBefore = [
    passes(p1, a1, { type: "prepare", epoch: 2 }),
    crashes(p1),
    recovers(p1),
    asks(p1, "C"),
  ]
  const both = [...promises(p1, a2, 2), ...promises(p1, a3, 2)]
  expect(valueSelection(begunBefore.flat(), answer, both)).toMatch(/^holds/)
  expect(valueSelection(begunBefore.flat(), both, answer)).toMatch(/^violated/)
})
