import { describe, expect, it } from "vitest"
import { quorumSystemFrom } from "../../quorums/from-text.ts"
import { exploreActors } from "../world/explore/breadth-first.ts"
import type { NetworkKind } from "../world/explore/model.ts"
import { Decisions } from "./paxos/facts.ts"
import { paxosCluster } from "../protocol/paxos/cluster.ts"
import type { PaxosRecord } from "../protocol/paxos/records.ts"
import { constantPlan } from "../quorum/plan.ts"
import { simulate } from "../world/simulate/simulate.ts"
import { type PaxosTrace, decidedIn, paxosModel, paxosProperties } from "./explored-paxos.ts"
import { scenarioOfTrace } from "./simulated-trace.ts"

function traces(
  system: string,
  conditions: { network?: NetworkKind; lossy?: boolean; crashes?: number; epochs?: number; nacks?: boolean },
): { plan: ReturnType<typeof constantPlan>; traces: PaxosTrace[] } {
  const { network = "unordered", epochs = 2, nacks = false, ...rest } = conditions
  const plan = constantPlan(quorumSystemFrom(system))
  const cluster = paxosCluster({
    plan,
    proposers: 2,
    nacks,
    timeout: { min: 1, max: 1 },
    backOff: { kind: "none" },
  })
  const explored = { cluster, candidates: ["A", "B"], epochs, network, ...rest }
  // Besides violations, a long run of every kind of step: one that decides in the last epoch.
  const late = {
    kind: "sometimes" as const,
    name: "the last epoch decides, after a crash if there may be one",
    ofWorld: (world: PaxosTrace["worlds"][number]) =>
      decidedIn(plan, world.remembered).some(({ epoch }) => epoch === epochs - 1) &&
      (rest.crashes === undefined || world.locals.some(({ up }) => !up)),
  }
  const { outcomes } = exploreActors(paxosModel(explored), [...paxosProperties(explored), late])
  const found = outcomes.flatMap(({ verdict, example }) =>
    verdict.verdict === "violated" ? [verdict.witness] : example === undefined ? [] : [example],
  )
  return { plan, traces: found }
}

describe("a trace of the explorer, in the simulator", () => {
  it.each([
    ["simple(2, 1, 1)", {}],
    ["simple(3, 1, 2)", {}],
    ["simple(2, 1, 1)", { network: "ordered" }],
    ["simple(2, 1, 1)", { network: "duplicating" }],
    ["majority(2)", { crashes: 1 }],
    ["simple(2, 1, 1)", { lossy: true }],
    ["majority(2)", { epochs: 3 }],
    ["majority(2)", { epochs: 3, nacks: true }],
  ] as const)("of %s under %j decides the same and leaves the same on every disk", (system, conditions) => {
    const { plan, traces: all } = traces(system, conditions)
    expect(all.length).toBeGreaterThan(2)
    for (const trace of all) {
      const decisions = new Decisions(plan)
      const disks = new Map<number, PaxosRecord>()
      simulate(scenarioOfTrace(trace), (event) => {
        decisions.observe(event)
        if (event.type === "store") disks.set(event.process, event.record)
      })
      const last = trace.worlds.at(-1)!
      const decided = decisions.list.map(({ proposal: { epoch, value } }) => ({ epoch, value }))
      expect(decided).toHaveLength(decidedIn(plan, last.remembered).length)
      expect(decidedIn(plan, last.remembered).map(({ epoch, value }) => ({ epoch, value }))).toEqual(
        expect.arrayContaining(decided),
      )
      for (const { address, stored } of last.locals) expect(disks.get(address)).toEqual(stored)
    }
  })

  it("is refused where a crash is inside a step", () => {
    const trace = traces("simple(2, 1, 1)", {}).traces[0]!
    const steps = trace.steps.map((step) => (step.action === "deliver" ? { ...step, crashBefore: 1 } : step))
    expect(() => scenarioOfTrace({ ...trace, steps })).toThrow(/replay it instead/)
  })
})
