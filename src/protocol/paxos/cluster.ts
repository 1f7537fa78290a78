import { UsageError } from "../../base/errors.ts"
import { node } from "../../quorum/expression.ts"
import { type QuorumPlan, constantPlan } from "../../quorum/plan.ts"
import { quorumSystem } from "../../quorum/system.ts"
import type { Actor, Address, Process, Role, TimerRange } from "../actor.ts"
import { acceptor } from "./acceptor.ts"
import { type AllocatorMode, allocator } from "./allocator.ts"
import { type EpochAllocation, epochSource, needsAllocator } from "./epochs.ts"
import { learner, reader } from "./learner.ts"
import type { PaxosMessage } from "./messages.ts"
import type { PaxosRecord } from "./records.ts"
import type { BackOff, Recipients } from "./proposer-state.ts"
import { proposer } from "./proposer.ts"
import { replica } from "./replica.ts"
import { singleAcceptor, singleProposer } from "./single-acceptor.ts"
import { type Variant, classic, variantOf } from "./variant.ts"

/** The processes, quorums and switches of one instance. Times are in microseconds. */
export interface ClusterOptions {
  readonly plan: QuorumPlan
  /** How many proposers; where epochs are dealt out, proposer i of p has the epochs i − 1, i − 1 + p, … */
  readonly proposers: number
  readonly learners?: number
  /** The switches that differ from classic Paxos. */
  readonly variant?: Partial<Variant>
  /** Short for the variant with `nacks: "epoch"`. */
  readonly nacks?: boolean
  readonly timeout: TimerRange
  readonly backOff: BackOff
  /** The recipients of proposer `index`, from 0; all acceptors by default. */
  readonly recipients?: (index: number) => Recipients
  /** Each proposer in one process with an acceptor; there are then as many proposers as acceptors (§3.7). */
  readonly colocated?: boolean
  /** The index of the proposer that proposes for all (§3.4). */
  readonly distinguished?: number
  /** How many of the proposers, the last ones, only finish what others began (§3.7). */
  readonly recoveryProposers?: number
  readonly readers?: number
}

/** The processes of one instance: acceptors, then proposers, learners, readers, and the allocator if there is one. */
export interface Cluster {
  readonly plan: QuorumPlan
  readonly variant: Variant
  readonly processes: readonly Process<PaxosMessage, PaxosRecord>[]
  readonly acceptors: readonly Address[]
  /** Where acceptors and proposers are the same processes, the same addresses. */
  readonly proposers: readonly Address[]
  readonly learners: readonly Address[]
  readonly readers: readonly Address[]
}

type PaxosProcess = Process<PaxosMessage, PaxosRecord>

/**
 * The processes of one instance of any variant, classic Paxos by default.
 *
 * Addresses are positions in the list; acceptors come first, in the order of the plan's nodes, so that
 * the address of an acceptor is its bit in every set of acceptors. Throws UsageError if co-located
 * acceptors and proposers differ in number.
 *
 * The quorums are not checked against the variant, because controls need unsafe clusters; `refuseUnsafe`
 * (`variant-rules.ts`) checks them.
 */
export function paxosCluster(options: ClusterOptions): Cluster {
  const variant = variantOf({ ...(options.nacks === true && { nacks: "epoch" }) }, options.variant ?? {})
  const n = options.plan.nodes.length
  const places = addresses(options, n)
  const acceptors = options.plan.nodes.map(() => acceptor({ variant, learners: places.learners }))
  const proposers = places.proposers.map((_, index) => proposerOf(options, variant, places, index))
  const voters: PaxosProcess[] =
    options.colocated === true
      ? options.plan.nodes.map((name, i) => ({
          name,
          role: "replica",
          actor: replica(acceptors[i]!, proposers[i]!),
        }))
      : [
          ...options.plan.nodes.map((name, i) => process(name, "acceptor", acceptors[i]!)),
          ...proposers.map((actor, i) => process(`p${i + 1}`, "proposer", actor)),
        ]
  return {
    plan: options.plan,
    variant,
    ...places,
    processes: [
      ...voters,
      ...places.learners.map((_, i) =>
        process(`l${i + 1}`, "learner", learner(options.plan, variant.keepFirst)),
      ),
      ...places.readers.map((_, i) => process(`r${i + 1}`, "reader", reader(options.plan, options.timeout))),
      ...(places.allocator === undefined
        ? []
        : [process("allocator", "allocator", allocator(allocatorMode(variant.epochs)))]),
    ],
  }
}

/** The single acceptor algorithm (§2.1.1): one acceptor, any number of proposers. */
export function singleAcceptorCluster(proposers: number, timeout: TimerRange): Cluster {
  const plan = constantPlan(quorumSystem({ phase1: node("a1") }, "single acceptor"))
  return {
    plan,
    variant: classic,
    processes: [
      process("a1", "acceptor", singleAcceptor()),
      ...range(0, proposers).map((i) => process(`p${i + 1}`, "proposer", singleProposer(0, timeout))),
    ],
    acceptors: [0],
    proposers: range(1, proposers),
    learners: [],
    readers: [],
  }
}

/** The addresses of each role. */
interface Places extends Pick<Cluster, "acceptors" | "proposers" | "learners" | "readers"> {
  readonly allocator: Address | undefined
}

/**
 * The addresses of all processes: acceptors and proposers first, then learners, readers and the
 * allocator, so that adding a learner moves no acceptor or proposer, and the faults of a scenario keep
 * their targets.
 */
function addresses(
  { proposers: p, learners: l = 0, readers: r = 0, colocated, ...rest }: ClusterOptions,
  n: number,
): Places {
  if (colocated === true && p !== n) {
    throw new UsageError(
      `${p} proposers cannot share the processes of ${n} acceptors; where the two are co-located there are as many of one as of the other.`,
    )
  }
  const voters = colocated === true ? n : n + p
  return {
    acceptors: range(0, n),
    proposers: range(colocated === true ? 0 : n, p),
    learners: range(voters, l),
    readers: range(voters + l, r),
    allocator: needsAllocator(rest.variant?.epochs ?? classic.epochs) ? voters + l + r : undefined,
  }
}

function proposerOf(options: ClusterOptions, variant: Variant, places: Places, index: number) {
  const { plan, timeout, backOff, proposers: p, distinguished, recoveryProposers = 0 } = options
  return proposer({
    plan,
    timeout,
    backOff,
    variant,
    epochs: epochSource(variant.epochs, index, p),
    recipients: options.recipients?.(index) ?? { kind: "broadcast" },
    recoveryOnly: index >= p - recoveryProposers,
    ...(places.allocator !== undefined && { allocator: places.allocator }),
    ...(distinguished !== undefined && { distinguished: places.proposers[distinguished]! }),
  })
}

/** What the allocator allocates under this allocation. */
function allocatorMode(epochs: EpochAllocation): AllocatorMode {
  const kind = epochs.kind === "multi-path" ? epochs.fast.kind : epochs.kind
  if (kind === "register") return "register"
  return epochs.kind === "multi-path" ? "first-epoch" : "counter"
}

function process<State>(
  name: string,
  role: Role,
  actor: Actor<State, PaxosMessage, PaxosRecord>,
): PaxosProcess {
  return { name, role, actor }
}

function range(from: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => from + i)
}
