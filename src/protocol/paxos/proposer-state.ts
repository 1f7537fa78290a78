import { type NodeSet, difference, emptySet, fullSet, withMember } from "../../base/node-set.ts"
import type { Epoch, QuorumPlan } from "../../quorum/plan.ts"
import type { Phase } from "../../quorum/system.ts"
import {
  type Address,
  type Micros,
  type Output,
  type Step,
  type TimerRange,
  type Value,
  broadcast,
  send,
} from "../actor.ts"
import { type EpochSource, isShared } from "./epochs.ts"
import type { PaxosMessage, PrepareMessage, Proposal, ProposeMessage } from "./messages.ts"
import type { PaxosRecord, ProposerRecord } from "./records.ts"
import { phase1Rule } from "./phase1.ts"
import { type Answers, type Choice, type Report, free, only, valueRule } from "./value-selection.ts"
import { type Variant, classic } from "./variant.ts"

/**
 * The stage of a proposer.
 *
 * - `idle`: before it has a candidate, and after it has learned;
 * - `phase-0`: waiting for the allocator (§7.1), `forwarded`: for the distinguished proposer (§3.4);
 * - `phase-1`, `phase-2`: as in Algorithm 3;
 * - `lingering`: phase 1 is done, but more promises may show a decision (§3.2);
 * - `ready`: phase 1 is done, and there is no candidate yet (§3.5);
 * - `pause`: before the next attempt;
 * - `halted`: no rule says what to propose (Algorithm 32 as printed). No other rule leads to it.
 */
export type Stage =
  "idle" | "phase-0" | "forwarded" | "phase-1" | "lingering" | "ready" | "phase-2" | "pause" | "halted"

/** The state of Algorithm 3, by its names, and the stage. Volatile except for `notes.stored`. */
export interface ProposerState {
  readonly self: Address
  readonly stage: Stage
  /** γ: the value it would like to see decided. */
  readonly candidate: Value | null
  /** e: the epoch it is in; another's, while it continues that one's proposal. */
  readonly epoch: Epoch | null
  /** The greatest epoch used, or known to be too small: the next one is greater. */
  readonly lastEpoch: Epoch | null
  /** How many epochs it has started; the first is attempt 1. */
  readonly attempt: number
  /** Q_P: the acceptors that promised this epoch. */
  readonly promised: NodeSet
  /** (e_max, v): the proposal of the greatest epoch reported in a promise. */
  readonly greatest: Proposal | null
  /** Q_A: the acceptors that accepted in this epoch. */
  readonly accepted: NodeSet
  /** v: what it proposes in phase 2. */
  readonly value: Value | null
  readonly learned: Value | null
  /** What only some variants need; the same object throughout where none does. */
  readonly notes: ProposerNotes
}

/**
 * What a variant keeps beyond Algorithm 3. Apart from the state, so that classic Paxos copies one
 * reference.
 */
export interface ProposerNotes {
  /** What is on disk, or about to be. */
  readonly stored: ProposerRecord | null
  /** R: the reply of each acceptor in this epoch; empty where the value rule does not use it. */
  readonly reports: readonly Report[]
  /** Known acceptances, for the bypass of phase 2. */
  readonly known: readonly KnownAcceptances[]
  /** The acceptors that sent a negative reply in this phase. */
  readonly refused: NodeSet
  /** The proposers that forwarded a candidate and await the outcome. */
  readonly toTell: readonly Address[]
}

/** The notes before any message is received; shared by all proposers, and immutable. */
export const noNotes: ProposerNotes = { stored: null, reports: [], known: [], refused: emptySet, toTell: [] }

/** A proposer that has never run: no candidate, no epoch. */
export function initialState(self: Address): ProposerState {
  return {
    self,
    stage: "idle",
    candidate: null,
    epoch: null,
    lastEpoch: null,
    attempt: 0,
    promised: emptySet,
    greatest: null,
    accepted: emptySet,
    value: null,
    learned: null,
    notes: noNotes,
  }
}

/**
 * The state with some fields changed: `{ ...state, ...changes }`, written out. A
 * proposer changes its state at nearly every message, and a spread with three
 * changes takes V8 0.3 µs, as long as all else that becomes of a message; this
 * takes a hundredth of a microsecond.
 */
