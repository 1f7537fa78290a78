import { quorumSystemFrom } from "../quorums/from-text.ts"
import { exploreSpec } from "../src/world/spec/explore.ts"
import { specModel } from "../src/world/spec/model.ts"
import { paxosModel, paxosProperties } from "../src/check/explored-paxos.ts"
import { exploreActors } from "../src/world/explore/breadth-first.ts"
import { networkKinds } from "../src/world/explore/model.ts"
import { paxosCluster } from "../src/protocol/paxos/cluster.ts"
import { constantPlan } from "../src/quorum/plan.ts"
import { cpuSeconds } from "./timing.ts"

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

console.log("\nactors: classic Paxos, majority(3), 2 proposers")
console.log("network      epochs  crashes   distinct  CPU s  states/s  bytes/state")
for (const [network, epochs, crashes] of [
  ...networkKinds.map((kind) => [kind, 2, 0] as const),
  ["unordered", 2, 1] as const,
  ["unordered", 3, 0] as const,
]) {
  const cluster = paxosCluster({
    plan: constantPlan(quorumSystemFrom("majority(3)")),
    proposers: 2,
    timeout: { min: 1, max: 1 },
    backOff: { kind: "none" },
  })
  const explored = { cluster, candidates: ["A", "B"], epochs, network, crashes }
  const search = () =>
    exploreActors(paxosModel(explored), paxosProperties(explored), { maxStates: 2_000_000 })
  let result = search()
  const seconds = cpuSeconds(() => (result = search()))
  console.log(
    [
      network.padEnd(12),
      String(epochs).padStart(6),
      String(crashes).padStart(8),
      String(result.distinct).padStart(10),
      seconds.toFixed(2).padStart(6),
      Math.round(result.distinct / seconds)
        .toLocaleString("en")
        .padStart(9),
      (result.bytesMax / result.distinct).toFixed(0).padStart(12),
    ].join(" "),
  )
}
