import { UsageError, describeUnknown } from "../../base/errors.ts"
import { members } from "../../base/node-set.ts"
import { describeDisagreement, decisionNews, disagreementOf } from "../../check/disagreement.ts"
import {
  type PaxosMemory,
  type PaxosTrace,
  decidedIn,
  exploredPart,
  exploredProperties,
  paxosHistory,
  paxosStateText,
} from "../../check/explored-paxos.ts"
import { type Mutant, mistakes, mutants } from "../../check/paxos/mutants.ts"
import { agreement, lastPromisedMonotone } from "../../check/paxos/safety.ts"
import type { Address } from "../../protocol/actor.ts"
import { type Cluster, type ClusterOptions, paxosCluster } from "../../protocol/paxos/cluster.ts"
import { type PaxosMessage, formatMessage, messageBytes } from "../../protocol/paxos/messages.ts"
import type { PaxosRecord } from "../../protocol/paxos/records.ts"
import type { Recipients } from "../../protocol/paxos/proposer-state.ts"
import { safetyConditions } from "../../protocol/paxos/variant-rules.ts"
import { variantOf } from "../../protocol/paxos/variant.ts"
import { variantNamed } from "../../protocol/paxos/variants.ts"
import { quorumSampler } from "../../analysis/strategy/strategy.ts"
import { closestQuorum } from "../../quorum/system.ts"
import type { ActorTrace } from "../../world/explore/trace.ts"
import { micros } from "../../world/simulate/latency.ts"
import { decreeClosedForm } from "../closed-form.ts"
import { paxosMeasures } from "../decree-measures.ts"
import { type DecreeSetup, decreeDefaults, decreeSettings } from "../decree-settings.ts"
import {
  type MessageForm,
  type ProtocolCluster,
  type ProtocolProperty,
  type ProtocolRun,
  defineProtocol,
  proposedValue,
} from "../protocol.ts"

/** The settings of a single decree that are specific to Paxos: variant, roles, recipients and timers. */
const { variant, switches, colocated, learners, readers, recoveryProposers } = decreeSettings
const { distinguished, nacks, timeoutMs, backOff, quorumSelection } = decreeSettings
const settings = {
  ...{ variant, switches, colocated, learners, readers, recoveryProposers },
  ...{ distinguished, nacks, timeoutMs, backOff, quorumSelection },
}

/** The settings of Paxos, and the strategy that quorums are drawn from. */
export type PaxosSetup = Pick<DecreeSetup, keyof typeof settings | "strategy">

type PaxosRun = ProtocolRun<PaxosSetup>

/** The Paxos family, one decree: every algorithm of Howard 2019, as switches of one protocol. */
export const paxos = defineProtocol<PaxosMessage, PaxosRecord, never, PaxosMemory, PaxosSetup>({
  id: "paxos",
  about: "Single-decree Paxos and its variants: one value is decided.",
  reference: "Howard 2019, chapters 2 to 7",
  settings,
  exploredSettings: {
    // Durations mean nothing to an explorer: a timer that is set may fire at any moment.
    timeoutMs: 0.001,
    backOff: { kind: "none" },
  },
  ownPlan: (n, { variant }) => variantNamed(variant).plan(n),
  requirements: ({ plan, settings: { variant, switches } }) =>
    safetyConditions(variantOf(variantNamed(variant).switches, switches), plan),
  cluster: paxosClusterOf,
  messages: messageForms(),
  facts: paxosHistory,
  properties: properties(),
  measures: paxosMeasures,
  closedForm: decreeClosedForm,
  mutants: [...mutants, ...mistakes].map((mutant) => ({
    id: mutant.id,
    does: mutant.does,
    apply: (cluster, run) => ({ ...cluster, ...mutated(mutant, cluster as Cluster, run) }),
  })),
  model: (run, { epochs }) => exploredPart(paxosCluster(clusterOptions(run)), epochs),
  stateText: paxosStateText,
  decided: (memory, { plan }) => decidedIn(plan, memory).map(({ epoch, value }) => `(${epoch}, ${value})`),
  remarks: (trace, { plan }) => decisionNews(plan, trace),
})

/** The processes of a run; clients contact proposers, then readers. */
function paxosClusterOf(run: PaxosRun): Cluster & ProtocolCluster<PaxosMessage, PaxosRecord, never> {
  const options = clusterOptions(run)
  const cluster = paxosCluster(options)
  const { proposers, readers, acceptors, learners, variant } = cluster
  const { quorumSelection } = run.settings
  return {
    ...cluster,
    asked: [...proposers.slice(0, run.values.length), ...readers],
    groups: { acceptors, proposers, learners, readers },
    ...(options.distinguished !== undefined && { leader: proposers[options.distinguished]! }),
    isFixed: quorumSelection !== "random" && quorumSelection !== "strategy",
    // Its value differs, so that a proposer that reuses an old epoch for it is detected.
    resubmits: (process, at) => {
      const index = proposers.indexOf(process)
      if (index < 0) return undefined
      // Where epochs belong to values, the client has to stay with one that has epochs.
      return variant.epochs.kind === "by-value" ? proposedValue(index) : `${proposedValue(index)}@${at}`
    },
  }
}

