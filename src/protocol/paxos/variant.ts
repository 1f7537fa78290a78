import type { Micros, Value } from "../actor.ts"
import type { EpochAllocation } from "./epochs.ts"

/**
 * One member of the Paxos family, as plain data: where epochs come from, what
 * acceptors let pass, when phase 1 is done, which value is proposed, and what
 * is added. One proposer and one acceptor interpret it; the quorums, epoch by
 * epoch, are the plan's and not part of it. When phase 2 is done is the same in
 * all of them: when a phase-2 quorum of the epoch has accepted.
 *
 * Every switch is independent of the others; which combinations are safe is
 * for `objectionsTo` to say. References are to Howard 2019.
 */
export interface Variant {
  // Epochs
  readonly epochs: EpochAllocation
  /** When an epoch is made durable: before phase 1, or while it runs and before phase 2 (§3.8). */
  readonly epochWrite: "before-phase-1" | "before-phase-2"

  // Acceptor guards
  readonly promise: PromiseGuard
  /** Accept in an epoch not smaller than the last promised, or only in exactly that (§3.12). */
  readonly accept: "at-least" | "equal"
  /**
   * Never replace an accepted proposal by another of the same epoch (Algorithm 24); `accept` then
   * contains the value.
   */
  readonly keepFirst: boolean
  /**
   * Replies to epochs that are too small: none, with the last promised epoch (Algorithm 6), or also with
   * the last accepted proposal (Algorithm 11).
   */
  readonly nacks: "none" | "epoch" | "proposal"
  /** How many epochs an acceptor reserves with one write, so that most promises need none (§3.8); 0 writes each. */
  readonly promiseAhead: number
  /** Acceptors keep and report every proposal they have accepted (§3.2). */
  readonly history: boolean

  // Phase 1 and the value
  readonly phase1: Phase1Rule
  /** Collect promises until at most one value may have been decided (Algorithms 19, 25 and 29). */
  readonly untilOneValue: boolean
  readonly select: ValueRule

  // Additions
  /** On a negative reply, restart immediately, or when positive replies can no longer suffice (§3.1). */
  readonly afterNack: "restart" | "wait"
  /** Return a value that promises show to be decided (§3.2, Algorithm 7): tracking the greatest proposal, or all. */
  readonly bypass: "off" | "greatest" | "every"
  /** For the bypass: remember what promises of earlier epochs and negative replies have shown (§3.2). */
  readonly remember: boolean
  /** For the bypass: how long to wait for more promises when some show a proposal (§3.2); 0 does not wait. */
  readonly patience: Micros
  /** Phase 3: tell acceptors what is decided, by value or by epoch (Algorithms 8 and 9). */
  readonly termination: "off" | "value" | "epoch"
  /** What an acceptor keeps once it knows the decision: everything, or only the decision, after it has been stored (erratum E14). */
  readonly afterDecision: "keep" | "discard"
  /** On a negative reply with a proposal, continue with that proposal in phase 2 (Algorithm 11): if it is of the epoch promised, or always. */
  readonly copying: "off" | "latest" | "any"
  /** Run phase 1 before there is a candidate (§3.5). */
  readonly phase1First: boolean
  /** The prepare carries the candidate, and the proposal need not. */
  readonly valueWithPrepare: boolean
  /** No process writes to disk, and none may recover from a crash (§3.12). */
  readonly failStop: boolean
}

/**
 * When an acceptor promises an epoch: one not smaller than the last promised
 * (Algorithm 4), a greater one (§3.12), or a greater one or the same for the
 * same proposer (Algorithm 10).
 */
export type PromiseGuard = "at-least" | "greater" | "voting"

/**
 * The promises that phase 1 awaits, independent of their content:
 *
 * - `quorum`: a phase-1 quorum of the plan (Algorithms 3 and 12);
 * - `revision-A`: one of each phase-2 quorum of any epoch (Algorithm 13, table 4.2);
 * - `revision-B`: one of each phase-2 quorum of any smaller epoch (Algorithm 14): none in the first;
 * - `revision-C`: one of each phase-2 quorum of the epochs between the greatest reported and this one (Algorithm 15);
 * - `none`: nothing; the possible values alone decide (Algorithm 19).
 *
 * The printed algorithms use the first and table 4.2 the second for classic
 * Paxos, and they differ (erratum E2): of four acceptors with majorities, three
 * promises are a quorum, and two already meet every quorum.
 */
export type Phase1Rule = "quorum" | "revision-A" | "revision-B" | "revision-C" | "none"

/**
 * Which value may be proposed, given the promises:
 *
 * - `greatest`: that of the greatest epoch reported (property 4, Algorithm 17);
 * - `quorums`: what some phase-2 quorum may have decided (Algorithm 18; Algorithm 26 where epochs are shared);
 * - `quorums-by-epoch`: the same, for quorums that differ between epochs (Algorithm 20);
 * - `multi-path`: counted at the first epoch, the greatest after that (Algorithm 32, threshold corrected: erratum E6);
 * - `fast`: Fast Paxos: what a quorum of the greatest epoch may have decided (Lamport 2006; Fast Flexible Paxos);
 * - `printed-counting`, `printed-multi-path`: Algorithms 29 and 32 as they are printed.
 *   Controls: the first is unsafe, the second can halt.
 *
 * Algorithm 28 as printed is `greatest` with shared epochs, and unsafe too: proposals go to all
 * acceptors, so one outside the epoch's fixed quorum may have accepted another value of the same epoch,
 * and if it replies first its value is selected. Algorithm 27 uses replies of members of the quorum
 * only; `quorums-by-epoch` does so for every epoch.
 */
export type ValueRule =
  | "greatest"
  | "quorums"
  | "quorums-by-epoch"
  | "multi-path"
  | "fast"
  | "printed-counting"
  | "printed-multi-path"

/** Classic Paxos: Algorithms 3 and 4, with the plan's quorums. Every switch that can be off is off. */
export const classic: Variant = {
  epochs: { kind: "round-robin" },
  epochWrite: "before-phase-1",
  promise: "at-least",
  accept: "at-least",
  keepFirst: false,
  nacks: "none",
  promiseAhead: 0,
  history: false,
  phase1: "quorum",
  untilOneValue: false,
  select: "greatest",
  afterNack: "restart",
  bypass: "off",
  remember: false,
  patience: 0,
  termination: "off",
  afterDecision: "keep",
  copying: "off",
  phase1First: false,
  valueWithPrepare: false,
  failStop: false,
}

/** Classic Paxos with some switches set. */
export function variantOf(...switches: readonly Partial<Variant>[]): Variant {
  return Object.assign({}, classic, ...switches) as Variant
}

/** The value a proposer proposes, or null before it has one. */
export type Candidate = Value | null
