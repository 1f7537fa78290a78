import { describe, expect, test } from "vitest"
import {
  accepts,
  crashes,
  judged,
  passes,
  promises,
  recovers,
  smallCluster,
  writes,
} from "../../../test/support/hand-trace.ts"
import { preparesRaise, rolesKeepApart, voidedProposals } from "./statements.ts"

const cluster = smallCluster()
const [a1, a2, a3, p1, p2] = [0, 1, 2, 3, 4]

test("processes of one role must not talk to each other", () => {
  expect(judged(rolesKeepApart, cluster, promises(p1, a1, 0))).toMatch(/^holds: 2 messages/)
  expect(judged(rolesKeepApart, cluster, passes(p1, p2, { type: "prepare", epoch: 0 }))).toBe(
    "violated: p1 sent prepare to p2, a proposer as well",
  )
  expect(judged(rolesKeepApart, cluster, passes(a1, a2, { type: "accept", epoch: 0 }))).toMatch(
    /a1 sent accept to a2/,
  )
})

describe("a prepare of a greater epoch", () => {
  test("must have raised the acceptor's when it is answered", () => {
    expect(judged(preparesRaise, cluster, promises(p1, a1, 0), promises(p2, a1, 3))).toMatch(
      /^holds: 2 prepares/,
    )
    const unraised = [
      ...passes(p2, a1, { type: "prepare", epoch: 3 }),
      ...passes(a1, p2, { type: "promise", epoch: 3, lastAccepted: null }),
    ]
    expect(judged(preparesRaise, cluster, promises(p1, a1, 0), unraised)).toBe(
      "violated: a1 handled prepare(3) and has promised only 0",
    )
  })

  test("must have raised it when something later is answered", () => {
    const later = [
      ...passes(p2, a1, { type: "prepare", epoch: 3 }),
      ...passes(p1, a1, { type: "propose", epoch: 0, value: "A" }),
      ...passes(a1, p1, { type: "no-accept", epoch: 0, lastPromised: 0 }),
    ]
    expect(judged(preparesRaise, cluster, promises(p1, a1, 0), later)).toMatch(/^violated/)
  })

  test("raises nothing if the acceptor crashes first", () => {
    const lost = [...passes(p2, a1, { type: "prepare", epoch: 3 }), crashes(a1), recovers(a1)]
    expect(judged(preparesRaise, cluster, lost, promises(p1, a1, 0))).toMatch(/^holds: 1 prepares/)
  })
})

describe("duelling proposers", () => {
  const preparedByP1 = [...promises(p1, a1, 0), ...promises(p1, a2, 0)]
  const voidedByP2 = [...promises(p2, a1, 1), ...promises(p2, a2, 1)]
  const proposedByP1 = passes(p1, a3, { type: "propose", epoch: 0, value: "A" })

  test("void each other's proposals: figure 2.6 has a voided proposal in every round and no decision", () => {
    const again = [
      ...passes(p2, a3, { type: "propose", epoch: 1, value: "B" }),
      ...promises(p1, a1, 2),
      ...promises(p1, a2, 2),
    ]
    expect(judged(voidedProposals, cluster, preparedByP1, proposedByP1, voidedByP2, again)).toBe(
      "holds: 2 voided proposals were checked",
    )
  })

  test("a voided proposal that is decided all the same is a violation", () => {
    const decided = [writes(a1, 1, [0, "A"]), writes(a2, 1, [0, "A"])]
    expect(judged(voidedProposals, cluster, preparedByP1, proposedByP1, voidedByP2, decided)).toBe(
      "violated: (0, A) was decided after promises of epoch 1 had voided it",
    )
  })

  test("a proposal that enough acceptors have taken is void no more", () => {
    const trace = [
      ...preparedByP1,
      ...accepts(p1, a1, 0, "A"),
      ...promises(p2, a2, 1),
      ...accepts(p1, a3, 0, "A"),
    ]
    expect(judged(voidedProposals, cluster, trace)).toBe("holds: vacuous: 0 voided proposals")
  })
})
