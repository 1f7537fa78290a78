import { describe, expect, test } from "vitest"
import { accepts, asks, judged, learns, smallCluster, writes } from "../../../test/support/hand-trace.ts"
import { agreement, lastPromisedMonotone, safeLearning, validity } from "./safety.ts"

const cluster = smallCluster()
const [a1, a2, a3, p1, p2] = [0, 1, 2, 3, 4]

describe("agreement", () => {
  test("holds where one value is decided twice", () => {
    const trace = [
      writes(a1, 0, [0, "A"]),
      writes(a2, 0, [0, "A"]),
      writes(a1, 1, [1, "A"]),
      writes(a3, 1, [1, "A"]),
    ]
    expect(judged(agreement, cluster, trace)).toBe("holds: 2 decisions were checked")
  })

  test("is violated by two values, even if the first has been overwritten since", () => {
    const trace = [
      writes(a1, 0, [0, "A"]),
      writes(a2, 0, [0, "A"]),
      writes(a1, 1, [1, "B"]),
      writes(a2, 1, [1, "B"]),
    ]
    expect(judged(agreement, cluster, trace)).toBe(
      "violated: A was decided in epoch 0 by {a1 a2}, and B was decided in epoch 1 by {a1 a2}",
    )
  })

  test("does not add up acceptances of different epochs or values", () => {
    const trace = [writes(a1, 0, [0, "A"]), writes(a2, 1, [1, "A"]), writes(a3, 0, [0, "B"])]
    expect(judged(agreement, cluster, trace)).toBe("holds: vacuous: 0 decisions")
  })
})

describe("validity", () => {
  test("is violated when a value is decided that nobody asked for", () => {
    const decided = [writes(a1, 0, [0, "A"]), writes(a2, 0, [0, "A"])]
    expect(judged(validity, cluster, asks(p1, "A"), decided)).toMatch(/^holds/)
    expect(judged(validity, cluster, asks(p1, "B"), decided)).toBe(
      "violated: A was decided, and no client proposed it",
    )
  })

  test("is violated when such a value is learned", () => {
    expect(judged(validity, cluster, asks(p1, "B"), learns(p1, 0, "A"))).toMatch(/^violated: A was learned/)
  })
})

describe("safe learning", () => {
  test("is violated when a value is learned before it is decided, not after", () => {
    const decided = [...accepts(p1, a1, 0, "A"), ...accepts(p1, a2, 0, "A")]
    expect(judged(safeLearning, cluster, decided, learns(p1, 0, "A"))).toMatch(/^holds/)
    expect(judged(safeLearning, cluster, learns(p1, 0, "A"), decided)).toBe(
      "violated: p1 learned A in epoch 0, which was not decided",
    )
  })
})

describe("the acceptor's last promised epoch", () => {
  test("must not decrease", () => {
    expect(judged(lastPromisedMonotone, cluster, writes(a1, 2), writes(a2, 1), writes(a1, 2))).toMatch(
      /^holds/,
    )
    expect(judged(lastPromisedMonotone, cluster, writes(a1, 2), writes(a1, 1))).toMatch(
      /^violated: a1 promised epoch 1 after 2/,
    )
    expect(judged(lastPromisedMonotone, cluster, writes(a1, 2), writes(a1, null))).toMatch(/^violated/)
  })

  test("must cover what is accepted", () => {
    expect(judged(lastPromisedMonotone, cluster, writes(a1, 1, [2, "A"]))).toMatch(
      /^violated: a1 accepted in epoch 2 and promised only 1/,
    )
  })
})

test("two proposers may ask for the same value: it is decided once or twice, but it is one", () => {
  const trace = [
    asks(p1, "A"),
    asks(p2, "A"),
    ...accepts(p1, a1, 0, "A"),
    ...accepts(p2, a2, 1, "A"),
    ...accepts(p2, a3, 1, "A"),
  ]
  expect(judged(agreement, cluster, trace)).toBe("holds: 1 decisions were checked")
})
