import { describe, expect, test } from "vitest"
import { swarmSystemTexts, swarmSystems } from "../../experiments/swarm-systems.ts"
import { holdsNoQuorum } from "../quorum/system.ts"
import { catalogue } from "../../quorums/index.ts"
import { nodeSet } from "../base/node-set.ts"
import { constantPlan } from "../quorum/plan.ts"
import { requirementById } from "../quorum/meet/requirement.ts"
import { isNetworkFault } from "../world/faults/fault.ts"
import { parseFaults } from "../world/faults/notation.ts"
import { knownBugs } from "./bugs.ts"
import type { LogMutant } from "./log-protocol.ts"
import { runLog } from "./log.ts"
import { swarmReplay } from "./replay.ts"
import { shrink, swarmRun } from "./swarm.ts"
import { quorumSystemFrom } from "../../quorums/from-text.ts"

const systems = swarmSystems

test("swarms have systems of every family, of 3 to 9 acceptors, all of which are safe", () => {
  const missing = [...catalogue.keys()].filter(
    (id) => !swarmSystemTexts.some((text) => text.startsWith(`${id}(`)),
  )
  // The same quorums in both phases, as majorities and many others are: no seed has to draw other systems for it.
  expect(missing).toEqual(["both"])
  const sizes = systems.map((system) => system().nodes.length)
  expect([...new Set(sizes)].sort()).toEqual([3, 4, 5, 6, 7, 8, 9])
  const unsafe = systems.filter(
    (system) => requirementById("4.4")!.check(constantPlan(system())).verdict !== "holds",
  )
  expect(unsafe).toEqual([])
})

test("requests that are never answered have no last answer, and fail", () => {
  const deaf: LogMutant = {
    id: "deaf",
    does: "Replicas crash for good.",
    apply: (cluster) => cluster,
    setup: (setup) => ({ ...setup, faults: parseFaults("crash replicas @0") }),
  }
  const run = swarmRun(1, { systems, bug: deaf })
  expect([run.answered, run.afterFaultsMs]).toEqual([0, null])
  expect(run.violations.map(({ name }) => name)).toEqual(["progress"])
  expect(swarmRun(1, { systems, keep: [] }).afterFaultsMs).toBeGreaterThan(0)
})

describe("random runs with random faults", () => {
  // More of them with SLOW=1; the command `quorate swarm` has no limit.
  const seeds = process.env["SLOW"] === "1" ? 20_000 : 150
  test(`${seeds} seeds: nothing unsafe, and every request answered once the faults are over`, () => {
    const coverage = new Set<string>()
    for (let seed = 0; seed < seeds; seed++) {
      const run = swarmRun(seed, { systems })
      const wrong = [...run.violations, ...run.undecided]
      expect(wrong.map(({ name, verdict }) => `seed ${seed}: ${name}: ${verdict.because}`)).toEqual([])
      for (const name of run.coverage.keys()) coverage.add(name)
    }
    // Every kind of fault did something in some run.
    expect([...coverage].sort()).toEqual([
      ...[
        "all-down",
        "around-leader",
        "burst-loss",
        "by-type",
        "by-zone",
        "clock-rate",
        "clock-step",
        "clog",
      ],
      ...["crash", "cut", "disk-lost", "duplicate", "hold", "loss", "not-transitive", "one-link", "one-way"],
      ...["pause", "reorder", "slow", "timer-jitter"],
      ...["unsynced-lost", "unsynced-partial", "unsynced-synced", "unsynced-torn"],
    ])
  })

  test("leaders with more to write than an election lasts do not follow each other for ever", () => {
    // Found by a swarm of other seeds, when it had these systems: everybody comes back at once, and disks write record by record.
    expect(swarmRun(780_453, { systems: systems.slice(0, 30) }).violations).toEqual([])
  })

  test("the same seed gives the same run, another seed another", () => {
    const hash = (seed: number): string => swarmRun(seed, { systems, hashMessages: true }).traceHash
    expect(hash(3)).toBe(hash(3))
    expect(hash(3)).not.toBe(hash(4))
  })

  test("a system whose quorums do not meet is found out", () => {
    const unsafe = [() => quorumSystemFrom("simple(4, 2, 2)")]
    const found = [...Array(50).keys()].flatMap((seed) =>
      swarmRun(seed, { systems: unsafe }).violations.map(({ name }) => name),
    )
    expect(new Set(found)).toContain("agreement")
  })
})

describe("seeded bugs", () => {
  test.each(knownBugs.map((bug) => [bug.id, bug] as const))("%s is caught", (_, bug) => {
    for (let seed = 0; seed < 300; seed++) {
      const { violations } = swarmRun(seed, { systems, bug })
      if (violations.some(({ name }) => bug.caughtBy.includes(name))) return
    }
    expect.fail("in none of 300 seeds")
  })
})

describe("shrinking", () => {
  test("leaves only faults without which the run no longer fails, and a command that shows it", () => {
    const bug = knownBugs.find(({ id }) => id === "small-phase-1-quorum")!
    const options = {
      systems,
      bug: { ...bug, setup: (setup: Parameters<NonNullable<typeof bug.setup>>[0]) => setup },
    }
    const failed = [...Array(300).keys()]
      .map((seed) => swarmRun(seed, options))
      .find(({ violations, setup }) => violations.length > 0 && setup.faults.length > 3)!
    const { keep, faults, run } = shrink(failed, options)
    expect(faults.length).toBeLessThan(failed.setup.faults.length)
    expect(run.violations.length).toBeGreaterThan(0)
    const { name: check } = failed.violations[0]!
    for (const out of keep) {
      const rest = swarmRun(failed.seed, { ...options, keep: keep.filter((i) => i !== out) })
      expect(rest.violations.some(({ name }) => name === check)).toBe(false)
    }
    expect(swarmReplay(failed.seed, { bug: options.bug.id, keep })).toBe(
      `quorate swarm --first ${failed.seed} --seeds 1 --bug small-phase-1-quorum --keep ${keep.join(",") || "none"}`,
    )
  })
})

test("lost disks are survived where they hold no quorum", () => {
  expect(holdsNoQuorum(quorumSystemFrom("majority(3)"), nodeSet([1]))).toBe(true)
  expect(holdsNoQuorum(quorumSystemFrom("majority(3)"), nodeSet([0, 1]))).toBe(false)
  expect(holdsNoQuorum(quorumSystemFrom("majority(5)"), nodeSet([0, 1]))).toBe(true)
  expect(holdsNoQuorum(quorumSystemFrom("simple(3, 3, 1)"), nodeSet([2]))).toBe(false)
})

test("a run without faults has no effect of faults", () => {
  const { setup } = swarmRun(1, { systems, keep: [] })
  expect(setup.faults.filter(isNetworkFault)).toEqual([])
  expect(runLog(setup, 1).built.coverage.size).toBe(0)
})
