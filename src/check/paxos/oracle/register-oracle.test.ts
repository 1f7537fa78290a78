import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import {
  type Untimed,
  timed,
  accepts,
  asks,
  crashes,
  judged,
  learns,
  passes,
  promises,
  recovers,
  smallCluster,
  writes,
} from "../../../../test/support/hand-trace.ts"
import type { PaxosProperty } from "../facts.ts"
import { rulesOf } from "../oracle-rules.ts"
import { planOf } from "../../../../test/support/judged-run.ts"
import { type Cluster, paxosCluster } from "../../../protocol/paxos/cluster.ts"
import type { Proposal } from "../../../protocol/paxos/messages.ts"
import { decisionGrid, stateGrid, type TextGrid } from "./tables.ts"
import { type OracleOptions, type Rule, RegisterOracle } from "./register-oracle.ts"
import { Registers, decisionState, mayDecideOther, showDecisionState } from "./registers.ts"

const cluster = smallCluster()
const [a1, a2, a3, p1, p2] = [0, 1, 2, 3, 4]

function says(
  rule: Rule,
  trace: readonly (Untimed | readonly Untimed[])[],
  options: OracleOptions = {},
): string {
  return judged(oracleRule(rule, cluster, options), cluster, ...trace)
}

/** A rule as judged by an oracle that is told this and no more. */
function oracleRule(rule: Rule, of: Cluster, options: OracleOptions = {}): PaxosProperty {
  return rulesOf(() => new RegisterOracle(of, options)).find(({ name }) => name === `oracle-${rule}`)!
}

/** p1 gets A decided in epoch 0 by a1 and a2: figure 2.2 up to there. */
const firstDecree = [
  asks(p1, "A"),
  ...promises(p1, a1, 0),
  ...promises(p1, a2, 0),
  ...accepts(p1, a1, 0, "A"),
  ...accepts(p1, a2, 0, "A"),
]
/** p2 then prepares epoch 1 with a2 and a3. */
const secondPhase1 = [asks(p2, "B"), ...promises(p2, a2, 1, [0, "A"]), ...promises(p2, a3, 1)]

describe("write-once registers", () => {
  test("keep the first value or nil they are given", () => {
    const registers = new Registers()
    expect(registers.write(0, 5, "A")).toBeUndefined()
    expect(registers.write(0, 5, "A")).toBeUndefined()
    expect(registers.write(0, 5, "B")).toBe("B was written to a register that held A")
    registers.close(0, 0, 7)
    expect(registers.write(0, 6, "B")).toBe("B was written to a register that held nil")
    expect([4, 5, 6, 7].map((set) => registers.at(0, set))).toEqual([
      "nil",
      { value: "A" },
      "nil",
      "unwritten",
    ])
    expect(registers.at(1, 5)).toBe("unwritten")
  })

  test("name the first of every run of equal sets", () => {
    const registers = new Registers()
    registers.close(0, 2, 900)
    registers.write(1, 1000, "A")
    expect(registers.changes(0, 5000)).toEqual([0, 2, 900, 1000, 1001])
    expect(registers.changes(3, 1000)).toEqual([3, 900])
    expect(registers.changes(7, 7)).toEqual([])
  })

  test("are nil throughout a range where nothing of it is open and nothing has a value", () => {
    const registers = new Registers()
    registers.close(0, 0, 5)
    registers.write(0, 7, "A")
    registers.close(0, 5, 20)
    expect([registers.isNil(0, 0, 7), registers.isNil(0, 0, 8), registers.isNil(0, 8, 20)]).toEqual([
      true,
      false,
      true,
    ])
    expect([registers.isNil(0, 8, 21), registers.isNil(1, 0, 1), registers.isNil(1, 3, 3)]).toEqual([
      false,
      false,
      true,
    ])
    expect([registers.valuesFrom(7), registers.valuesFrom(8)]).toEqual([new Set(["A"]), new Set()])
  })
})

