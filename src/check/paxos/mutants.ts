import { UsageError, describeUnknown } from "../../base/errors.ts"
import { emptySet, size } from "../../base/node-set.ts"
import type { Actor, Address, Input, Output, Step } from "../../protocol/actor.ts"
import { type Cluster, type ClusterOptions, paxosCluster } from "../../protocol/paxos/cluster.ts"
import type { PaxosMessage } from "../../protocol/paxos/messages.ts"
import type { AcceptorRecord, PaxosRecord } from "../../protocol/paxos/records.ts"
import type { QuorumPlan } from "../../quorum/plan.ts"
import type { Phase } from "../../quorum/system.ts"

/**
 * Paxos with one property of Howard 2019, §2.4, switched off: a control for the checks, which must
 * detect it. The core has no such switches; a mutant wraps its actors and falsifies what they receive,
 * send or write.
 *
 * Mutants wrap actors because a switch in the core could share the core's mistakes; falsified messages
 * of a correct actor cannot. A check that no mutant violates has not been shown to detect anything.
 */
export interface Mutant {
  /** In kebab-case: what `quorate simulate --mutant` calls it. */
  readonly id: string
  /** "P7": the property it breaks, and no other. */
  readonly property: string
  /** What it does instead. */
  readonly does: string
  /** The cluster with its actors changed; `options` are those it was made from. */
  apply(cluster: Cluster, options: ClusterOptions): Cluster
}

/** The mutant or mistake of that name; a UsageError names those there are. */
export function mutantNamed(id: string): Mutant {
  const all = [...mutants, ...mistakes]
  const found = all.find((mutant) => mutant.id === id)
  if (found !== undefined) return found
  const known = all.map((mutant) => mutant.id)
  throw new UsageError(describeUnknown("mutant", id, known))
}

// ---- What a mutant stands in front of

/** An acceptor of the core. */
type AcceptorActor = Actor<AcceptorRecord, PaxosMessage, PaxosRecord>
/** An input of an actor of Paxos. */
type AcceptorInput = Input<PaxosMessage, PaxosRecord>
/** What an acceptor makes of it. */
type AcceptorStep = Step<AcceptorRecord, PaxosMessage, PaxosRecord>
/** An actor of Paxos, its state none of our business. */
type AnyActor = Actor<unknown, PaxosMessage, PaxosRecord>
/** A step of such an actor. */
type AnyStep = Step<unknown, PaxosMessage, PaxosRecord>
/** An output of such an actor. */
type AnyOutput = Output<PaxosMessage, PaxosRecord>

/** What a mutant is called, breaks and does. */
type MutantHead = Pick<Mutant, "id" | "property" | "does">

/** Replaces the step of every acceptor; `inner` is the step of the core. */
function acceptorMutant(
  head: MutantHead,
  step: (
    inner: (state: AcceptorRecord, input: AcceptorInput) => AcceptorStep,
    state: AcceptorRecord,
    input: AcceptorInput,
    self: Address,
  ) => AcceptorStep,
): Mutant {
  return {
    ...head,
    apply: (cluster) =>
      withActors(cluster, "acceptor", (actor, self) => {
        const core = actor as AcceptorActor
        const inner = (state: AcceptorRecord, input: AcceptorInput): AcceptorStep => core.step(state, input)
        return {
          start: (address) => core.start(address),
          step: (state, input) => step(inner, state as AcceptorRecord, input, self),
        }
      }),
  }
}

/** Gives proposer `index` the actor that proposer `as(index)` would have in another cluster. */
function proposerMutant(
  head: MutantHead,
  other: (options: ClusterOptions) => { cluster: Cluster; as: (index: number) => number },
): Mutant {
  return {
    ...head,
    apply: (cluster, options) => {
      const source = other(options)
      return withActors(cluster, "proposer", (_, self) => {
        const address = source.cluster.proposers[source.as(cluster.proposers.indexOf(self))]!
        return source.cluster.processes[address]!.actor
      })
    },
  }
}

/** Proposers of the same cluster, with another plan. */
const withPlan = (change: (plan: QuorumPlan) => QuorumPlan) => (options: ClusterOptions) => ({
  cluster: paxosCluster({ ...options, plan: change(options.plan) }),
  as: (index: number) => index,
})

/** The cluster with the actors of one role changed. */
function withActors(
  cluster: Cluster,
  role: "acceptor" | "proposer",
  change: (actor: AnyActor, self: Address) => AnyActor,
): Cluster {
  const processes = cluster.processes.map((process, self) =>
    process.role === role ? { ...process, actor: change(process.actor, self) } : process,
  )
  return { ...cluster, processes }
}

// ---- Proposers

