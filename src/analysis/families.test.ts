import { beforeAll, describe, expect, test } from "vitest"
import { quorumSystemFrom } from "../../quorums/from-text.ts"
import { catalogue } from "../../quorums/index.ts"
import {
  allSubsets,
  complement,
  liveCountsByBruteForce,
  minimalQuorumsByBruteForce,
} from "../../test/support/formulas.ts"
import { has, size } from "../base/node-set.ts"
import { type QuorumSystem, phases } from "../quorum/system.ts"
import { failureProbability } from "./exact/availability.ts"
import { liveCounts, quorumCensus } from "./exact/counts.ts"
import { nodeTable } from "./nodes.ts"
import { optimalStrategy } from "./strategy/optimal.ts"
import { resilience } from "./exact/resilience.ts"
import { ProgramBuilder, type Term, loadSolver, modelData } from "./strategy/solver.ts"
import { workloadOf } from "./strategy/workload.ts"

let highs: Awaited<ReturnType<typeof loadSolver>>
beforeAll(async () => {
  highs = await loadSolver()
})

/** Every example and counterexample of every family that is small enough to enumerate. */
const systems = [...catalogue.values()]
  .flatMap(({ examples, counterexamples }) => [...examples, ...counterexamples])
  .filter((text) => quorumSystemFrom(text).nodes.length <= 10)

/** The load from the definition: the program over all minimal quorums. */
function loadByEnumeration(system: QuorumSystem, minimal: readonly ReadonlySet<number | bigint>[]): number {
  const builder = new ProgramBuilder()
  const load = builder.variable(1)
  const used = minimal.map((quorums) =>
    [...quorums].map((quorum) => ({ quorum, variable: builder.variable(0) })),
  )
  for (const side of used)
    builder.row(
      1,
      1,
      side.map(({ variable }): Term => [variable, 1]),
    )
  system.nodes.forEach((_, x) => {
    const terms = used
      .flat()
      .flatMap(({ quorum, variable }): Term[] => (has(quorum, x) ? [[variable, 0.5]] : []))
    builder.row(-Infinity, 0, [...terms, [load, -1]])
  })
  return highs.withModel(modelData(highs, builder.program()), (model) => {
    model.options.set({ output_flag: false })
    model.run()
    return model.getObjectiveValue()
  })
}

describe("every family is analysed as its definition says", () => {
  test.each(systems)("%s", async (text) => {
    const system = quorumSystemFrom(text)
    const n = system.nodes.length
    const table = nodeTable(system, { failureProbability: 0.3 })
    const minimal = phases.map((phase) => minimalQuorumsByBruteForce(n, (set) => system.isQuorum(phase, set)))
    for (const phase of phases) {
      const isQuorum = (set: number | bigint): boolean => system.isQuorum(phase, set)
      const live = liveCountsByBruteForce(n, isQuorum)
      expect(liveCounts(system, phase)).toEqual(live.map(BigInt))
      expect(quorumCensus(system, phase)?.quorums).toBe(BigInt(minimal[phase - 1]!.size))
      const failing = live.reduce((sum, count, k) => sum - count * 0.7 ** k * 0.3 ** (n - k), 1)
      const answer = failureProbability(system, phase, table)
      expect(answer.kind === "exact" ? answer.value : NaN).toBeCloseTo(failing, 12)
      const killing = allSubsets(n).filter((set) => !isQuorum(complement(n, set)))
      expect(await resilience(system, phase)).toBe(Math.min(...killing.map(size), n + 1) - 1)
    }
    const request = { system, table, workload: workloadOf(0.5), limits: {}, failures: 0 }
    const best = await optimalStrategy({ ...request, objective: "load" })
    expect(best.value).toBeCloseTo(loadByEnumeration(system, minimal), 9)
    expect(best.exact).toBeDefined()
  })
})
