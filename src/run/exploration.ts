import { randomFromSeed } from "../base/random.ts"
import type { SequenceDiagram } from "../experiment/diagram/model.ts"
import type { AnyEvent } from "../check/property.ts"
import { scenarioOfTrace } from "../check/simulated-trace.ts"
import { Remembering, type StateProperty, judgedInStates } from "../check/state-property.ts"
import type { QuorumPlan } from "../quorum/plan.ts"
import type { ActorModel, NetworkKind, Property } from "../world/explore/model.ts"
import type { ActorOutcome } from "../world/explore/outcome.ts"
import type { ActorTrace } from "../world/explore/trace.ts"
import { simulate } from "../world/simulate/simulate.ts"
import { actorDiagram } from "./diagrams/actors.ts"
import {
  type Protocol,
  type ProtocolRun,
  clusterOf,
  messageText,
  proposedValue,
  requestsOf,
  stateProperties,
  withDefaults,
} from "./protocol.ts"

/** How far and how badly runs may go that are explored. */
export interface ExplorationBounds {
  /** Epochs 0 … epochs − 1 are used, by the protocol's notion of epochs. */
  readonly epochs: number
  readonly network: NetworkKind
  readonly lossy: boolean
  readonly timeouts: boolean
  readonly crashes: number
}

/** A protocol on a small cluster, all of whose runs are explored. */
export interface ExplorationSetup extends ExplorationBounds {
  readonly protocol: Protocol
  readonly plan: QuorumPlan
  /** The number of clients, each of which requests its own value. */
  readonly clients: number
  /** The settings of the protocol that are not at their defaults. */
  readonly settings?: object
  readonly mutant?: string | undefined
}

/** The model for the explorer, with the functions that interpret its results. */
export interface Exploration {
  readonly protocol: Protocol
  readonly run: ProtocolRun
  readonly model: ExplorationModel
  /** What must hold always, and what must hold sometimes. */
  readonly properties: readonly ExplorationProperty[]
  /** What must hold eventually. */
  readonly progress: readonly ExplorationProperty[]
}

/** The model of any protocol. */
export type ExplorationModel = ActorModel<unknown, unknown, unknown>
/** A property of its runs. */
export type ExplorationProperty = Property<unknown, unknown, unknown>
/** One of its runs. */
export type ExplorationTrace = ActorTrace<unknown, unknown, unknown>
/** The outcome of a search for one property. */
export type ExplorationOutcome = ActorOutcome<unknown, unknown, unknown>

/** The model of a protocol, and its properties for the explorer. */
export function explorationOf(setup: ExplorationSetup): Exploration {
  const { protocol, plan, clients, epochs, network, lossy, timeouts, crashes } = setup
  const run: ProtocolRun = {
    plan,
    values: Array.from({ length: clients }, (_, i) => proposedValue(i)),
    settings: withDefaults(protocol, { ...protocol.exploredSettings, ...setup.settings }),
    // An explorer has no delays, and what a set-up draws is drawn once.
    distance: () => 0,
    random: randomFromSeed(1),
  }
  const cluster = clusterOf(protocol, run, setup.mutant)
  const model: ExplorationModel = {
    processes: cluster.processes,
    ...{ network, lossy, timeouts, crashes },
    requests: requestsOf(run, cluster),
    ...protocol.model?.(run, { epochs }),
    history: protocol.facts,
  }
  const asked: readonly ExplorationProperty[] = stateProperties(protocol).map((property) =>
    judgedInStates(property, run),
  )
  return {
    protocol,
    run,
    model,
    properties: asked.filter(({ kind }) => kind !== "eventually"),
    progress: asked.filter(({ kind }) => kind === "eventually"),
  }
}

/** What is wrong at the end of a trace, in the protocol's words; undefined where it has none. */
export function explainViolation(
  { protocol, run }: Exploration,
  name: string,
  trace: ExplorationTrace,
): string | undefined {
  const property = stateProperties(protocol).find((one) => one.name === name)
  return property?.explain?.(trace.worlds.at(-1)!.remembered, run, trace)
}

/** The `always` properties that fail at the end of a trace. */
export function violatedIn(
  { protocol, run }: Exploration,
  facts: unknown,
): readonly StateProperty<unknown, ProtocolRun>[] {
  return stateProperties(protocol).filter(
    ({ kind = "always", holds }) => kind === "always" && !holds(facts, run),
  )
}

/** The diagram of a run, with what its protocol remarks upon. */
export function explorationDiagram(
  exploration: Exploration,
  trace: ExplorationTrace,
  title?: string,
): SequenceDiagram {
  const { protocol, run } = exploration
  return actorDiagram(
    trace,
    {
      message: (message) => messageText(protocol, message),
      state: (local) => protocol.stateText?.(local),
      news: protocol.remarks?.(trace, run) ?? violationRemarks(exploration, trace),
    },
    title,
  )
}

/** The remarks of a protocol without its own: the step after which a property first fails. */
function violationRemarks(exploration: Exploration, trace: ExplorationTrace): (steps: number) => string[] {
  const failing = (steps: number) => violatedIn(exploration, trace.worlds[steps]!.remembered)
  return (steps) =>
    failing(steps)
      .filter((property) => !failing(steps - 1).includes(property))
      .map(({ name, statement, explain }) => {
        const why = explain?.(trace.worlds[steps]!.remembered, exploration.run)
        return `${name} is violated: ${why ?? statement}`
      })
}

/** The facts that a protocol has of a trace when the simulator is made to take its steps; undefined where it cannot. */
export function simulatedFacts({ facts }: Pick<Protocol, "facts">, trace: ExplorationTrace): unknown {
  if (trace.steps.some((step) => "crashBefore" in step)) return undefined
  const memory = new Remembering(facts)
  simulate(scenarioOfTrace(trace), (event: AnyEvent) => memory.observe(event))
  return memory.value
}
