import { InvariantError } from "../src/base/errors.ts"
import { decisionNews, describeDisagreement, disagreementOf } from "../src/check/disagreement.ts"
import { type PaxosModel, paxosModel, paxosProperties, paxosStateText } from "../src/check/explored-paxos.ts"
import { exploreActors } from "../src/world/explore/breadth-first.ts"
import { describeActorStep, runDescribedSteps as runActors } from "../src/world/explore/trace.ts"
import { exploreSpec } from "../src/world/spec/explore.ts"
import { type SpecModel, specModel } from "../src/world/spec/model.ts"
import { explainViolation, runDescribedSteps as runSpec } from "../src/world/spec/trace.ts"
import { describeStep } from "../src/world/spec/transition.ts"
import { count, text } from "../src/experiment/column.ts"
import { type Drawing, defineExperiment } from "../src/experiment/define.ts"
import { safeColumns } from "../src/experiment/safety.ts"
import type { Table } from "../src/experiment/table.ts"
import { actorDiagram } from "../src/run/diagrams/actors.ts"
import type { SequenceDiagram } from "../src/experiment/diagram/model.ts"
import { violationDiagram } from "../src/run/diagrams/spec.ts"
import { renderSvg } from "../src/experiment/diagram/svg.ts"
import { paxosCluster } from "../src/protocol/paxos/cluster.ts"
import { formatMessage } from "../src/protocol/paxos/messages.ts"
import type { Variant } from "../src/protocol/paxos/variant.ts"
import { type QuorumPlan, piecewisePlan } from "../src/quorum/plan.ts"
import { requirementById } from "../src/quorum/meet/requirement.ts"
import { quorumSystemFrom } from "../quorums/from-text.ts"
import { planSafety } from "../src/run/safety.ts"
import { planFrom } from "../src/run/from-text.ts"

interface Case {
  readonly id: string
}

interface Observation {
  readonly states: number
  readonly steps: number
  readonly because: string
  readonly run: string
}

type Row = {
  readonly id: string
  readonly mistake: string
  readonly system: string
  readonly requirement: string
  readonly requirementVerdict: string
  readonly model: string
  readonly states: number
  readonly stepsToViolation: number
  readonly because: string
  readonly run: string
}

/** A classic mistake: what is believed, and the cluster that shows it wrong. */
interface Mistake {
  readonly mistake: string
  readonly requirement: string
  readonly plan: () => QuorumPlan
  /** The switches of the variant it is a mistake in; without them, abstract Paxos is explored. */
  readonly variant?: Partial<Variant>
}

const ofSystem = (system: string) => () => planFrom(system)

/** Three acceptors: phase 1 is skipped in epoch 0, where any two decide (⌊9/4⌋); majorities after it. */
function fastQuorumsOfTwo(): QuorumPlan {
  return piecewisePlan([
    { from: 0, system: quorumSystemFrom("explicit([[]], [[a1, a2], [a1, a3], [a2, a3]])") },
    { from: 1, system: quorumSystemFrom("majority(3)") },
  ])
}

const mistakes: Readonly<Record<string, Mistake>> = {
  "sum-equals-n": {
    mistake: "Quorum sizes that sum to n instead of more than n",
    requirement: "4.4",
    plan: ofSystem("simple(3, 1, 2)"),
  },
  "half-and-half": {
    mistake: "Half of an even number of acceptors used as a majority",
    requirement: "4.4",
    plan: ofSystem("simple(4, 2, 2)"),
  },
  "rows-and-rows": {
    mistake: "Rows of a grid as quorums of both phases",
    requirement: "4.4",
    plan: ofSystem("split(a1*a2 + a3*a4, a1*a2 + a3*a4)"),
  },
  "local-serial": {
    mistake:
      "LOCAL_SERIAL mixed with SERIAL across two data centres: a majority of 3 replicas and a majority of 6",
    requirement: "4.4",
    plan: ofSystem("split(choose(2, a1, a2, a3), choose(4, a1, a2, a3, a4, a5, a6))"),
  },
  "small-voting-quorums": {
    mistake: "Epochs allocated by voting, with disjoint phase-1 quorums",
    requirement: "4.7",
    plan: ofSystem("simple(2, 1, 2)"),
    variant: { epochs: { kind: "voting" }, promise: "voting" },
  },
  "fast-quorums-rounded-down": {
    mistake: "Fast Paxos with fast quorums of ⌊3n/4⌋ instead of ⌈3n/4⌉",
    requirement: "7.2",
    plan: fastQuorumsOfTwo,
    variant: {
      epochs: { kind: "multi-path", fast: { kind: "recovery" } },
      keepFirst: true,
      // Any value reported for the shared epoch is taken: of three acceptors that is right with fast quorums of
      // ⌈9/4⌉, everyone, since then a value that was decided is the only one to be reported.
      select: "greatest",
    },
  },
}

/**
 * The classic mistakes, each with a shortest run in which two values are decided.
 *
 * Varied: the mistake. Each is explored breadth first until two values are decided, so the run is a
 * shortest one; it is drawn as a sequence diagram, from the steps in the row, executed again.
 *
 * Expect: some ten steps: a decision of one value, a phase 1 that misses it, a decision of the
 * other. For mistakes in quorums the abstract model is enough; those in how epochs are shared or
 * voted for need the actors.
 */