describe("the state of a quorum", () => {
  const state = (implied: string[], ...contents: (string | null | undefined)[]): string => {
    const registers = new Registers()
    for (const [server, content] of contents.entries()) {
      if (content === null) registers.close(server, 0, 1)
      else if (content !== undefined) registers.write(server, 0, content)
    }
    return showDecisionState(
      decisionState(
        registers,
        0,
        contents.map((_, server) => server),
        new Set(implied),
      ),
    )
  }

  test.each([
    ["Any", [], [undefined, undefined]],
    ["Maybe A", [], ["A", undefined]],
    ["Decided A", [], ["A", "A"]],
    ["None", [], ["A", "B"]],
    ["None", [], ["A", null]],
    ["None", ["A"], [undefined, null]],
    ["Maybe A", ["A"], [undefined, undefined]],
    ["None", ["B"], ["A", undefined]],
    ["None", ["A", "B"], [undefined, undefined]],
    ["Decided A", ["A"], ["A", "A"]],
  ])("is %s with %j implied and %j read", (expected, implied, contents) => {
    expect(state(implied, ...contents)).toBe(expected)
  })

  test("tells whether another value may be decided", () => {
    const states = [
      { state: "any" },
      { state: "none" },
      { state: "maybe", value: "A" },
      { state: "decided", value: "A" },
    ] as const
    expect(states.map((s) => mayDecideOther(s, "A"))).toEqual([true, false, false, false])
    expect(states.map((s) => mayDecideOther(s, "B"))).toEqual([true, false, true, true])
  })
})

describe("rule 1: output what was read from a quorum of one register set", () => {
  test("two acceptances of one epoch will do, one will not, nor one of each of two epochs", () => {
    expect(says("rule-1", [firstDecree, learns(p1, 0, "A")])).toMatch(/^holds/)
    expect(says("rule-1", [firstDecree.slice(0, -3), learns(p1, 0, "A")])).toMatch(/^violated: p1 put out A/)
    const oneOfEach = [asks(p1, "A"), ...accepts(p1, a1, 0, "A"), ...accepts(p1, a2, 2, "A")]
    expect(says("rule-1", [oneOfEach, learns(p1, 2, "A")])).toMatch(/^violated/)
  })

  test("promises that report one proposal will do (the bypass of §3.2)", () => {
    const told = [...promises(p2, a1, 1, [0, "A"]), ...promises(p2, a2, 1, [0, "A"])]
    expect(says("rule-1", [firstDecree, told, learns(p2, 0, "A")])).toMatch(/^holds/)
  })
})

test("rule 2: write an input or what was read", () => {
  const proposal = (value: string): Untimed[] => passes(p2, a3, { type: "propose", epoch: 1, value })
  expect(says("rule-2", [firstDecree, secondPhase1, proposal("B")])).toMatch(/^holds/)
  expect(says("rule-2", [firstDecree, secondPhase1, proposal("A")])).toMatch(/^holds/)
  expect(says("rule-2", [firstDecree, secondPhase1, proposal("C")])).toBe(
    "violated: p2 wrote C, which is neither its input nor read",
  )
})

describe("rule 3: no two values to a register set", () => {
  const shared = [...accepts(p1, a1, 0, "A"), ...accepts(p2, a3, 0, "B")]

  test("where each set has one writer", () => {
    expect(says("rule-3", [accepts(p1, a1, 0, "A"), accepts(p2, a3, 1, "B")])).toMatch(/^holds/)
    expect(says("rule-3", [shared])).toBe(
      "violated: B was written to register set 0, which has A and may decide both",
    )
  })

  test("or, where sets are shared, quorums that meet", () => {
    expect(says("rule-3", [shared], { isShared: () => true })).toMatch(/^holds/)
    const disjoint = smallCluster("simple(3, 3, 1)")
    const rule = oracleRule("rule-3", disjoint, { isShared: () => true })
    expect(judged(rule, disjoint, shared)).toMatch(/^violated/)
  })
})

describe("rule 4: no earlier set may decide anything else", () => {
  const proposes = (value: string): Untimed[] => passes(p2, a3, { type: "propose", epoch: 1, value })

  test("after reading A in set 0, A may be written and B may not", () => {
    expect(says("rule-4", [firstDecree, secondPhase1, proposes("A")])).toMatch(/^holds/)
    expect(says("rule-4", [firstDecree, secondPhase1, proposes("B")])).toBe(
      "violated: p2 wrote B to register set 1, though for all it had read {a1 a2} of set 0 was Maybe A",
    )
  })

  test("one promise of nothing is too little with majorities", () => {
    expect(says("rule-4", [asks(p2, "B"), promises(p2, a3, 1), proposes("B")])).toBe(
      "violated: p2 wrote B to register set 1, though for all it had read {a1 a2} of set 0 was Any",
    )
  })

  test("one promise from the epoch just below is enough (Revision C, figure 5.1)", () => {
    expect(says("rule-4", [accepts(p1, a1, 0, "A"), promises(p2, a1, 1, [0, "A"]), proposes("A")])).toMatch(
      /^holds/,
    )
  })

  test("two values read in one quorum rule it out (quorum-based value selection, §6.1)", () => {
    const told = [...promises(p2, a1, 5, [3, "A"]), ...promises(p2, a2, 5), ...promises(p2, a3, 5, [2, "B"])]
    const history = [writes(a1, 3, [3, "A"]), writes(a3, 2, [2, "B"])]
    // {a1 a2} and {a2 a3} are ruled out by the nil of a2, {a1 a3} by holding two values: any value is free.
    expect(
      says("rule-4", [
        asks(p2, "C"),
        history,
        told,
        passes(p2, a3, { type: "propose", epoch: 5, value: "C" }),
      ]),
    ).toMatch(/^holds/)
  })
})

