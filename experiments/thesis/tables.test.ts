import { describe, expect, test } from "vitest"
import { renderMarkdown } from "../../src/experiment/render/markdown.ts"
import { bodyRows } from "../../src/experiment/table.ts"
import { haltingReports } from "./errata.ts"
import { promisesWithRecovery } from "./chapter-7.ts"
import { thesisTables } from "./index.ts"

describe("the tables of the thesis, computed", () => {
  test.each([...thesisTables])("%s is what its file says", async (id, make) => {
    await expect(renderMarkdown(make())).toMatchFileSnapshot(
      `../../test/testdata/thesis/table-${id.slice(7)}.md`,
    )
  })

  test("table 2.4 has the numbers of the thesis", () => {
    const rows = new Map(bodyRows(thesisTables.get("thesis-2.4")!()).map(([head, ...cells]) => [head, cells]))
    expect(rows.get("messages, to one quorum")).toEqual(["2", "8", "12", "12", "16"])
    // 2n + 2 for odd n, 2n + 4 for even n; 4n to everyone.
    expect(rows.get("messages, to all acceptors")).toEqual(["2", "12", "16", "20", "28"])
    expect(rows.get("round trips")).toEqual(["1", "2", "2", "2", "2"])
    expect(rows.get("synchronous writes on the way")).toEqual(["1", "3", "3", "3", "3"])
    expect(rows.get("live proposers")![1]).toBe("exactly 1")
  })

  test("table 7.1 equals the thesis's, and its bounds", () => {
    const printed: readonly (readonly [number, number, number, number])[] = [
      [2, 2, 1, 1],
      [3, 2, 2, 3],
      [3, 3, 1, 1],
      [4, 3, 2, 3],
      [4, 4, 1, 1],
      [5, 3, 3, 5],
      [5, 4, 2, 3],
      [5, 5, 1, 1],
      [6, 4, 3, 5],
      [6, 5, 2, 3],
      [6, 6, 1, 1],
      [7, 4, 4, 7],
      [7, 5, 3, 5],
      [7, 6, 2, 3],
      [7, 7, 1, 1],
    ]
    for (const [n, k, min, max] of printed) {
      expect(promisesWithRecovery(n, k)).toEqual({ min, max })
      expect(min).toBe(n - k + 1)
      expect(max).toBe(2 * n - 2 * k + 1)
    }
  })

  test("§4.3.2 and §5.4: the sets of the thesis, and its five early finishes", () => {
    const quorums = bodyRows(thesisTables.get("thesis-4.3.2")!()).map(([, , cell]) => cell)
    expect(quorums.slice(0, 3)).toEqual([
      "{}",
      "{u1} {u2 u3 u4} {u2 u3 u5} {u2 u4 u5} {u3 u4 u5}",
      "{u1 u2} {u1 u3 u4} {u1 u3 u5} {u1 u4 u5} {u2 u3 u4} {u2 u3 u5} {u2 u4 u5} {u3 u4 u5}",
    ])
    expect(bodyRows(thesisTables.get("thesis-5.4")!())).toHaveLength(5)
  })

  test("erratum E6: the printed threshold halts unless n ≡ 1 (mod 4), the corrected one never", () => {
    for (let n = 2; n <= 16; n++) {
      expect(haltingReports(n, "corrected")).toBeUndefined()
      expect(haltingReports(n, "printed") === undefined).toBe(n % 4 === 1)
    }
  })

  test("table 5.1's conditions are the algorithms'", () => {
    const rows = bodyRows(thesisTables.get("thesis-5.1")!())
    expect(rows.map(([, , same]) => same)).toEqual([true, true, true])
  })
})