/** Proposers without one of properties 1 to 5. */
const proposerMutants: readonly Mutant[] = [
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

/** The plan of processes for which one reply suffices in this phase. */
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

/** A negative reply without the acceptor's epoch, so that no proposer jumps beyond it. */
function withoutHint(input: AcceptorInput): AcceptorInput {
  if (input.type !== "receive") return input
  const { message } = input
  if (message.type !== "no-promise" && message.type !== "no-accept") return input
  return { ...input, message: { ...message, lastPromised: message.epoch } }
}

/**
 * A proposer whose epochs arrive in descending order: epoch e of the core is `top` − e to all other
 * processes. Its epochs remain unique.
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

// ---- Acceptors

/** Acceptors without one of properties 6 to 10. */
const acceptorMutants: readonly Mutant[] = [
  acceptorMutant(
    { id: "old-epochs", property: "P6", does: "processes messages of every epoch" },
    (inner, state, input) => {
      const asked = request(input)
      if (asked === undefined || !isOld(asked.epoch, state)) return inner(state, input)
      const step = inner({ ...state, lastPromised: null }, input)
      return recording(step, { ...step.state, lastPromised: asked.epoch })
    },
  ),
  acceptorMutant(
    { id: "promise-below", property: "P7", does: "records the epoch below as promised" },
    (inner, state, input) => {
      const asked = request(input)
      const step = inner(state, input)
      if (asked === undefined || isRefusal(step)) return step
      return recording(step, { ...step.state, lastPromised: asked.epoch - 1 })
    },
  ),
  acceptorMutant(
    { id: "first-promise-kept", property: "P7", does: "records only the first promise" },
    (inner, state, input) => {
      const step = inner(state, input)
      if (request(input) === undefined || isRefusal(step)) return step
      return recording(step, { ...step.state, lastPromised: state.lastPromised ?? step.state.lastPromised })
    },
  ),
  acceptorMutant(
    { id: "empty-promise", property: "P8", does: "reports nothing in its promises" },
    (inner, state, input) => ({
      ...inner(state, input),
      outputs: inner(state, input).outputs.map(withoutReportedProposal),
    }),
  ),
  acceptorMutant(
    { id: "old-promise", property: "P8", does: "promises old epochs, in word only" },
    (inner, state, input) => {
      const asked = request(input)
      if (asked?.type !== "prepare" || !isOld(asked.epoch, state)) return inner(state, input)
      const { lastAccepted } = state
      return {
        state,
        outputs: [
          { type: "send", to: asked.from, message: { type: "promise", epoch: asked.epoch, lastAccepted } },
        ],
      }
    },
  ),
  acceptorMutant(
    { id: "accept-unrecorded", property: "P9", does: "accepts without recording the proposal" },
    (inner, state, input) => {
      const asked = request(input)
      const step = inner(state, input)
      if (asked?.type !== "propose" || isRefusal(step)) return step
      return recording(step, { ...step.state, lastAccepted: state.lastAccepted })
    },
  ),
  acceptorMutant(
    { id: "accepted-too-high", property: "P9", does: "the first acceptor records accepted epochs too high" },
    (inner, state, input, self) => {
      const asked = request(input)
      const step = inner(state, input)
      if (self !== 0 || asked?.type !== "propose" || isRefusal(step)) return step
      const lastAccepted = { epoch: asked.epoch + 3, value: asked.value }
      return recording(step, { role: "acceptor", lastPromised: asked.epoch, lastAccepted })
    },
  ),
  acceptorMutant(
    { id: "old-accept", property: "P9", does: "accepts old epochs, in word only" },
    (inner, state, input) => {
      const asked = request(input)
      if (asked?.type !== "propose" || !isOld(asked.epoch, state)) return inner(state, input)
      return {
        state,
        outputs: [{ type: "send", to: asked.from, message: { type: "accept", epoch: asked.epoch } }],
      }
    },
  ),
  acceptorMutant(
    { id: "amnesia", property: "P10", does: "recovers from a crash without its record" },
    (inner, state, input) => (input.type === "recover" ? reset(blank) : inner(state, input)),
  ),
  acceptorMutant(
    { id: "promise-forgotten", property: "P10", does: "recovers from a crash without its promise" },
    (inner, state, input) =>
      input.type === "recover"
        ? reset({ ...inner(state, input).state, lastPromised: null })
        : inner(state, input),
  ),
]

function request(
  input: AcceptorInput,
): { from: Address; epoch: number; type: "prepare" | "propose"; value: string } | undefined {
  if (input.type !== "receive") return undefined
  const { from, message } = input
  if (message.type === "prepare") return { from, epoch: message.epoch, type: "prepare", value: "" }
  if (message.type === "propose") return { from, epoch: message.epoch, type: "propose", value: message.value }
  return undefined
}

const isOld = (epoch: number, { lastPromised }: AcceptorRecord): boolean =>
  lastPromised !== null && epoch < lastPromised

/** The step with another record in memory and on disk; it is written even if the core had nothing to write. */
function recording(step: AcceptorStep, record: AcceptorRecord): AcceptorStep {
  if (step.outputs.length === 0) return step
  const rest = step.outputs.filter(({ type }) => type !== "store")
  return { state: record, outputs: [{ type: "store", record }, ...rest] }
}

const isRefusal = (step: AcceptorStep): boolean =>
  step.outputs.every((output) => output.type === "send" && output.message.type.startsWith("no-"))

const blank: AcceptorRecord = { role: "acceptor", lastPromised: null, lastAccepted: null }

function reset(record: AcceptorRecord): AcceptorStep {
  return { state: record, outputs: [{ type: "store", record }] }
}

function withoutReportedProposal(output: AnyOutput): AnyOutput {
  if (output.type !== "send" || output.message.type !== "promise") return output
  return { ...output, message: { ...output.message, lastAccepted: null } }
}

/** Several ways to switch off each property: between them they break every lemma that depends on it. */
export const mutants: readonly Mutant[] = [...proposerMutants, ...acceptorMutants]

// ---- Mistakes

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

/** The plan of processes with the wrong intersection: ⌊n/2⌋ acceptors in both phases. */
function halvesOf(plan: QuorumPlan): QuorumPlan {
  const half = Math.max(1, Math.floor(plan.nodes.length / 2))
  return {
    ...plan,
    systemAt: (epoch) => ({ ...plan.systemAt(epoch), isQuorum: (_, answered) => size(answered) >= half }),
  }
}

/**
 * The state of the core's proposer, and the acceptors from which it has received replies in the epoch it
 * prepares.
 */
interface Listening {
  readonly state: unknown
  readonly preparing: number | null
  readonly heard: readonly Address[]
}

/** When phase 1 times out, counts every acceptor without a reply as having promised and accepted nothing. */
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
