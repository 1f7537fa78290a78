import { readdirSync } from "node:fs"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { type NodeSet, isDisjoint, isSubset, union } from "../src/base/node-set.ts"
import { signature } from "../src/quorum/define.ts"
import { everyPairMeets } from "../src/quorum/meet/intersect.ts"
import { constantPlan } from "../src/quorum/plan.ts"
import { type Requirement, requirementById } from "../src/quorum/meet/requirement.ts"
import { countMinimalQuorums } from "../src/quorum/minimal.ts"
import {
  type QuorumSystem,
  allNodes,
  formatSet,
  isMinimalQuorum,
  phases,
  quorumSystem,
} from "../src/quorum/system.ts"
import { allSubsets, minimalQuorumsByBruteForce } from "../test/support/formulas.ts"
import { quorumSystemFrom } from "./from-text.ts"
import { catalogue } from "./index.ts"

/** Above this many nodes trying every subset takes too long; samples are taken instead. */
const maxForBruteForce = 10

describe("the index of quorums/", () => {
  const files = readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
    .map((file) => file.slice(0, -".ts".length))
  const notFamilies = ["index", "from-text"]

  it.each(files.filter((file) => !notFamilies.includes(file)))("lists what %s.ts exports", async (file) => {
    const module = (await import(`../quorums/${file}.ts`)) as { readonly default?: { readonly id?: string } }
    const id = module.default?.id ?? `the default export of quorums/${file}.ts`
    expect([...catalogue.keys()], `quorums/index.ts has no line for quorums/${file}.ts`).toContain(id)
    expect(catalogue.get(id)).toBe(module.default)
  })

  it("has a file of its own for every family, named for it", () => {
    const named = [...catalogue.keys()].map((id) =>
      id.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
    )
    expect([...named, ...notFamilies].sort()).toEqual([...files].sort())
  })
})

describe.each([...catalogue.values()].map((family) => [signature(family), family] as const))(
  "%s",
  (_, family) => {
    it("says what a quorum is, and where that comes from", () => {
      expect(family.summary).toMatch(/^[A-Z].*\.$/)
      expect(family.reference).toMatch(/\b(1|2)\d\d\d\b/)
    })

    it("has examples that build it, and counterexamples", () => {
      expect(family.examples.some((text) => text.startsWith(`${family.id}(`))).toBe(true)
      expect(family.counterexamples.length).toBeGreaterThan(0)
    })

    describe.each(family.examples)("example %s", (text) => {
      const system = quorumSystemFrom(text)
      holdsTheInterface(text, system)
      it("every phase-1 quorum meets every phase-2 quorum", () => {
        expect(disjointQuorums(system)).toBeUndefined()
        expect(everyPairMeets(system.expression[1], system.expression[2], system.nodes).verdict).toBe("holds")
      })
      it("satisfies what the family is made for", () => {
        expect(requirementOf(family).check(constantPlan(system)).verdict).toBe("holds")
      })
    })

    describe.each(family.counterexamples)("counterexample %s", (text) => {
      const system = quorumSystemFrom(text)
      holdsTheInterface(text, system)
      it("does not satisfy what the family is made for", () => {
        expect(requirementOf(family).check(constantPlan(system)).verdict).toBe("violated")
      })
      it.runIf(requirementOf(family).id === "4.4")(
        "has a phase-1 quorum and a phase-2 quorum that do not meet",
        () => {
          expect(disjointQuorums(system)).toBeDefined()
          const verdict = everyPairMeets(system.expression[1], system.expression[2], system.nodes)
          expect(verdict.verdict).toBe("violated")
          if (verdict.verdict !== "violated") return
          const [q1, q2] = verdict.witness
          expect(isDisjoint(q1, q2)).toBe(true)
          expect([isMinimalQuorum(system, 1, q1), isMinimalQuorum(system, 2, q2)]).toEqual([true, true])
        },
      )
    })
  },
)

function requirementOf({ requirement = "4.4" }: { readonly requirement?: string }): Requirement {
  return requirementById(requirement)!
}

/** What every QuorumSystem promises, whatever family it is of. */
function holdsTheInterface(text: string, system: QuorumSystem): void {
  it("its name rebuilds it", () => {
    expect(system.name).toBe(text)
    const again = quorumSystemFrom(system.name)
    expect(again.name).toBe(system.name)
    expect(again.nodes).toEqual(system.nodes)
    expect(again.expression).toEqual(system.expression)
  })

  it("so does the pair of its formulas, whatever it is called", () => {
    const unnamed = quorumSystem({ phase1: system.expression[1], phase2: system.expression[2] }).name
    const again = quorumSystemFrom(unnamed)
    for (const phase of phases) {
      const sets = (s: QuorumSystem) => [...s.minimalQuorums(phase)].map((set) => formatSorted(s, set)).sort()
      expect(sets(again)).toEqual(sets(system))
    }
  })

  describe.each(phases)("phase %i", (phase) => {
    const minimal = [...system.minimalQuorums(phase)]

    it("more answers never undo a quorum", () => {
      const subset = fc.integer({ min: 0, max: 2 ** Math.min(30, system.nodes.length) - 1 })
      fc.assert(
        fc.property(subset, subset, (a, b) => {
          if (system.isQuorum(phase, a)) expect(system.isQuorum(phase, union(a, b))).toBe(true)
        }),
      )
    })

    it("everyone is a quorum", () => {
      expect(system.isQuorum(phase, allNodes(system))).toBe(true)
    })

    it("each minimal quorum is listed once, and is one", () => {
      expect(new Set(minimal).size).toBe(minimal.length)
      for (const quorum of minimal) expect(isMinimalQuorum(system, phase, quorum)).toBe(true)
    })

    it("none is missing", () => {
      const n = system.nodes.length
      if (n <= maxForBruteForce) {
        const expected = minimalQuorumsByBruteForce(n, (set) => system.isQuorum(phase, set))
        expect(new Set(minimal)).toEqual(expected)
      }
      fc.assert(
        fc.property(fc.integer({ min: 0, max: 2 ** Math.min(30, n) - 1 }), (set) => {
          expect(system.isQuorum(phase, set)).toBe(minimal.some((quorum) => isSubset(quorum, set)))
        }),
      )
    })

    it("they come in the same order every time", () => {
      expect([...quorumSystemFrom(text).minimalQuorums(phase)]).toEqual(minimal)
    })

    it("and are as many as counted without listing", () => {
      const count = countMinimalQuorums(system.expression[phase])
      expect(count ?? BigInt(minimal.length)).toBe(BigInt(minimal.length))
    })
  })
}

/** A phase-1 and a phase-2 quorum without a common node, by trying every pair, or nothing. */
function disjointQuorums(system: QuorumSystem): readonly [NodeSet, NodeSet] | undefined {
  const second = [...system.minimalQuorums(2)]
  for (const q1 of system.minimalQuorums(1)) {
    const q2 = second.find((quorum) => isDisjoint(q1, quorum))
    if (q2 !== undefined) return [q1, q2]
  }
  return undefined
}

/** A set by node names in alphabetical order: the same for systems that order their nodes differently. */
function formatSorted(system: QuorumSystem, set: NodeSet): string {
  return formatSet(system, set).slice(1, -1).split(" ").sort().join(" ")
}

it("the brute force of this file finds a disjoint pair where there is one", () => {
  expect(disjointQuorums(quorumSystemFrom("simple(4, 2, 2)"))).toEqual([3, 12])
  expect(allSubsets(2)).toEqual([0, 1, 2, 3])
})