/** A mutant changes acceptors or proposers; where the two are one process there is nothing to change. */
function mutated(mutant: Mutant, cluster: Cluster, run: PaxosRun): Cluster {
  const options = clusterOptions(run)
  if (options.colocated !== true) return mutant.apply(cluster, options)
  throw new UsageError(
    `the mutant ${mutant.id} requires acceptors and proposers in separate processes; here they are co-located.`,
  )
}

/** The options of a cluster; recipients depend on the delays of the run. */
export function clusterOptions(run: PaxosRun): ClusterOptions {
  const setup = { ...decreeDefaults, ...run.settings }
  const named = variantNamed(setup.variant)
  const colocated = setup.colocated || named.colocated === true
  const proposers = colocated ? run.plan.nodes.length : run.values.length
  return {
    plan: run.plan,
    proposers,
    colocated,
    variant: { ...named.switches, ...setup.switches },
    learners: setup.learners,
    readers: setup.readers,
    recoveryProposers: setup.recoveryProposers,
    nacks: setup.nacks,
    timeout: { min: micros(setup.timeoutMs), max: micros(setup.timeoutMs) },
    backOff: setup.backOff,
    recipients: (index) => recipientsOf(run, setup, colocated, index),
    ...(setup.distinguished !== null && {
      distinguished: proposerIndex(setup.distinguished, run, colocated),
    }),
  }
}

/** Where the distinguished proposer is among the proposers. */
function proposerIndex(distinguished: string, { plan, values }: PaxosRun, colocated: boolean): number {
  const names = colocated ? plan.nodes : values.map((_, i) => `p${i + 1}`)
  const index = names.indexOf(distinguished)
  if (index >= 0) return index
  throw new UsageError(`distinguished: ${describeUnknown("proposer", distinguished, names)}`)
}

/**
 * The quorums a thrifty proposer contacts, in parallel or around a ring: the nearest by expected round
 * trip, or a random one.
 */
function recipientsOf(
  { plan, distance, random }: PaxosRun,
  { quorumSelection, strategy }: Pick<PaxosSetup, "quorumSelection" | "strategy">,
  colocated: boolean,
  index: number,
): Recipients {
  if (quorumSelection === "broadcast") return { kind: "broadcast" }
  const self = colocated ? index : plan.nodes.length + index
  const lots = random.fork("quorums").fork(String(index))
  if (quorumSelection === "strategy") {
    if (strategy === undefined) {
      throw new UsageError(`${plan.name}: quorums are to be drawn from a strategy, and there is none.`)
    }
    // Each quorum as often as the strategy has it.
    const draw = (phase: 1 | 2): Address[] => members(quorumSampler(strategy, phase)(lots))
    return { kind: "thrifty", quorum: { 1: draw(1), 2: draw(2) } }
  }
  const choose = (phase: 1 | 2): Address[] => {
    const drawn = plan.nodes.map(() => lots.unit())
    const far = (acceptor: Address): number =>
      quorumSelection === "random" ? drawn[acceptor]! : distance(self, acceptor) + distance(acceptor, self)
    return members(closestQuorum(plan.systemAt(index), phase, far))
  }
  return { kind: quorumSelection === "ring" ? "ring" : "thrifty", quorum: { 1: choose(1), 2: choose(2) } }
}

function messageForms() {
  const form: MessageForm<PaxosMessage> = { show: formatMessage, bytes: messageBytes }
  return {
    ...{ prepare: form, promise: form, propose: form, accept: form },
    ...{ "no-promise": form, "no-accept": form, decided: form, ring: form },
    ...{ "generate-next": form, allocate: form, "no-allocate": form },
    ...{ forward: form, read: form, report: form },
  }
}

/** Safety, of which the last is of traces alone; that something happens; and progress. */
function properties(): ProtocolProperty<PaxosMemory, PaxosSetup>[] {
  const explored = exploredProperties.map((property) =>
    property.name === agreement.name ? { ...property, explain: whyTwo } : property,
  )
  return [...explored, lastPromisedMonotone]
}

function whyTwo(_: PaxosMemory, { plan }: PaxosRun, trace?: ActorTrace<unknown, unknown, PaxosMemory>) {
  const found = trace && disagreementOf(plan, trace as PaxosTrace)
  return found && describeDisagreement(plan, found)
}