export function changed(state: ProposerState, changes: Partial<ProposerState>): ProposerState {
  const { candidate, epoch, lastEpoch, greatest, value, learned } = changes
  return {
    self: changes.self ?? state.self,
    stage: changes.stage ?? state.stage,
    candidate: candidate === undefined ? state.candidate : candidate,
    epoch: epoch === undefined ? state.epoch : epoch,
    lastEpoch: lastEpoch === undefined ? state.lastEpoch : lastEpoch,
    attempt: changes.attempt ?? state.attempt,
    promised: changes.promised ?? state.promised,
    greatest: greatest === undefined ? state.greatest : greatest,
    accepted: changes.accepted ?? state.accepted,
    value: value === undefined ? state.value : value,
    learned: learned === undefined ? state.learned : learned,
    notes: changes.notes ?? state.notes,
  }
}

/** What a proposer makes of one input. */
export type ProposerStep = Step<ProposerState, PaxosMessage, PaxosRecord>
/** An output of a proposer. */
export type ProposerOutput = Output<PaxosMessage, PaxosRecord>

/** The one timer of a proposer: of a phase, or of a pause. */
export const phaseTimer = "phase"

/** Parameters of a proposer. */
export interface ProposerOptions {
  /** Which acceptors make a quorum, epoch by epoch: classic and Flexible Paxos differ here and nowhere else. */
  readonly plan: QuorumPlan
  readonly epochs: EpochSource
  /** How long to wait for a phase to finish before starting again with a greater epoch. */
  readonly timeout: TimerRange
  readonly backOff: BackOff
  readonly recipients: Recipients
  /** Classic Paxos unless given. */
  readonly variant?: Variant
  /** The allocator of epochs, where the variant has one. */
  readonly allocator?: Address
  /** The distinguished proposer, if there is one (§3.4). */
  readonly distinguished?: Address
  /** It only finishes what others began: if phase 1 shows nothing, it stops (§3.7). */
  readonly recoveryOnly?: boolean
}

/** A proposer's options with the switches of the variant resolved to functions, once, when it is built. */
export interface ProposerRules {
  readonly options: ProposerOptions
  readonly variant: Variant
  readonly everyone: readonly Address[]
  /** Whether enough acceptors have promised, independent of what they reported. */
  phase1Done(state: ProposerState): boolean
  /** Whether phase 1 could still end if these acceptors never promise. */
  phase1Possible(state: ProposerState, refused: NodeSet): boolean
  choose(state: ProposerState): Choice
  readonly keepsReports: boolean
  readonly keepsKnown: boolean
}

/** Resolves the switches to functions, so that switches that are off cost nothing per message. */
export function proposerRules(options: ProposerOptions): ProposerRules {
  const { plan, variant = classic } = options
  const shared = (epoch: Epoch): boolean => isShared(variant.epochs, epoch)
  const n = plan.nodes.length
  const suffices = phase1Rule(variant.phase1, plan, shared)
  return {
    options,
    variant,
    everyone: plan.nodes.map((_, address) => address),
    phase1Done: phase1Done(variant, plan, suffices),
    phase1Possible: ({ epoch, greatest }, refused) =>
      suffices({
        epoch: epoch!,
        promised: difference(fullSet(n), refused),
        greatest: greatest?.epoch ?? null,
      }),
    choose: choice(variant, plan, shared),
    keepsReports: variant.select !== "greatest",
    keepsKnown: variant.bypass !== "off",
  }
}

/** Evaluates the waiting rule of the variant on the proposer's state. */
function phase1Done(
  variant: Variant,
  plan: QuorumPlan,
  suffices: ReturnType<typeof phase1Rule>,
): ProposerRules["phase1Done"] {
  // The rule of nearly all runs, without the values that only the others need.
  if (variant.phase1 === "quorum") {
    return ({ epoch, promised }) => plan.systemAt(epoch!).isQuorum(1, promised)
  }
  return ({ epoch, promised, greatest }) =>
    suffices({ epoch: epoch!, promised, greatest: greatest?.epoch ?? null })
}

/**
 * The value rule of the variant. "greatest" keeps no replies, only the greatest proposal: classic Paxos
 * needs no more memory than that, and nearly all runs are classic.
 */
