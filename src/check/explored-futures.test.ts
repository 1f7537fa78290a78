import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { quorumSystemFrom } from "../../quorums/from-text.ts"
import { exploreActors } from "../world/explore/breadth-first.ts"
import { canonicalText } from "../world/explore/canonical-text.ts"
import { exploreDepthFirst } from "../world/explore/depth-first.ts"
import { paxosCluster } from "../protocol/paxos/cluster.ts"
import { variantNamed } from "../protocol/paxos/variants.ts"
import { constantPlan } from "../quorum/plan.ts"
import { type ExploredPaxos, type PaxosProperty, paxosModel, paxosProperties } from "./explored-paxos.ts"
import { mutantNamed } from "./paxos/mutants.ts"

const slow = process.env["SLOW"] === "1"
const backOff = { kind: "none" } as const

interface Conditions {
  readonly system: string
  readonly variant: string
  readonly mutant: string | null
  readonly epochs: number
  readonly network: "unordered" | "duplicating"
  readonly lossy: boolean
  readonly crashes: number
}

function explored({ system, variant, mutant, ...rest }: Conditions): ExploredPaxos {
  const { switches, colocated } = variantNamed(variant)
  const plan = constantPlan(quorumSystemFrom(system))
  const options = {
    plan,
    proposers: colocated === true ? plan.nodes.length : 2,
    variant: switches,
    ...(colocated === true && { colocated }),
    timeout: { min: 1, max: 1 },
    backOff,
  }
  const sound = paxosCluster(options)
  const cluster = mutant === null ? sound : mutantNamed(mutant).apply(sound, options)
  return { cluster, candidates: ["A", "B"], ...rest }
}

const maxStates = slow ? 1_000_000 : 60_000

/** A search that notes every memory it is asked about, beside its verdicts. */
function searched(paxos: ExploredPaxos, reduce: boolean) {
  const memories = new Set<string>()
  const note: PaxosProperty = {
    kind: "always",
    name: "noted",
    ofHistory: (memory) => memories.add(canonicalText(memory)).size > 0,
  }
  const result = exploreActors(paxosModel(paxos), [note, ...paxosProperties(paxos)], { reduce, maxStates })
  const verdicts = result.outcomes.map(({ verdict, stepsToViolation }) => [verdict.verdict, stepsToViolation])
  return { memories, verdicts, distinct: result.distinct, complete: result.complete }
}

const conditions: fc.Arbitrary<Conditions> = fc.record({
  system: fc.constantFrom("majority(2)", "simple(2, 1, 1)", "simple(2, 2, 1)", "simple(2, 1, 2)"),
  variant: fc.constantFrom(
    "classic",
    "nacks",
    "termination",
    "voting",
    "copying",
    "replicas",
    "phase-1-first",
  ),
  mutant: fc.constantFrom(null, null, "empty-promise", "old-epochs", "one-accept", "no-disk"),
  epochs: fc.integer({ min: 1, max: 2 }),
  network: fc.constantFrom("unordered", "duplicating"),
  lossy: fc.boolean(),
  crashes: fc.integer({ min: 0, max: 1 }),
})

describe("states that no future can tell apart, merged", () => {
  it("leave the same memories to be reached, the same verdicts and the same shortest violations", () => {
    fc.assert(
      fc.property(conditions, (given) => {
        const paxos = explored(given)
        const whole = searched(paxos, false)
        fc.pre(whole.complete)
        const merged = searched(paxos, true)
        expect(merged.memories).toEqual(whole.memories)
        expect(merged.verdicts).toEqual(whole.verdicts)
        expect(merged.distinct).toBeLessThanOrEqual(whole.distinct)
      }),
      { numRuns: slow ? 300 : 20 },
    )
  })

  const classic = { variant: "classic", mutant: null, lossy: false, crashes: 0 }
  it("are fewer: an eighth of classic Paxos", () => {
    const paxos = explored({ ...classic, system: "majority(3)", epochs: 2, network: "unordered" })
    const [whole, merged] = [searched(paxos, false), searched(paxos, true)]
    expect([whole.distinct, merged.distinct]).toEqual([51_529, 6_472])
    expect(merged.memories).toEqual(whole.memories)
  })

  it("are as many depth first as breadth first", () => {
    const paxos = explored({ ...classic, system: "majority(2)", epochs: 2, network: "unordered", crashes: 1 })
    const [model, properties] = [paxosModel(paxos), paxosProperties(paxos)]
    const [wide, deep] = [exploreActors, exploreDepthFirst].map(
      (search) => search(model, properties, { reduce: true }).distinct,
    )
    expect(deep).toBe(wide)
  })

  it("are refused on ordered networks, to properties of the whole world, and where comparing takes too long", () => {
    const paxos = explored({ ...classic, system: "majority(2)", epochs: 1, network: "unordered" })
    const model = paxosModel(paxos)
    const reduce = { reduce: true }
    expect(() => exploreActors({ ...model, network: "ordered" }, [], reduce)).toThrow(/ordered network/)
    const whole: PaxosProperty = { kind: "always", name: "quiet", ofWorld: () => true }
    expect(() => exploreActors(model, [whole], reduce)).toThrow(/the property quiet depends on those/)
    const large = paxosModel(explored({ ...classic, system: "majority(5)", epochs: 5, network: "unordered" }))
    // A search of few states is refused after few steps.
    expect(() => exploreActors(large, [], { ...reduce, maxStates: 10 })).toThrow(
      /more than 10100 transitions/,
    )
  })
})
