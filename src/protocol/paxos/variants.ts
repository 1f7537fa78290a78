import { UsageError, describeUnknown } from "../../base/errors.ts"
import { type QuorumPlan, constantPlan } from "../../quorum/plan.ts"
import {
  allAboardPlan,
  colocatedMajorityPlan,
  counting,
  fastFlexiblePlan,
  fastPaxosPlan,
  fixedQuorumsPlan,
  largeQuorumsPlan,
  majorityOf,
  multiPathPlan,
} from "./plans.ts"
import type { Variant } from "./variant.ts"

/** A named variant: an algorithm of the thesis, as switches and default quorums. */
export interface NamedVariant {
  /** In kebab-case: what the command line and the tables call it. */
  readonly id: string
  readonly title: string
  /** Its algorithms in Howard 2019, or its section. */
  readonly reference: string
  /** The switches that differ from classic Paxos. */
  readonly switches: Partial<Variant>
  /** Quorums for n acceptors that it is safe with. */
  plan(n: number): QuorumPlan
  /** Acceptor and proposer in one process. */
  readonly colocated?: boolean
  /** It is a control: unsafe, or able to get stuck. */
  readonly control?: true
}

/** Classic quorums: ⌊n/2⌋ + 1 in both phases. */
const majorities = (n: number): QuorumPlan => constantPlan(counting(n, majorityOf(n), majorityOf(n)))

/** |Q1| = n − 1 and |Q2| = 2: phases that meet, without meeting themselves. */
const flexible = (n: number): QuorumPlan => constantPlan(counting(n, Math.max(1, n - 1), Math.min(2, n)))

/**
 * What every recovery variant has: any epoch for any value, acceptors that keep the first, and phase 1
 * until one value is left (Algorithms 24 and 25).
 */
const recovery: Partial<Variant> = {
  epochs: { kind: "recovery", durable: false },
  keepFirst: true,
  untilOneValue: true,
}