function choice(
  { select }: Variant,
  plan: QuorumPlan,
  shared: (epoch: Epoch) => boolean,
): ProposerRules["choose"] {
  if (select === "greatest") return ({ greatest }) => (greatest === null ? free : only(greatest.value))
  const rule = valueRule(select, plan, shared)
  return (state) => rule(answersOf(state))
}

/** The proposer's state as the value rules see it. */
function answersOf({ epoch, promised, greatest, notes }: ProposerState): Answers {
  return { epoch: epoch!, promised, greatest: greatest?.epoch ?? null, reports: notes.reports }
}

/** Whether an epoch belongs to another value than the one to be proposed (§7.2). */
export function isMisallocated(source: EpochSource, epoch: Epoch, value: Value): boolean {
  const owner = source.valueFor(epoch)
  return owner !== null && owner !== value
}

/** How long a proposer waits before it starts again with a greater epoch, after a timeout or a negative reply. */
export type BackOff =
  /** No pause. Two proposers that retry in step can duel for ever (Howard 2019, figure 2.6). */
  | { readonly kind: "none" }
  /** The same pause every time. */
  | { readonly kind: "fixed"; readonly pause: Micros }
  /** A pause drawn from 0 to `upTo`. */
  | { readonly kind: "random"; readonly upTo: Micros }
  /** Drawn from 0 to a limit that starts at `base`, doubles with every attempt and stops growing at `max`. */
  | { readonly kind: "exponential"; readonly base: Micros; readonly max: Micros }

/** The pause before attempt `attempt` + 1; attempts count from 1. */
export function pauseAfter(backOff: BackOff, attempt: number): TimerRange {
  switch (backOff.kind) {
    case "none":
      return { min: 0, max: 0 }
    case "fixed":
      return { min: backOff.pause, max: backOff.pause }
    case "random":
      return { min: 0, max: backOff.upTo }
    case "exponential":
      return { min: 0, max: Math.min(backOff.max, backOff.base * 2 ** (attempt - 1)) }
  }
}

/** The acceptors known to have accepted a proposal: Q_V, or what a learner has received. */
export interface KnownAcceptances {
  readonly proposal: Proposal
  readonly by: NodeSet
}

/** The known acceptances with one more; in the order in which the proposals were first reported. */
export function withKnown(
  known: readonly KnownAcceptances[],
  acceptor: Address,
  { epoch, value }: Proposal,
): readonly KnownAcceptances[] {
  const at = known.findIndex(({ proposal }) => proposal.epoch === epoch && proposal.value === value)
  if (at < 0) return [...known, { proposal: { epoch, value }, by: withMember(emptySet, acceptor) }]
  return known.with(at, { proposal: known[at]!.proposal, by: withMember(known[at]!.by, acceptor) })
}

/** The acceptors known to have accepted a proposal. */
export function knownToAccept(known: readonly KnownAcceptances[], { epoch, value }: Proposal): NodeSet {
  return known.find(({ proposal }) => proposal.epoch === epoch && proposal.value === value)?.by ?? emptySet
}

/** The recipients of a phase (Howard 2019, §3.12). */
export type Recipients =
  /** Every acceptor: 4n messages for a decision. */
  | { readonly kind: "broadcast" }
  /** One chosen quorum of each phase, in the first attempt; later attempts ask everyone. */
  | { readonly kind: "thrifty"; readonly quorum: Readonly<Record<Phase, readonly Address[]>> }
  /** The same quorums, one after the other, the request passed from acceptor to acceptor: q + 1 messages and hops. */
  | { readonly kind: "ring"; readonly quorum: Readonly<Record<Phase, readonly Address[]>> }

/** The messages that start a phase; `attempt` counts from 1. */
export function requests(
  recipients: Recipients,
  everyone: readonly Address[],
  origin: Address,
  attempt: number,
  message: PrepareMessage | ProposeMessage,
): Output<PaxosMessage, PaxosRecord>[] {
  // A chosen quorum with one crashed member would never reply in full; which member failed is not known.
  if (recipients.kind === "broadcast" || attempt > 1) return [broadcast(everyone, message)]
  const asked = recipients.quorum[message.type === "prepare" ? 1 : 2]
  const [first] = asked
  if (first === undefined) return []
  return recipients.kind === "thrifty"
    ? [broadcast(asked, message)]
    : [send(first, { type: "ring", request: message, origin, asked, replies: [] })]
}
