import { describe, expect, test } from "vitest"
import { planOf, runSeeds } from "../../../test/support/judged-run.ts"
import { silenced } from "../../../test/support/silenced.ts"
import { randomDecree } from "../../run/random-decree.ts"
import type { DecreeSetup } from "../../run/decree-settings.ts"
import { decreeScenario } from "../../run/decree.ts"
import type { Cluster } from "../../protocol/paxos/cluster.ts"
import type { PaxosMessage } from "../../protocol/paxos/messages.ts"
import type { PaxosRecord } from "../../protocol/paxos/records.ts"
import { constantLatency } from "../../world/simulate/latency.ts"
import { type NetworkModel, reliable } from "../../world/simulate/network.ts"
import type { Scenario } from "../../world/simulate/scenario.ts"
import { simulate } from "../../world/simulate/simulate.ts"
import { Facts, judge } from "../property.ts"
import { type LivenessConditions, liveness } from "./progress.ts"

const calmFrom = 200_000
const stableFrom = 300_000
const conditions = (cluster: Cluster): LivenessConditions => ({
  from: stableFrom,
  until: 2_000_000,
  proposer: cluster.proposers[0]!,
  messageDelay: 5000,
  acceptorDelay: 5000,
})

/** Faults of every kind until the stable time; then a calm network, all acceptors, and the first proposer alone. */
function calming(
  seed: number,
  overrides: Partial<DecreeSetup> = {},
): { cluster: Cluster; scenario: Scenario<PaxosMessage, PaxosRecord> } {
  const setup = { ...randomDecree(planOf("majority(3)"), seed), timeoutMs: 25, writeMs: 1, ...overrides }
  const { cluster, scenario } = decreeScenario(setup, seed)
  const [sole, ...others] = cluster.proposers
  const keep = new Set([...cluster.acceptors, sole!])
  // Whoever is to be live comes back even from a crash that was meant to be for good.
  const faults = (scenario.faults ?? []).map((fault) =>
    fault.type === "crash" && keep.has(Number(fault.process))
      ? { recoverAt: stableFrom - 1, ...fault }
      : fault,
  )
  return {
    cluster,
    scenario: {
      ...scenario,
      network: calmAfter(calmFrom, scenario.network),
      proposals: [...scenario.proposals, { at: stableFrom, process: sole!, value: "Z" }],
      faults,
      crashes: others.map((process) => ({ process, at: calmFrom })),
      horizon: 2_000_000,
    },
  }
}

const calmAfter =
  (at: number, before: NetworkModel): NetworkModel =>
  (random) => {
    const [faulty, calm] = [before(random), reliable(constantLatency(5))(random)]
    return (from, to, now) => (now < at ? faulty : calm)(from, to, now)
  }

function verdictsOf(
  seed: number,
  overrides: Partial<DecreeSetup> = {},
  change: (cluster: Cluster) => Cluster = (cluster) => cluster,
): string[] {
  const { cluster: given, scenario } = calming(seed, overrides)
  const cluster = change(given)
  const properties = liveness(conditions(cluster))
  const facts = new Facts(cluster, properties)
  simulate({ ...scenario, processes: cluster.processes }, facts.observe)
  return judge(properties, facts).map(({ verdict }) => `${verdict.verdict}: ${verdict.because}`)
}

describe("progress and eventual learning", () => {
  test("hold in every run that becomes calm, with one proposer", () => {
    for (const seed of runSeeds(3, 150)) {
      expect(verdictsOf(seed), `seed ${seed}`).toEqual([
        expect.stringMatching(/^holds: a value was decided/),
        expect.stringMatching(/^holds: a value was learned by p1/),
      ])
    }
  })

  test("progress is violated where a proposer goes back in its epochs (property 5)", () => {
    const verdicts = runSeeds(3, 150).map((seed) => verdictsOf(seed, { mutant: "counting-down" })[0]!)
    expect(
      verdicts.filter((verdict) => verdict.startsWith("violated: nothing was decided")).length,
    ).toBeGreaterThan(10)
  })

  test("eventual learning is violated where a proposer keeps what it learns to itself", () => {
    const [decided, learned] = verdictsOf(runSeeds(3, 1)[0]!, {}, silenced)
    expect(decided).toMatch(/^holds/)
    expect(learned).toMatch(/^violated: nothing was learned by p1/)
  })
})

describe("where the conditions do not hold the verdict is unknown, and says why", () => {
  /** One value asked of each proposer at the stable time, and nothing before; no faults but those given. */
  const verdictWith = (
    change: Partial<Scenario<PaxosMessage, PaxosRecord>>,
    { proposers = 1, timeoutMs = 25 }: { proposers?: number; timeoutMs?: number } = {},
  ): string => {
    const setup: DecreeSetup = {
      ...randomDecree(planOf("majority(3)"), 1),
      ...{ proposers, timeoutMs, nacks: false, learners: 0, writeMs: 1, faults: [] },
      backOff: { kind: "none" },
    }
    const { cluster, scenario } = decreeScenario(setup, 1)
    const [progress] = liveness(conditions(cluster))
    const facts = new Facts(cluster, [progress!])
    const asked = cluster.proposers.map((process, i) => ({
      at: stableFrom + i * 12_500,
      process,
      value: "AB"[i]!,
    }))
    const network = reliable(constantLatency(5))
    simulate({ ...scenario, network, proposals: asked, horizon: 2_000_000, ...change }, facts.observe)
    const { verdict, because } = progress!.read(facts)
    return `${verdict}: ${because}`
  }

  test("while they do, a value is decided after two phases", () => {
    expect(verdictWith({})).toBe("holds: a value was decided at 318000 µs")
  })

  test("a second proposer", () => {
    const withoutProposals: NetworkModel = () => (_from, _to, _now, message) =>
      (message as PaxosMessage).type === "propose" ? [] : [5000]
    expect(verdictWith({ network: withoutProposals }, { proposers: 2 })).toMatch(
      /^unknown: a prepare of p2 arrived .* there were two proposers/,
    )
  })

  test("too few acceptors", () => {
    const crashes = [0, 1].map((process) => ({ process, at: stableFrom }))
    expect(verdictWith({ crashes })).toMatch(/^unknown: only {a3} were live and in time/)
  })

  test("messages that are too late", () => {
    const network = reliable(constantLatency(13))
    expect(verdictWith({ network })).toMatch(/^unknown: only {} were live and in time/)
  })

  test("acceptors that are too slow", () => {
    expect(verdictWith({ writeLatency: 16_000 })).toMatch(/^unknown: only {} were live and in time/)
  })

  test("a clock that is too fast for the time-out", () => {
    expect(verdictWith({}, { timeoutMs: 9 })).toBe(
      "unknown: the proposer waited 9000 µs for a phase, and replies may take 15000 µs",
    )
  })

  test("nothing to propose, or a proposer that is down", () => {
    expect(verdictWith({ proposals: [] })).toBe("unknown: p1 had nothing to propose")
    expect(verdictWith({ crashes: [{ process: 3, at: stableFrom + 1 }] })).toBe("unknown: p1 crashed")
  })
})
