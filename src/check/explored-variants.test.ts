import { describe, expect, it } from "vitest"
import { exploreActors } from "../explore/actors/breadth-first.ts"
import { paxosCluster } from "../protocol/paxos/cluster.ts"
import { type NamedVariant, variantById, variants } from "../protocol/paxos/variants.ts"
import { type ExploredPaxos, paxosModel, paxosProperties } from "./explored-paxos.ts"

const slow = process.env["SLOW"] === "1"

/** Three acceptors, two proposers (three, where they are the acceptors), two candidates. */
function explored(variant: NamedVariant, epochs: number): ExploredPaxos {
  const cluster = paxosCluster({
    plan: variant.plan(3),
    proposers: variant.colocated === true ? 3 : 2,
    variant: variant.switches,
    ...(variant.colocated === true && { colocated: true }),
    timeout: { min: 1, max: 1 },
    backOff: { kind: "none" },
  })
  return { cluster, candidates: ["A", "B"], epochs, network: "unordered" }
}

function verdicts(variant: NamedVariant, epochs: number, mostStates: number): Record<string, string> {
  const paxos = explored(variant, epochs)
  const { outcomes } = exploreActors(paxosModel(paxos), paxosProperties(paxos), { mostStates })
  return Object.fromEntries(outcomes.map(({ property, verdict }) => [property.name, verdict.verdict]))
}

describe("every variant of the thesis, explored", () => {
  const safe = variants.filter(({ control }) => control !== true)

  it.each(safe.map((variant) => [variant.id, variant] as const))(
    "%s is not seen to be unsafe, and some run decides and learns",
    (_id, variant) => {
      const found = verdicts(variant, 2, slow ? 4_000_000 : 40_000)
      for (const property of ["agreement", "validity", "safe-learning"]) {
        expect(found[property]).toMatch(/holds|unknown/)
      }
      expect([found["some run decides"], found["some run learns"]]).toEqual(["holds", "holds"])
    },
  )

  it("most of them to the end", () => {
    const complete = [
      "classic",
      "strict",
      "revision-b",
      "revision-c",
      "by-value",
      "multi-path-recovery",
      "fast-paxos",
    ]
    for (const id of complete) {
      expect([id, verdicts(variantById(id)!, 2, 100_000)["agreement"]]).toEqual([id, "holds"])
    }
  })

  it.runIf(slow).each(safe.map((variant) => [variant.id, variant] as const))(
    "%s is not seen to be unsafe in three epochs",
    (_id, variant) => {
      expect(verdicts(variant, 3, 4_000_000)["agreement"]).toMatch(/holds|unknown/)
    },
  )

  it.runIf(slow)("the control printed-fixed is seen to be unsafe", () => {
    expect(verdicts(variantById("printed-fixed")!, 2, 4_000_000)["agreement"]).toBe("violated")
  })
})
