import { quorumSystemFrom } from "../quorums/from-text.ts"
import { exploreSpec } from "../src/explore/spec/explore.ts"
import { specModel } from "../src/explore/spec/model.ts"

/**
 * The specification-level explorer: states per CPU-second and bytes per state,
 * from ten thousand states to ten million. Run with `npm run bench:explore`.
 *
 * The yardstick beside it is the bare table: inserting as many distinct 32-bit
 * keys into an open-addressing table as the search generates successors.
 */
const cases = [
  ["majority(3)", 2, 2],
  ["simple(3, 3, 1)", 2, 3],
  ["simple(5, 4, 2)", 2, 2],
  ["majority(3)", 3, 3],
  ["simple(5, 2, 4)", 2, 2],
  ["simple(4, 3, 2)", 2, 3],
  ["majority(3)", 2, 4],
  ["simple(4, 2, 3)", 2, 3],
] as const

function cpuSeconds(work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6
}

/** Seconds to look up `count` well-spread keys in a table as large as the widest level needs. */
function bareTable(count: number, slots: number): number {
  const table = new Uint32Array(slots)
  return cpuSeconds(() => {
    let key = 1
    for (let i = 0; i < count; i++) {
      key = Math.imul(key, 1_664_525) + 1_013_904_223
      table[(key >>> 7) & (slots - 1)]! += 1
    }
  })
}

console.log("system           V B   distinct  generated depth  CPU s  states/s  bytes/state  bare table s")
for (const [text, values, epochs] of cases) {
  const model = specModel(quorumSystemFrom(text), { values, epochs })
  let result = exploreSpec(model)
  const seconds = cpuSeconds(() => (result = exploreSpec(model)))
  const slots = 2 ** Math.ceil(Math.log2(2 * Math.max(...result.levels)))
  console.log(
    [
      text.padEnd(16),
      values,
      epochs,
      String(result.distinct).padStart(10),
      String(result.generated).padStart(10),
      String(result.depth).padStart(5),
      seconds.toFixed(2).padStart(6),
      Math.round(result.distinct / seconds)
        .toLocaleString("en")
        .padStart(9),
      (result.bytesMax / result.distinct).toFixed(1).padStart(12),
      bareTable(result.generated, slots).toFixed(2).padStart(13),
    ].join(" "),
  )
}