export default defineExperiment<Case, Observation, Row>({
  id: "counterexamples",
  question: "What is the shortest run in which each classic mistake decides two values?",
  reference: "Howard 2019, requirements 4.4, 4.7 and 7.2; Howard, Malkhi and Spiegelman 2016; Lamport 2006",
  columns: [
    text("id", "Id of the mistake and of its diagram."),
    text("mistake", "The mistake."),
    text("system", "The quorum system."),
    ...safeColumns,
    text("requirement", "The violated requirement of the thesis."),
    text("requirementVerdict", "Verdict of the validator on it."),
    text("model", "The explored model: spec (abstract Paxos) or actors (the simulated state machines)."),
    count("states", "States explored until the violation is found."),
    count("stepsToViolation", "Length of the run, in steps; minimal."),
    text("because", "Why agreement is violated."),
    text("run", "The steps of the run, in order."),
  ],
  cases: () => Object.keys(mistakes).map((id) => ({ id })),
  runs: 1,
  safety: ({ id }) => {
    const { plan, requirement } = mistakes[id]!
    return { system: plan().name, ...planSafety(plan(), [requirement]) }
  },
  observe: ({ id }) => (mistakes[id]!.variant === undefined ? observeSpec(id) : observeActors(id)),
  summarise: ({ id }, observations) => {
    const { mistake, requirement, plan, variant } = mistakes[id]!
    return observations.map(({ states, steps, because, run }) => ({
      id,
      mistake,
      system: plan().name,
      requirement,
      requirementVerdict: requirementById(requirement)!.check(plan()).verdict,
      model: variant === undefined ? "spec" : "actors",
      states,
      stepsToViolation: steps,
      because,
      run,
    }))
  },
  tables: [counterexampleTable],
  drawings: (rows) => rows.map(drawing),
})

const separator = "; "

function specOf(id: string): SpecModel {
  return specModel(mistakes[id]!.plan().systemAt(0), { values: 2, epochs: 2 })
}

/** The shortest violation in abstract Paxos. */
function observeSpec(id: string): Observation {
  const model = specOf(id)
  const symmetry = { acceptors: true, values: true }
  const { distinct, outcomes } = exploreSpec(model, { stopAtViolation: true, symmetry })
  const { verdict } = outcomes[0]!
  if (verdict.verdict !== "violated") throw new InvariantError(`${id} is no mistake: ${verdict.because}`)
  const { steps } = verdict.witness.trace
  const run = steps.map((step) => describeStep(model, step)).join(separator)
  return { states: distinct, steps: steps.length, because: verdict.because, run }
}

function actorsOf(id: string): { model: PaxosModel; properties: ReturnType<typeof paxosProperties> } {
  const { plan, variant } = mistakes[id]!
  const cluster = paxosCluster({
    plan: plan(),
    proposers: 2,
    timeout: { min: 1, max: 1 },
    backOff: { kind: "none" },
    ...(variant && { variant }),
  })
  const explored = { cluster, candidates: ["A", "B"], epochs: 3, network: "unordered" as const }
  return {
    model: paxosModel(explored),
    properties: paxosProperties(explored).filter(({ name }) => name === "agreement"),
  }
}

/** The shortest violation by the actors, with the quorums that are to blame where quorums are. */
function observeActors(id: string): Observation {
  const { model, properties } = actorsOf(id)
  const { distinct, outcomes } = exploreActors(model, properties, { stopAtViolation: true })
  const { verdict } = outcomes[0]!
  if (verdict.verdict !== "violated") throw new InvariantError(`${id} is no mistake: ${verdict.because}`)
  const { steps } = verdict.witness
  const run = steps.map((step) => describeActorStep(model, step, formatMessage)).join(separator)
  const plan = mistakes[id]!.plan()
  const disagreement = disagreementOf(plan, verdict.witness)
  if (disagreement === undefined) throw new InvariantError(`${id} ends in agreement: ${verdict.because}`)
  const because = describeDisagreement(plan, disagreement)
  return { states: distinct, steps: steps.length, because, run }
}

/** The diagram of a row: its run, executed again. */
function drawing({ id, run, mistake, stepsToViolation }: Row): Drawing {
  const title = `${mistake}: two values in ${stepsToViolation} steps`
  return { id, svg: renderSvg({ ...diagram(id, run.split(separator)), title }) }
}

/**
 * The run of a row as a diagram: the steps are parsed and taken again, so a
 * drawing cannot differ from its row.
 */
function diagram(id: string, run: readonly string[]): SequenceDiagram {
  if (mistakes[id]!.variant === undefined) {
    const model = specOf(id)
    return violationDiagram(explainViolation(runSpec(model, run), model.phase2[0]!))
  }
  const { model } = actorsOf(id)
  const trace = runActors(model, run, (step) => describeActorStep(model, step, formatMessage))
  const news = decisionNews(mistakes[id]!.plan(), trace)
  return actorDiagram(trace, { message: formatMessage, state: paxosStateText, news })
}

function counterexampleTable(rows: readonly Row[]): Table {
  return {
    id: "counterexamples",
    caption: "Classic mistakes and the length of the shortest run in which each decides two values.",
    columns: [
      { heading: "mistake" },
      { heading: "system" },
      { heading: "requirement" },
      { heading: "model" },
      { heading: "steps" },
    ],
    rows: rows.map(({ mistake, system, requirement, model, stepsToViolation }) => [
      mistake,
      system,
      requirement,
      model,
      stepsToViolation,
    ]),
    notes: [
      "Steps: messages sent (spec), or messages delivered and timers fired (actors).",
      "Each run is drawn as a sequence diagram.",
    ],
  }
}
