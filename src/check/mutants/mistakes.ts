import { size } from "../../base/node-set.ts"
import type { Address } from "../../protocol/actor.ts"
import type { PaxosMessage } from "../../protocol/paxos/messages.ts"
import type { QuorumPlan } from "../../quorum/plan.ts"
import {
  type AcceptorInput,
  type AnyActor,
  type AnyOutput,
  type AnyStep,
  type Mutant,
  acceptorMutant,
  proposerMutant,
  withActors,
  withPlan,
} from "./mutant.ts"

/** Mistakes that implementations make; each may switch off more than one property. */
export const mistakes: readonly Mutant[] = [
  acceptorMutant(
    { id: "no-disk", property: "P10", does: "forgets to persist what it promises and accepts" },
    (inner, state, input) => {
      const step = inner(state, input)
      return { ...step, outputs: step.outputs.filter(({ type }) => type !== "store") }
    },
  ),
  {
    id: "silence-as-nothing",
    property: "P2",
    does: "takes the silent for such as have accepted nothing",
    apply: (cluster) => withActors(cluster, "proposer", (actor) => silentAsNothing(actor, cluster.acceptors)),
  },
  proposerMutant(
    {
      id: "half-for-majority",
      property: "P2",
      does: "takes half of the acceptors, rounded down, for a quorum",
    },
    withPlan(halvesOf),
  ),
]

/** The plan as it is seen by those who get the intersection wrong: ⌊n/2⌋ acceptors in both phases. */
function halvesOf(plan: QuorumPlan): QuorumPlan {
  const half = Math.max(1, Math.floor(plan.nodes.length / 2))
  return {
    ...plan,
    systemAt: (epoch) => ({ ...plan.systemAt(epoch), isQuorum: (_, answered) => size(answered) >= half }),
  }
}

/** The state of the core's proposer, and whom it has heard from in the epoch it prepares. */
interface Listening {
  readonly state: unknown
  readonly preparing: number | null
  readonly heard: readonly Address[]
}

/** When phase 1 takes too long, counts everybody who has not answered as having promised and accepted nothing. */
function silentAsNothing(inner: AnyActor, acceptors: readonly Address[]): AnyActor {
  return {
    start: (self) => {
      const { state, outputs } = inner.start(self)
      return { state: { state, preparing: null, heard: [] } satisfies Listening, outputs }
    },
    step: (before, input) => {
      const { state, preparing, heard } = before as Listening
      if (input.type !== "timeout" || preparing === null) return listen(inner, before as Listening, input)
      const message: PaxosMessage = { type: "promise", epoch: preparing, lastAccepted: null }
      const outputs: AnyOutput[] = []
      let now: Listening = { state, preparing, heard }
      for (const from of acceptors.filter((acceptor) => !heard.includes(acceptor))) {
        const step = listen(inner, now, { type: "receive", from, message })
        outputs.push(...step.outputs)
        now = step.state as Listening
      }
      return { state: now, outputs }
    },
  }
}

function listen(inner: AnyActor, { state, preparing, heard }: Listening, input: AcceptorInput): AnyStep {
  const step = inner.step(state, input)
  const sent = step.outputs.flatMap((output) =>
    output.type === "send" || output.type === "broadcast" ? [output.message] : [],
  )
  const prepare = sent.find(({ type }) => type === "prepare")
  let now: Listening = { state: step.state, preparing, heard }
  if (prepare?.type === "prepare") now = { state: step.state, preparing: prepare.epoch, heard: [] }
  else if (sent.some(({ type }) => type === "propose")) now = { ...now, preparing: null }
  else if (input.type === "receive" && input.message.type === "promise" && input.message.epoch === preparing)
    now = { ...now, heard: [...heard, input.from] }
  return { state: now, outputs: step.outputs }
}
