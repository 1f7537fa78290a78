import { popcount, size } from "../../src/base/node-set.ts"
import type { Table, TableRow } from "../../src/experiment/table.ts"
import { type Promises, phase1Rule } from "../../src/protocol/paxos/phase1.ts"
import { allAboardPlan, counting, majorityOf } from "../../src/protocol/paxos/plans.ts"
import type { Phase1Rule } from "../../src/protocol/paxos/variant.ts"
import { constantPlan, lastEpoch } from "../../src/quorum/plan.ts"
import { type QuorumSystem, formatSet } from "../../src/quorum/system.ts"
import classicGrid from "../../quorums/classic-grid.ts"
import grid from "../../quorums/grid.ts"

/** Until which epoch everyone must accept, in table 4.1. */
const k = 3

/** Table 4.1: quorums for all aboard Paxos, computed from its phase-2 quorums. */
export function table41(): Table {
  const plan = allAboardPlan(3, k)
  const listed = (system: QuorumSystem, phase: 1 | 2): string =>
    [...system.minimalQuorums(phase)].map((quorum) => formatSet(system, quorum)).join(" ")
  return {
    id: "thesis-4-1",
    caption: `Quorums of all aboard Paxos with three acceptors, $k = ${k}$.`,
    columns: [{ heading: "epochs" }, { heading: "phase-1 quorums" }, { heading: "phase-2 quorums" }],
    rows: plan.ranges.map((range) => {
      const last = lastEpoch(plan, range)
      const epochs =
        last === range.from ? String(range.from) : `${range.from} to ${last === Infinity ? "∞" : last}`
      return [epochs, listed(range.system, 1), listed(range.system, 2)]
    }),
    notes: [
      "Phase-1 quorums are minimal for revision B: they intersect every phase-2 quorum of smaller epochs.",
    ],
  }
}

/** The least number of promises with which a rule can stop, over all sets of promises. */
function promisesNeeded(rule: Phase1Rule, n: number, epoch: number, greatest: number | null): string {
  const done = phase1Rule(rule, constantPlan(counting(n, majorityOf(n), majorityOf(n))), () => false)
  const least = [...Array(2 ** n).keys()]
    // Who has reported a proposal has promised.
    .filter((promised) => (greatest === null || promised !== 0) && done({ epoch, promised, greatest }))
    .reduce((few, promised) => Math.min(few, popcount(promised)), n)
  return String(least)
}

/** The conditions of tables 4.2 and 5.1, by the rules of the core that implement them. */
const rules: readonly (readonly [string, Phase1Rule])[] = [
  ["classic, a quorum (Algorithm 12)", "quorum"],
  ["classic, each quorum met (table 4.2)", "revision-A"],
  ["revision A", "revision-A"],
  ["revision B", "revision-B"],
  ["revision C", "revision-C"],
]

/** Tables 4.2 and 5.1: how many promises each condition waits for, with majorities in all epochs. */
export function table42(): Table {
  const sizes = [3, 4, 5, 6, 7]
  const row = (
    name: string,
    rule: Phase1Rule,
    when: string,
    epoch: number,
    greatest: number | null,
  ): TableRow => [name, when, ...sizes.map((n) => promisesNeeded(rule, n, epoch, greatest))]
  return {
    id: "thesis-4-2",
    caption:
      "Number of promises after which phase 1 may end, with majorities of $n$ acceptors, by condition.",
    columns: [
      { heading: "condition" },
      { heading: "epoch" },
      ...sizes.map((n) => ({ heading: String(n), group: "$n$", align: "right" as const })),
    ],
    rows: rules.flatMap(([name, rule]) => [
      row(name, rule, "the first", 0, null),
      row(name, rule, "any later", 9, null),
      row(name, rule, "succ(e_max)", 9, 8),
    ]),
    notes: [
      "The classic condition of table 4.2 and Algorithm 12 differ for even $n$: a set can intersect all majorities without being one.",
      "Table 5.1 follows: B is A or the first epoch; C is B or the epoch after the greatest reported.",
    ],
  }
}

/** Table 5.1: the simplified conditions, each compared with the algorithm's on every set of promises. */
export function table51(): Table {
  const compare = (rule: Phase1Rule, simplified: (p: Promises, a: boolean) => boolean): boolean =>
    [3, 4, 5].every((n) => {
      const plan = constantPlan(counting(n, majorityOf(n), majorityOf(n)))
      const [a, own] = [phase1Rule("revision-A", plan, () => false), phase1Rule(rule, plan, () => false)]
      return [...Array(2 ** n).keys()].every((promised) =>
        [0, 1, 2, 3].every((epoch) =>
          [null, ...Array(epoch).keys()].every((greatest) => {
            const p = { epoch, promised, greatest }
            return own(p) === simplified(p, a(p))
          }),
        ),
      )
    })
  const b = ({ epoch }: Promises, a: boolean): boolean => a || epoch === 0
  const c = (p: Promises, a: boolean): boolean =>
    b(p, a) || (p.greatest !== null && p.epoch === p.greatest + 1)
  return {
    id: "thesis-5-1",
    caption:
      "Conditions to continue phase 1 if quorums do not depend on the epoch, compared with the algorithms.",
    columns: [{ heading: "revision" }, { heading: "continue while" }, { heading: "equals the algorithm" }],
    rows: [
      ["A", "some phase-2 quorum has no promise", compare("revision-A", (_, a) => a)],
      ["B", "as A, and e ≠ e_min", compare("revision-B", b)],
      ["C", "as B, and e ≠ succ(e_max)", compare("revision-C", c)],
    ],
    notes: [
      "Compared on every set of promises of 3, 4 and 5 acceptors, epochs 0 to 3, and every greatest epoch reported.",
    ],
  }
}

/** Howard, Malkhi and Spiegelman 2016, §4.2: what grids cost with and without intersection inside a phase. */
export function tableGrid(): Table {
  const smallest = (system: QuorumSystem, phase: 1 | 2): number =>
    Math.min(...[...system.minimalQuorums(phase)].map(size))
  const shapes = [
    [2, 2],
    [2, 3],
    [3, 3],
    [3, 4],
    [4, 4],
  ] as const
  return {
    id: "thesis-grid",
    caption: "Size of the smallest quorums of grids in Paxos and Flexible Paxos, by shape.",
    columns: [
      { heading: "rows" },
      { heading: "columns" },
      { heading: "majority" },
      { heading: "row and column", group: "Paxos" },
      { heading: "phase 1, a row", group: "Flexible Paxos" },
      { heading: "phase 2, a column", group: "Flexible Paxos" },
    ],
    rows: shapes.map(([rows, columns]) => [
      rows,
      columns,
      majorityOf(rows * columns),
      smallest(classicGrid(rows, columns), 2),
      smallest(grid(rows, columns), 1),
      smallest(grid(rows, columns), 2),
    ]),
    notes: [],
  }
}
