import { members } from "../base/node-set.ts"
import type { WorldStep } from "../world/explore/model.ts"
import { runDescribedSteps } from "../world/explore/trace.ts"
import { type Phase2Quorums, type SpecModel, valueName } from "../world/spec/model.ts"
import type { SpecTrace } from "../world/spec/trace.ts"
import type { SpecStep } from "../world/spec/transition.ts"
import { paxosCluster } from "../protocol/paxos/cluster.ts"
import type { PaxosMessage } from "../protocol/paxos/messages.ts"
import type { PaxosRecord } from "../protocol/paxos/records.ts"
import { and, node, or } from "../quorum/expression.ts"
import { type QuorumPlan, constantPlan } from "../quorum/plan.ts"
import { type QuorumSystem, quorumSystem } from "../quorum/system.ts"
import { simulate } from "../world/simulate/simulate.ts"
import type { TraceEvent } from "../world/simulate/trace.ts"
import {
  type PaxosMemory,
  type PaxosModel,
  type PaxosTrace,
  decidedIn,
  paxosHistory,
  paxosModel,
} from "./explored-paxos.ts"
import { scenarioOfTrace } from "./simulated-trace.ts"

/**
 * Executes a run of abstract Paxos by the actors of classic Paxos: one proposer per epoch, whose
 * candidate is the value proposed there.
 *
 * For a promise or an acceptance, the request is delivered to the acceptor; for a proposal, the promises
 * of the phase-1 quorum that allows it to the proposer. Undefined for a run that proposes by a
 * non-minimal or an empty quorum: actors wait for no more promises than they need.
 */
export function specRunByActors(
  trace: SpecTrace,
  system: Phase2Quorums,
): { readonly plan: QuorumPlan; readonly trace: PaxosTrace } | undefined {
  const { model, steps } = trace
  if (steps.some((step) => step.action === "propose" && !isSmallest(model, step.quorum))) return undefined
  const plan = constantPlan(systemOf(model, system))
  const actors = actorsFor(trace, plan)
  const deliveries = steps.flatMap((step) => deliveriesOf(model, step))
  return { plan, trace: runDescribedSteps(actors, deliveries, (step) => deliveryText(model, actors, step)) }
}

/** What the simulator decides in the same steps. */
export function decidedInSimulator({
  plan,
  trace,
}: {
  readonly plan: QuorumPlan
  readonly trace: PaxosTrace
}): PaxosMemory["accepted"] {
  let memory = paxosHistory.initial
  simulate(scenarioOfTrace(trace), (event: TraceEvent<PaxosMessage, PaxosRecord, unknown>) => {
    if (event.type === "store" || event.type === "learn") memory = paxosHistory.observe(memory, event)
  })
  return decidedIn(plan, memory)
}

function isSmallest({ phase1 }: SpecModel, quorum: number): boolean {
  return quorum !== 0 && !phase1.some((other) => other !== quorum && (other & ~quorum) === 0)
}

function systemOf({ acceptors, phase1 }: SpecModel, { name, quorums }: Phase2Quorums): QuorumSystem {
  const formula = (sets: readonly number[]) =>
    or(...sets.map((set) => and(...members(set).map((position) => node(acceptors[position]!)))))
  return quorumSystem({ phase1: formula(phase1), phase2: formula(quorums), nodes: acceptors }, name)
}

function actorsFor({ model, steps }: SpecTrace, plan: QuorumPlan): PaxosModel {
  const { epochs } = model
  const cluster = paxosCluster({
    plan,
    proposers: epochs,
    timeout: { min: 1, max: 1 },
    backOff: { kind: "none" },
  })
  const candidates = Array.from({ length: epochs }, (_, epoch) => {
    const proposed = steps.find((step) => step.action === "propose" && step.epoch === epoch)
    return valueName(proposed?.action === "propose" ? proposed.value : 0)
  })
  return paxosModel({ cluster, candidates, epochs, network: "unordered", timeouts: false })
}

/** What is delivered for one step of the specification; a message that is sent waits for its receivers. */
function deliveriesOf({ acceptors }: SpecModel, step: SpecStep): string[] {
  switch (step.action) {
    case "prepare":
      return []
    case "promise":
      return [`prepare(${step.epoch}) ${acceptors[step.acceptor]!}`]
    case "propose":
      return members(step.quorum).map((position) => `promise(${step.epoch}) ${acceptors[position]!}`)
    case "accept":
      return [`propose(${step.epoch}) ${acceptors[step.acceptor]!}`]
  }
}

function deliveryText(
  { acceptors }: SpecModel,
  { processes }: PaxosModel,
  step: WorldStep<PaxosMessage>,
): string {
  if (step.action !== "deliver" || !("epoch" in step.message)) return step.action
  const acceptor = [step.from, step.to].find((address) => address < acceptors.length)!
  return `${step.message.type}(${step.message.epoch}) ${processes[acceptor]!.name}`
}
