import fc from "fast-check"
import { expect, test } from "vitest"
import { allSubsets, formulas, sixNodes } from "../../../test/support/formulas.ts"
import { type NodeSet, difference, isSubset, union } from "../../base/node-set.ts"
import { type Phase, type QuorumSystem, allNodes, quorumSystem } from "../system.ts"
import { type Replies, type Tally, tally } from "./tally.ts"

const systems = fc
  .tuple(formulas({ constants: true }), formulas({ constants: true }))
  .map(([phase1, phase2]) => quorumSystem({ phase1, phase2, nodes: sixNodes }))
const phase = fc.constantFrom<Phase>(1, 2)
const sets = fc.integer({ min: 0, max: 2 ** sixNodes.length - 1 })
const replies = fc.tuple(sets, sets).map(([yes, no]): Replies => ({ yes, no: difference(no, yes) }))

/** Every way in which those who have not answered still may: the sets of all who will have said yes. */
function completions(system: QuorumSystem, { yes, no }: Replies): NodeSet[] {
  const open = difference(allNodes(system), union(yes, no))
  return allSubsets(system.nodes.length)
    .filter((set) => isSubset(set, open))
    .map((set) => union(yes, set))
}

test("a tally is what all completions agree on, and pending where they do not", () => {
  const seen = new Set<Tally>()
  fc.assert(
    fc.property(systems, phase, replies, (system, of, given) => {
      const ends = completions(system, given).map((set) => system.isQuorum(of, set))
      const expected = ends.every(Boolean) ? "won" : ends.some(Boolean) ? "pending" : "lost"
      seen.add(expected)
      expect(tally(system, of, given)).toBe(expected)
    }),
  )
  expect([...seen].sort()).toEqual(["lost", "pending", "won"])
})

const order: readonly Tally[] = ["lost", "pending", "won"]

test("more yes never lowers it, more no never raises it, and a result that is not pending is final", () => {
  fc.assert(
    fc.property(systems, phase, replies, sets, (system, of, given, more) => {
      const open = difference(more, union(given.yes, given.no))
      const now = tally(system, of, given)
      const yes = tally(system, of, { ...given, yes: union(given.yes, open) })
      const no = tally(system, of, { ...given, no: union(given.no, open) })
      expect(order.indexOf(yes)).toBeGreaterThanOrEqual(order.indexOf(now))
      expect(order.indexOf(no)).toBeLessThanOrEqual(order.indexOf(now))
      if (now !== "pending") expect([yes, no]).toEqual([now, now])
    }),
  )
})
