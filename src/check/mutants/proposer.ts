import { emptySet } from "../../base/node-set.ts"
import type { Address } from "../../protocol/actor.ts"
import { paxosCluster } from "../../protocol/paxos/cluster.ts"
import type { PaxosMessage } from "../../protocol/paxos/messages.ts"
import type { QuorumPlan } from "../../quorum/plan.ts"
import type { Phase } from "../../quorum/system.ts"
import {
  type AcceptorInput,
  type AnyActor,
  type AnyOutput,
  type Mutant,
  proposerMutant,
  withActors,
  withPlan,
} from "./mutant.ts"

/** Proposers without one of properties 1 to 5. */
export const proposerMutants: readonly Mutant[] = [
  proposerMutant(
    { id: "shared-epochs", property: "P1", does: "all proposers share the epochs 0, 1, 2, …" },
    (options) => ({
      cluster: paxosCluster({ ...options, proposers: 1 }),
      as: () => 0,
    }),
  ),
  {
    id: "reused-epoch",
    property: "P1",
    does: "a restarted proposer uses its last epoch again",
    apply: (cluster) =>
      withActors(cluster, "proposer", (actor) => ({
        start: (self) => actor.start(self),
        step: (state, input) => actor.step(state, withoutLastEpoch(input, cluster.proposers.length)),
      })),
  },
  proposerMutant(
    { id: "one-promise", property: "P2", does: "proposes after one promise" },
    withPlan((plan) => laxPlan(plan, 1)),
  ),
  proposerMutant(
    { id: "one-accept", property: "P3", does: "returns after one accept" },
    withPlan((plan) => laxPlan(plan, 2)),
  ),
  {
    id: "own-value",
    property: "P4",
    does: "proposes its own candidate, whatever is reported",
    apply: (cluster) =>
      withActors(cluster, "proposer", (actor) => ({
        start: (self) => actor.start(self),
        step: (state, input) => actor.step(state, withoutReport(input)),
      })),
  },
  {
    id: "counting-down",
    property: "P5",
    does: "counts its epochs down",
    apply: (cluster) =>
      withActors(cluster, "proposer", (actor, self) => countingDown(actor, cluster.proposers, self)),
  },
]

/** The plan as it is seen by those to whom one answer is enough in this phase. */
function laxPlan(plan: QuorumPlan, phase: Phase): QuorumPlan {
  return {
    ...plan,
    systemAt: (epoch) => {
      const system = plan.systemAt(epoch)
      return {
        ...system,
        isQuorum: (asked, answered) =>
          asked === phase ? answered !== emptySet : system.isQuorum(asked, answered),
      }
    },
  }
}

function withoutReport(input: AcceptorInput): AcceptorInput {
  if (input.type !== "receive" || input.message.type !== "promise") return input
  return { ...input, message: { ...input.message, lastAccepted: null } }
}

/** What was stored before the last epoch was; epochs are dealt out in turn. */
function withoutLastEpoch(input: AcceptorInput, proposers: number): AcceptorInput {
  if (input.type !== "recover" || input.stored?.role !== "proposer") return input
  const lastEpoch = (input.stored as { readonly lastEpoch: number }).lastEpoch - proposers
  return { type: "recover", stored: lastEpoch < 0 ? undefined : { role: "proposer", lastEpoch } }
}

/** A negative reply that does not tell how far the acceptor is, so that nobody is led to jump past it. */
function withoutHint(input: AcceptorInput): AcceptorInput {
  if (input.type !== "receive") return input
  const { message } = input
  if (message.type !== "no-promise" && message.type !== "no-accept") return input
  return { ...input, message: { ...message, lastPromised: message.epoch } }
}

/**
 * A proposer whose epochs arrive in the opposite order: those of the core, e,
 * are `top` − e to everybody else. They are its own all the same, and unique.
 */
function countingDown(inner: AnyActor, proposers: readonly Address[], self: Address): AnyActor {
  const top = 2 * proposers.indexOf(self) + 10_000 * proposers.length
  const turned = (message: PaxosMessage): PaxosMessage =>
    "epoch" in message ? { ...message, epoch: top - message.epoch } : message
  return {
    start: (address) => inner.start(address),
    step: (state, input) => {
      const heard =
        input.type === "receive" ? withoutHint({ ...input, message: turned(input.message) }) : input
      const step = inner.step(state, heard)
      const outputs = step.outputs.map((output): AnyOutput => {
        if (output.type === "send" || output.type === "broadcast") {
          return { ...output, message: turned(output.message) }
        }
        return output.type === "learn" ? { ...output, epoch: top - output.epoch } : output
      })
      return { state: step.state, outputs }
    },
  }
}