/** Every algorithm of Howard 2019, in its order; those for the proposer and its acceptor together. */
export const variants: readonly NamedVariant[] = [
  { id: "classic", title: "classic Paxos", reference: "Algorithms 3 and 4", switches: {}, plan: majorities },
  {
    id: "nacks",
    title: "negative replies",
    reference: "Algorithms 5 and 6",
    switches: { nacks: "epoch" },
    plan: majorities,
  },
  {
    id: "patient-nacks",
    title: "negative replies, restart after a blocking set",
    reference: "§3.1",
    switches: { nacks: "epoch", afterNack: "wait" },
    plan: majorities,
  },
  {
    id: "bypass",
    title: "bypassing phase 2",
    reference: "Algorithm 7",
    switches: { bypass: "greatest" },
    plan: majorities,
  },
  {
    id: "bypass-boosted",
    title: "bypassing phase 2, boosted",
    reference: "§3.2",
    switches: { bypass: "every", remember: true, nacks: "proposal", history: true, patience: 1000 },
    plan: majorities,
  },
  {
    id: "termination",
    title: "termination",
    reference: "Algorithms 8 and 9",
    switches: { termination: "value", afterDecision: "discard" },
    plan: majorities,
  },
  {
    id: "termination-by-epoch",
    title: "termination, the decision named by its epoch",
    reference: "§3.3",
    switches: { termination: "epoch" },
    plan: majorities,
  },
  {
    id: "phase-1-first",
    title: "phase 1 before there is a candidate",
    reference: "§3.5",
    switches: { phase1First: true },
    plan: majorities,
  },
  {
    id: "replicas",
    title: "acceptor and proposer co-located",
    reference: "§3.7",
    switches: {},
    plan: majorities,
    colocated: true,
  },
  {
    id: "reserved-epochs",
    title: "epochs and promises reserved ahead",
    reference: "§3.8",
    switches: { epochs: { kind: "reserved", ahead: 10 }, promiseAhead: 20 },
    plan: majorities,
  },
  {
    id: "versioned-epochs",
    title: "epochs (sid, pid, vid), the epoch written during phase 1",
    reference: "§3.8",
    switches: { epochs: { kind: "versioned", restarts: 64 }, epochWrite: "before-phase-2" },
    plan: majorities,
  },
  {
    id: "voting",
    title: "voting for epochs",
    reference: "Algorithm 10",
    switches: { epochs: { kind: "voting" }, promise: "voting" },
    plan: majorities,
  },
  {
    id: "copying",
    title: "proposal copying",
    reference: "Algorithm 11",
    switches: { nacks: "proposal", copying: "latest" },
    plan: majorities,
  },
  {
    id: "transversals",
    title: "general quorums, phase 1 as in table 4.2",
    reference: "Algorithm 12, table 4.2",
    switches: { phase1: "revision-A" },
    plan: majorities,
  },
  {
    id: "strict",
    title: "stricter epoch conditions",
    reference: "§3.12",
    switches: { promise: "greater", accept: "equal" },
    plan: majorities,
  },
  {
    id: "fail-stop",
    title: "fail-stop: no disk, no recovery",
    reference: "§3.12",
    switches: { failStop: true },
    plan: majorities,
  },
  {
    id: "value-with-prepare",
    title: "the value in the prepare",
    reference: "§2.2.1 (an option here)",
    switches: { valueWithPrepare: true },
    plan: majorities,
  },
  {
    id: "revision-a",
    title: "revision A (Flexible Paxos)",
    reference: "Algorithm 13",
    switches: { phase1: "revision-A" },
    plan: flexible,
  },
  {
    id: "revision-b",
    title: "revision B",
    reference: "Algorithm 14",
    switches: { phase1: "revision-B" },
    plan: flexible,
  },
  {
    id: "all-aboard",
    title: "all aboard Paxos",
    reference: "§4.3.2, table 4.1",
    switches: {},
    plan: (n) => allAboardPlan(n, 2 * n),
    colocated: true,
  },
  {
    id: "singleton",
    title: "singleton Paxos",
    reference: "§4.3.2",
    switches: {},
    plan: (n) => constantPlan(counting(n, n, 1)),
  },
  {
    id: "colocated-majorities",
    title: "majorities that contain the epoch's owner",
    reference: "§4.3.2",
    switches: { phase1: "revision-C" },
    plan: (n) => colocatedMajorityPlan(n, 2 * n),
    colocated: true,
  },
  {
    id: "revision-c",
    title: "revision C",
    reference: "Algorithm 15",
    switches: { phase1: "revision-C" },
    plan: flexible,
  },
  {
    id: "quorum-values",
    title: "quorum-based value selection",
    reference: "Algorithms 16 and 18",
    switches: { phase1: "revision-A", select: "quorums" },
    plan: flexible,
  },
  {
    id: "quorum-values-by-epoch",
    title: "quorum-based value selection, epoch by epoch",
    reference: "Algorithms 19 and 20",
    switches: { phase1: "none", select: "quorums-by-epoch", untilOneValue: true },
    plan: (n) => allAboardPlan(n, 3),
  },
  {
    id: "allocator",
    title: "epochs from an allocator",
    reference: "Algorithm 21",
    switches: { epochs: { kind: "allocator" }, phase1: "revision-B" },
    plan: majorities,
  },
  {
    id: "register",
    title: "the first epoch from an allocator that keeps its value",
    reference: "§7.1",
    switches: { epochs: { kind: "register" } },
    plan: majorities,
  },
  {
    id: "by-value",
    title: "epochs by value",
    reference: "Algorithms 22 and 23",
    switches: {
      epochs: { kind: "by-value", values: ["A", "B", "C", "D"] },
      phase1: "revision-C",
      nacks: "epoch",
    },
    plan: majorities,
  },
  {
    id: "recovery",
    title: "epochs by recovery",
    reference: "Algorithms 24, 25, 26 and 29 (its counting corrected)",
    switches: { ...recovery, phase1: "revision-B", select: "quorums" },
    plan: majorities,
  },
  {
    id: "recovery-everyone",
    title: "epochs by recovery, all acceptors as the only quorum",
    reference: "Algorithm 27",
    switches: { ...recovery, phase1: "revision-B", select: "greatest" },
    plan: (n) => constantPlan(counting(n, 1, n)),
  },
  {
    id: "recovery-fixed",
    title: "epochs by recovery, one quorum per epoch",
    reference: "Algorithm 28",
    switches: { ...recovery, phase1: "revision-C", select: "quorums-by-epoch" },
    plan: (n) =>
      fixedQuorumsPlan(
        n,
        Array.from({ length: n }, (_, e) =>
          Array.from({ length: majorityOf(n) }, (__, i) => ((e + i) % n) + 1),
        ),
      ),
  },
  {
    id: "recovery-large-quorums",
    title: "epochs by recovery, quorums that satisfy 7.2",
    reference: "requirement 7.2 (§7.3.1)",
    switches: { epochs: recovery.epochs!, keepFirst: true, select: "quorums" },
    plan: largeQuorumsPlan,
  },
  {
    id: "multi-path-allocator",
    title: "multi-path Paxos with an allocator",
    reference: "Algorithm 30",
    switches: { epochs: { kind: "multi-path", fast: { kind: "allocator" } }, phase1: "revision-B" },
    plan: majorities,
  },
  {
    id: "multi-path-register",
    title: "multi-path Paxos with an allocator that keeps the value",
    reference: "§7.4.1",
    switches: { epochs: { kind: "multi-path", fast: { kind: "register" } } },
    plan: majorities,
  },
  {
    id: "multi-path-by-value",
    title: "multi-path Paxos with epochs by value",
    reference: "§7.4.2",
    switches: {
      epochs: { kind: "multi-path", fast: { kind: "by-value", values: ["A", "B"] } },
      phase1: "revision-B",
      nacks: "epoch",
    },
    plan: majorities,
  },
  {
    id: "multi-path-recovery",
    title: "multi-path Paxos with recovery",
    reference: "Algorithms 31 and 32 (threshold corrected)",
    switches: {
      epochs: { kind: "multi-path", fast: { kind: "recovery" } },
      keepFirst: true,
      select: "multi-path",
    },
    plan: multiPathPlan,
  },
  {
    id: "multi-path-recovery-c",
    title: "multi-path Paxos with recovery and revision C",
    reference: "§7.4.3",
    switches: {
      epochs: { kind: "multi-path", fast: { kind: "recovery" } },
      keepFirst: true,
      phase1: "revision-C",
      select: "quorums-by-epoch",
      untilOneValue: true,
    },
    plan: multiPathPlan,
  },
  {
    id: "fast-paxos",
    title: "Fast Paxos",
    reference: "§3.12, §7.4.3",
    switches: {
      epochs: { kind: "multi-path", fast: { kind: "recovery" } },
      keepFirst: true,
      select: "fast",
    },
    plan: (n) => fastPaxosPlan(n, Math.ceil((3 * n) / 4), majorityOf(n)),
  },
  {
    id: "fast-flexible-paxos",
    title: "Fast Flexible Paxos",
    reference: "§7.4.3; Howard, Charapko and Mortier 2021",
    switches: {
      epochs: { kind: "multi-path", fast: { kind: "recovery" } },
      keepFirst: true,
      select: "fast",
    },
    plan: fastFlexiblePlan,
  },
  {
    id: "printed-counting",
    title: "control: Algorithm 29 as printed",
    reference: "Algorithm 29",
    switches: { ...recovery, phase1: "revision-B", select: "printed-counting" },
    plan: majorities,
    control: true,
  },
  {
    id: "printed-fixed",
    title: "control: Algorithm 28 as printed",
    reference: "Algorithm 28",
    switches: { ...recovery, phase1: "revision-C", select: "greatest" },
    plan: (n) => fixedQuorumsPlan(n, [Array.from({ length: majorityOf(n) }, (_, i) => i + 1)]),
    control: true,
  },
  {
    id: "printed-multi-path",
    title: "control: Algorithm 32 as printed",
    reference: "Algorithm 32",
    switches: {
      epochs: { kind: "multi-path", fast: { kind: "recovery" } },
      keepFirst: true,
      select: "printed-multi-path",
    },
    plan: multiPathPlan,
    control: true,
  },
]

/** The variant of that name, or nothing. */
export function variantById(id: string): NamedVariant | undefined {
  return variants.find((variant) => variant.id === id)
}

/** The variant of that name; a UsageError names those there are. */
export function variantNamed(id: string): NamedVariant {
  const found = variantById(id)
  if (found !== undefined) return found
  const known = variants.map((variant) => variant.id)
  throw new UsageError(describeUnknown("variant", id, known))
}
