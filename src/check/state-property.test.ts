import { describe, expect, test } from "vitest"
import { planFrom } from "../run/from-text.ts"
import { decreeScenario } from "../run/decree.ts"
import { randomDecree } from "../run/random-decree.ts"
import { variants } from "../protocol/paxos/variants.ts"
import type { Cluster } from "../protocol/paxos/cluster.ts"
import type { QuorumPlan } from "../quorum/plan.ts"
import type { History } from "../world/explore/model.ts"
import { simulate } from "../world/simulate/simulate.ts"
import type { TraceEvent } from "../world/simulate/trace.ts"
import { type ExploredSubject, type PaxosMemory, exploredProperties, paxosHistory } from "./explored-paxos.ts"
import { mutants } from "./paxos/mutants.ts"
import { type PaxosEvent, type PaxosProperty } from "./paxos/facts.ts"
import { Facts, type Judgement, type Property, judge } from "./property.ts"
import { type StateProperty, traceProperty } from "./state-property.ts"

/** The properties that have both forms: of traces, and of states. */
const both = exploredProperties.filter(
  (property): property is typeof property & PaxosProperty => "read" in property,
)

const seeds = process.env["SLOW"] === "1" ? 2000 : 25

/**
 * What one random run says of each property: by its form for traces, and by its form for states. That a
 * client proposed the value `hidden` is kept from both.
 */
function bothVerdicts(
  plan: QuorumPlan,
  seed: number,
  algorithm: Parameters<typeof randomDecree>[2],
  hidden?: string,
) {
  const { cluster, scenario } = decreeScenario(randomDecree(plan, seed, algorithm), seed)
  const values = scenario.proposals.map(({ value }) => value).filter((value) => value !== hidden)
  const ofStates = both.map(({ name, reference, statement, ...asked }) =>
    traceProperty<PaxosMemory, Cluster & ExploredSubject>(paxosHistory, {
      ...{ name, reference, statement },
      holds: (memory, subject) => asked.holds(memory, subject),
    }),
  ) as unknown as Property<Cluster & ExploredSubject, PaxosEvent>[]
  const facts = new Facts<Cluster & ExploredSubject, PaxosEvent>({ ...cluster, values }, [
    ...both,
    ...ofStates,
  ])
  simulate(scenario, (event) => {
    if (event.type !== "propose" || event.value !== hidden) facts.observe(event)
  })
  return { traces: judge(both, facts), states: judge(ofStates, facts) }
}

/** The verdict, and when it was first violated. */
const shown = ({ name, verdict }: Judgement): string =>
  verdict.verdict === "violated" ? `${name} violated at ${verdict.witness.at}` : `${name} ${verdict.verdict}`

describe("a property in both forms", () => {
  test("has the same verdict, from the same moment on, in random runs of every variant", () => {
    for (const variant of variants)
      for (let seed = 1; seed <= seeds; seed++) {
        const { traces, states } = bothVerdicts(variant.plan(3 + (seed % 3)), seed, { variant: variant.id })
        expect(states.map(shown), `${variant.id}, seed ${seed}`).toEqual(traces.map(shown))
      }
  }, 600_000)

  test("and with quorums that do not meet, clients that nobody saw, and every mutant: each is violated by some", () => {
    const violated = new Set<string>()
    const algorithms = [{}, ...mutants.map(({ id }) => ({ mutant: id }))]
    for (const algorithm of algorithms)
      for (const [system, hidden] of [["simple(4, 2, 2)"], ["majority(3)", "A"]] as const)
        for (let seed = 1; seed <= 2 * seeds; seed++) {
          const { traces, states } = bothVerdicts(planFrom(system), seed, algorithm, hidden)
          expect(states.map(shown), `${system}, ${JSON.stringify(algorithm)}, seed ${seed}`).toEqual(
            traces.map(shown),
          )
          for (const { name, verdict } of traces) if (verdict.verdict === "violated") violated.add(name)
        }
    expect([...violated].sort()).toEqual(both.map(({ name }) => name).sort())
  }, 600_000)
})

/** A history of the values learned, which counts how often it is folded; and a run in which A and B are. */
function learnedValues() {
  const notes = { folded: 0 }
  const history: History<unknown, unknown, readonly string[]> = {
    initial: [],
    observe: (known, event) => {
      notes.folded++
      return event.type === "learn" && !known.includes(event.value) ? [...known, event.value] : known
    },
  }
  const learn = (at: number, value: string): TraceEvent<unknown, unknown, unknown> => ({
    ...{ at, type: "learn", process: 0, epoch: 0, value },
  })
  return { notes, history, events: [learn(5, "A"), learn(6, "A"), learn(7, "B")] }
}

describe("a property of states as one of traces", () => {
  const aboutValues = (
    ...properties: readonly StateProperty<readonly string[], null>[]
  ): { verdicts: readonly Judgement["verdict"][]; folded: number } => {
    const { notes, history, events } = learnedValues()
    const asked = properties.map((property) => traceProperty(history, { reference: "none", ...property }))
    const facts = new Facts<null, TraceEvent<unknown, unknown, unknown>>(null, asked)
    events.forEach((event) => facts.observe(event))
    return { verdicts: judge(asked, facts).map(({ verdict }) => verdict), folded: notes.folded }
  }
  const atMost = (max: number): StateProperty<readonly string[], null> => ({
    name: `at-most-${max}`,
    statement: `At most ${max} values are learned.`,
    holds: (known) => known.length <= max,
    explain: (known) => `${known.join(" and ")} were learned`,
  })

  test("is violated from the first state on in which it does not hold, with its own words", () => {
    const { verdicts } = aboutValues(atMost(1), atMost(2), { ...atMost(-1), explain: undefined } as never)
    expect(verdicts).toMatchObject([
      { verdict: "violated", witness: { at: 7, message: "A and B were learned" } },
      { verdict: "holds" },
      { verdict: "violated", witness: { at: 0, message: "At most -1 values are learned." } },
    ])
  })

  test("of some run, or of runs that go on, is never violated by one", () => {
    const some = {
      name: "b",
      statement: "B is learned.",
      holds: (known: readonly string[]) => known.includes("B"),
    }
    const none = { ...some, holds: () => false }
    const { verdicts } = aboutValues({ ...some, kind: "sometimes" }, { ...none, kind: "eventually" })
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(["holds", "unknown"])
  })

  test("shares what is remembered with all others over the same history", () => {
    expect(aboutValues(atMost(1), atMost(2), atMost(3)).folded).toBe(3)
  })
})
