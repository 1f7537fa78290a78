import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { decisionsIn, playDecree } from "../../run/figures/figure.ts"
import { setting } from "../../run/figures/setting.ts"
import { type EpochAllocation, type EpochSource, epochSource, uniquenessOf } from "./epochs.ts"
import type { ProposerRecord } from "./records.ts"

/** The first epochs of a source, and how many writes they cost; `restartAt` crashes it after that many. */
function use(source: EpochSource, count: number, restartAt = -1): { epochs: number[]; writes: number } {
  let stored: ProposerRecord | null = null
  let last: number | null = null
  let writes = 0
  const epochs: number[] = []
  for (let i = 0; i < count; i++) {
    if (i === restartAt) {
      const recovered = source.recovered(stored)
      last = recovered.lastEpoch
      if (recovered.record !== null) {
        stored = recovered.record
        writes++
      }
    }
    const epoch: number = source.next(last, null, stored)!
    const record = source.record(epoch, stored)
    if (record !== null) {
      stored = record
      writes++
    }
    epochs.push(epoch)
    last = epoch
  }
  return { epochs, writes }
}

const preAllocated: readonly EpochAllocation[] = [
  { kind: "round-robin" },
  { kind: "sequence" },
  { kind: "versioned", restarts: 8 },
  { kind: "reserved", ahead: 3 },
  { kind: "multi-path", fast: { kind: "by-value", values: ["x"] } },
]

describe("epochs dealt out in advance (§3.8)", () => {
  test.each(preAllocated.map((allocation) => [allocation.kind, allocation] as const))(
    "%s: no epoch is used twice, by two proposers or in two lives of one (property 1)",
    (_, allocation) => {
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 4 }), fc.nat(9), (proposers, restartAt) => {
          const used = Array.from({ length: proposers }, (__, index) => {
            return use(epochSource(allocation, index, proposers), 10, restartAt).epochs
          }).flat()
          expect(new Set(used).size).toBe(used.length)
        }),
      )
    },
  )

  test("synchronous writes for ten epochs and one restart", () => {
    const writes = (allocation: EpochAllocation): number => use(epochSource(allocation, 0, 2), 10, 5).writes
    expect(writes({ kind: "round-robin" })).toBe(10)
    expect(writes({ kind: "sequence" })).toBe(10)
    expect(writes({ kind: "versioned", restarts: 4 })).toBe(1)
    // Bounds of four epochs each: two in the first life; the restart forfeits the rest of the second.
    expect(writes({ kind: "reserved", ahead: 3 })).toBe(4)
    expect(writes({ kind: "recovery", durable: false })).toBe(0)
    expect(writes({ kind: "recovery", durable: true })).toBe(10)
    expect(writes({ kind: "voting" })).toBe(10)
    expect(writes({ kind: "by-value", values: ["A", "B"] })).toBe(0)
  })

  test("triples (sid, pid, vid) are in lexicographic order, and run out of versions with a word of advice", () => {
    const source = epochSource({ kind: "versioned", restarts: 3 }, 1, 2)
    expect(use(source, 4).epochs).toEqual([3, 9, 15, 21])
    expect(use(source, 4, 2).epochs).toEqual([3, 9, 4, 10])
    expect(() => source.recovered({ role: "proposer", lastEpoch: null, version: 2 })).toThrow(
      /Allow more restarts/,
    )
  })
})

describe("other allocations", () => {
  test("by value: a value's epochs come round, and no others", () => {
    const source = epochSource({ kind: "by-value", values: ["x", "y", "z"] }, 0, 1)
    expect(source.next(null, "y")).toBe(1)
    expect(source.next(1, "y")).toBe(4)
    expect(source.next(1, "x")).toBe(3)
    expect(source.valueFor(5)).toBe("z")
  })

  test("multi-path by value: later epochs belong to proposers again", () => {
    const source = epochSource({ kind: "multi-path", fast: { kind: "by-value", values: ["x", "y"] } }, 1, 2)
    expect(source.next(null, "y")).toBe(1)
    expect(source.next(1, "y")).toBe(3)
    expect(source.next(null, "other")).toBe(3)
    expect(source.valueFor(3)).toBeNull()
  })

  test("table 7.2", () => {
    const row = (allocation: EpochAllocation): string => {
      const { toValues, toProposers, preAssigned } = uniquenessOf(allocation, 0)
      return [toValues, toProposers].map((yes) => (yes ? "Y" : "N")).join("/") + ` ${preAssigned}`
    }
    expect(row({ kind: "round-robin" })).toBe("Y/Y to proposers")
    expect(row({ kind: "voting" })).toBe("Y/Y no")
    expect(row({ kind: "allocator" })).toBe("Y/Y no")
    expect(row({ kind: "register" })).toBe("Y/N no")
    expect(row({ kind: "by-value", values: ["A"] })).toBe("Y/N to values")
    expect(row({ kind: "recovery", durable: false })).toBe("N/N no")
  })
})

test("voting does not replace the proposer's write: forgetting it, one proposer proposes two values in one epoch", () => {
  // The same acceptor promise holds for both lives of p1; with its record kept, the second life uses epoch 1.
  const script = ["p1 proposes A", "p1 -> a1 a2", "a1 a2 -> p1", "p1 crashes", "p1 recovers", "p1 proposes B"]
  const voting = setting({ epochs: { kind: "voting" }, promise: "voting" })
  const { world } = playDecree(voting, script)
  expect(world.inFlight.at(-1)!.message).toMatchObject({ type: "prepare", epoch: 1 })
  const forgetful = setting({ epochs: { kind: "voting" }, promise: "voting", failStop: true })
  expect(playDecree(forgetful, script).world.inFlight.at(-1)!.message).toMatchObject({
    type: "prepare",
    epoch: 0,
  })
  expect(decisionsIn(world.events, voting)).toEqual([])
})
