import { describe, expect, it } from "vitest"
import { quorumSystemFrom } from "../../../quorums/from-text.ts"
import { exploreSpec } from "./explore.ts"
import { specModel } from "./model.ts"
import { Shard } from "./shard.ts"

/** What the coordinator of the workers does, without threads. */
function exploreInShards(text: string, shards: number, symmetry?: { acceptors: boolean; values: boolean }) {
  const model = specModel(quorumSystemFrom(text), { values: 2, epochs: 2 })
  const all = Array.from({ length: shards }, (_, shard) => new Shard({ model, symmetry, shard, shards }))
  let [distinct, generated, depth, perShard] = [1, 1, 1, all.map(() => 0)]
  for (let found = 1; found > 0;) {
    for (let done = false; !done;) {
      const parts = all.map((shard) => shard.expandRound())
      generated += parts.reduce((sum, part) => sum + part.generated, 0)
      done = parts.every((part) => part.done)
      all.forEach((shard, i) => parts.forEach(({ outboxes }) => shard.receive(outboxes[i]!)))
    }
    const ends = all.map((shard) => shard.endLevel())
    perShard = perShard.map((sum, i) => sum + ends[i]!.found)
    found = ends.reduce((sum, end) => sum + end.found, 0)
    distinct += found
    if (found > 0) depth++
  }
  return { distinct, generated, depth, perShard }
}

describe("a search in shards", () => {
  it.each([1, 2, 3, 7])("counts the same in %i", (shards) => {
    for (const system of ["majority(3)", "simple(4, 2, 2)", "grid(2, 2)"]) {
      const whole = exploreSpec(specModel(quorumSystemFrom(system), { values: 2, epochs: 2 }))
      const { perShard, ...counts } = exploreInShards(system, shards)
      expect(counts).toEqual({ distinct: whole.distinct, generated: whole.generated, depth: whole.depth })
      // The work is dealt out: no shard has more than twice its share.
      expect(Math.max(...perShard)).toBeLessThan((2 * whole.distinct) / shards)
    }
  })

  it("counts the same orbits", () => {
    const symmetry = { acceptors: true, values: true }
    expect(exploreInShards("majority(3)", 3, symmetry).distinct).toBe(443)
  })
})
