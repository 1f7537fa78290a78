import fc from "fast-check"
import { describe, expect, test } from "vitest"
import type { CellOutput, Content } from "./cell.ts"
import { generateHistory } from "./generate.ts"
import type { KeyValueInput } from "./key-value.ts"
import { type Operation, historyOf } from "./operation.ts"
import { type SessionGuarantee, checkSessionGuarantees, sessionGuarantees } from "./session-guarantees.ts"

type Step = readonly [client: string, input: KeyValueInput, output?: CellOutput]

const key = "x"
const put = (value: string): KeyValueInput => ({ type: "put", key, value })
const append = (value: string): KeyValueInput => ({ type: "append", key, value })
const cas = (expected: string, value: string): KeyValueInput => ({ type: "cas", key, expected, value })
const get: KeyValueInput = { type: "get", key }

/** One operation after another. */
function inTurn(steps: readonly Step[]): Operation<KeyValueInput, CellOutput>[] {
  return [
    ...historyOf(
      steps.map(([client, input, output], i) => ({
        client,
        input,
        output,
        called: 2 * i,
        returned: 2 * i + 1,
      })),
    ),
  ]
}

function verdicts(steps: readonly Step[]): Record<string, string> {
  return Object.fromEntries(
    checkSessionGuarantees(inTurn(steps)).map(({ guarantee, verdict }) => [guarantee, verdict.verdict]),
  )
}

const violated = (steps: readonly Step[]): string[] =>
  Object.entries(verdicts(steps)).flatMap(([name, verdict]) => (verdict === "violated" ? [name] : []))

describe("what each guarantee forbids", () => {
  test("read your writes: what was there before one's own write", () => {
    expect(
      violated([
        ["a", put("1")],
        ["a", put("2")],
        ["a", get, "1"],
      ]),
    ).toEqual(["read-your-writes"])
    expect(
      violated([
        ["a", put("1")],
        ["b", put("2")],
        ["a", get, null],
      ]),
    ).toEqual(["read-your-writes"])
    expect(
      violated([
        ["a", put("1")],
        ["b", put("2")],
        ["c", get, "1"],
      ]),
    ).toEqual([])
  })

  test("monotonic reads: what was there before what one has read", () => {
    const writes: Step[] = [
      ["a", put("1")],
      ["b", put("2")],
    ]
    expect(violated([...writes, ["c", get, "2"], ["c", get, "1"]])).toEqual(["monotonic-reads"])
    expect(violated([...writes, ["c", get, "2"], ["d", get, "1"], ["c", get, "2"]])).toEqual([])
    expect(violated([...writes, ["c", get, "1"], ["c", get, "2"], ["c", get, null]])).toEqual([
      "monotonic-reads",
    ])
  })

  test("monotonic writes: a write that is built on a later one of the same client", () => {
    expect(
      violated([
        ["a", append("1")],
        ["a", append("2")],
        ["b", get, "12"],
      ]),
    ).toEqual([])
    expect(
      violated([
        ["a", append("1")],
        ["a", append("2")],
        ["b", get, "21"],
      ]),
    ).toEqual(["monotonic-writes"])
    expect(
      violated([
        ["a", cas("2", "1"), true],
        ["a", put("2")],
      ]),
    ).toEqual(["monotonic-writes"])
  })

  test("writes follow reads: a read that is built on what its client writes only afterwards", () => {
    const wrong: Step[] = [
      ["b", append("1")],
      ["a", get, "21"],
      ["a", append("2")],
    ]
    expect(violated(wrong)).toEqual(["writes-follow-reads"])
    const [verdict] = checkSessionGuarantees(inTurn(wrong)).filter(
      ({ guarantee }) => guarantee === "writes-follow-reads",
    )
    expect(verdict!.verdict.because).toBe(
      "client a observed get x: 21, which depends on its later append x 2",
    )
  })
})

test("what several writes could have left is unknown, and not held", () => {
  expect(
    verdicts([
      ["a", put("1")],
      ["b", put("1")],
      ["a", get, "1"],
    ]),
  ).toEqual({
    "read-your-writes": "unknown",
    "monotonic-reads": "unknown",
    "monotonic-writes": "unknown",
    "writes-follow-reads": "unknown",
  })
})

describe("against a store of which every version is known", () => {
  const step = fc.record({ client: fc.constantFrom("a", "b", "c"), isRead: fc.boolean(), age: fc.nat(3) })

  test("reads that may be stale: a guarantee is violated exactly where the definition says so", () => {
    const seen = new Set<SessionGuarantee>()
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const { history, broken } = storeOfVersions(steps)
        broken.forEach((guarantee) => seen.add(guarantee))
        expect(violated(history)).toEqual(sessionGuarantees.filter((guarantee) => broken.has(guarantee)))
      }),
      { numRuns: 2000, seed: 1 },
    )
    expect([...seen].sort()).toEqual(["monotonic-reads", "read-your-writes"])
  })
})

/** Operations in turn; a read sees the version `age` before the last. Which guarantees that breaks, by their definitions. */
function storeOfVersions(steps: readonly { client: string; isRead: boolean; age: number }[]): {
  history: Step[]
  broken: Set<SessionGuarantee>
} {
  const versions: Content[] = [null]
  const floor = { read: new Map<string, number>(), write: new Map<string, number>() }
  const broken = new Set<SessionGuarantee>()
  const history = steps.map(({ client, isRead, age }, i): Step => {
    if (!isRead) {
      versions.push(String(i))
      floor.write.set(client, versions.length - 1)
      return [client, put(String(i))]
    }
    const at = Math.max(0, versions.length - 1 - age)
    if (at < (floor.write.get(client) ?? 0)) broken.add("read-your-writes")
    if (at < (floor.read.get(client) ?? 0)) broken.add("monotonic-reads")
    floor.read.set(client, Math.max(at, floor.read.get(client) ?? 0))
    return [client, get, versions[at]!]
  })
  return { history, broken }
}

test("what is linearizable keeps all four", () => {
  for (const seed of [1, 2, 3]) {
    const plan = { seed, operations: 600, clients: 10, keys: 2, puts: 0.2, appends: 0.2, unknown: 0.02 }
    const history = generateHistory(plan)
    const all = checkSessionGuarantees(history).map(({ verdict }) => verdict.verdict)
    expect(all).not.toContain("violated")
  }
})