describe("what acceptors say of their registers", () => {
  test("has to be so: nil where nil is, a value where it is", () => {
    expect(says("write-once", [firstDecree, secondPhase1])).toMatch(/^holds/)
    const hidesA = passes(a2, p2, { type: "promise", epoch: 1, lastAccepted: null })
    expect(says("write-once", [firstDecree, writes(a2, 1, [0, "A"]), hidesA])).toBe(
      "violated: register 0 of a2: nil was read in a register that holds A",
    )
    const promisesAloud = passes(a3, p2, { type: "promise", epoch: 1, lastAccepted: null })
    expect(says("write-once", [promisesAloud])).toBe(
      "violated: register 0 of a3: nil was read in a register that can still be written",
    )
  })

  test("and nothing is written to a register below a promise", () => {
    expect(says("write-once", [promises(p2, a3, 1), writes(a3, 1, [0, "A"])])).toBe(
      "violated: register 0 of a3: A was written to a register that held nil",
    )
  })
})

test("a replica that comes back knows all its acceptor kept, not only what it accepted last", () => {
  const replicas = paxosCluster({
    plan: planOf("majority(3)"),
    proposers: 3,
    colocated: true,
    variant: { history: true, bypass: "every" },
    timeout: { min: 1000, max: 1000 },
    backOff: { kind: "none" },
  })
  const accepted = { epoch: 0, value: "A" }
  const later = { epoch: 3, value: "A" }
  const own = (lastAccepted: Proposal, history: readonly Proposal[]): Untimed => ({
    type: "store",
    process: a1,
    record: {
      role: "replica",
      acceptor: { role: "acceptor", lastPromised: lastAccepted.epoch, lastAccepted, history },
      proposer: null,
    },
  })
  const says = (history: readonly Proposal[]): string =>
    judged(
      oracleRule("rule-1", replicas),
      replicas,
      accepts(a2, a3, 0, "A"),
      own(accepted, [accepted]),
      own(later, history),
      crashes(a1),
      recovers(a1),
      passes(a3, a1, { type: "promise", epoch: 6, lastAccepted: accepted, history: [accepted] }),
      learns(a1, 0, "A"),
    )
  expect(says([accepted, later])).toMatch(/^holds/)
  expect(says([])).toMatch(/^violated: a1 put out A/)
})

test("two decisions are a violation", () => {
  const split = smallCluster("simple(3, 2, 1)")
  expect(
    judged(oracleRule("one-decision", split), split, accepts(p1, a1, 0, "A"), accepts(p2, a2, 1, "B")),
  ).toBe("violated: register set 0 decided A, register set 1 decided B")
})

test("state table and decision table of figure 2.2, with p2 half-way", async () => {
  const oracle = new RegisterOracle(cluster)
  for (const [at, event] of [...firstDecree, ...secondPhase1].entries()) oracle.observe(timed(event, at))
  const story =
    "# Howard 2019, figure 2.2 as write-once registers: (0, A) is decided, p2 has prepared epoch 1."
  const text = [story, "", ...lines(stateGrid(oracle)), "", ...lines(decisionGrid(oracle))].join("\n")
  await expect(`${text}\n`).toMatchFileSnapshot("../../../../test/testdata/thesis/figure-2.2-registers.txt")
})

function lines({ headings, rows }: TextGrid): string[] {
  const widths = headings.map((heading, i) => Math.max(heading.length, ...rows.map((row) => row[i]!.length)))
  return [headings, ...rows].map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join("  ")
      .trimEnd(),
  )
}

test("the oracle takes nothing but types from the protocol", () => {
  for (const name of ["registers", "register-oracle", "tables"]) {
    const text = readFileSync(new URL(`./${name}.ts`, import.meta.url), "utf8")
    const imports = text.match(/^import .* from ".*\/protocol\/.*"$/gm) ?? []
    expect(imports.filter((line) => !line.startsWith("import type "))).toEqual([])
    expect(text).not.toMatch(/from ".*\/facts\.ts"/)
  }
})
