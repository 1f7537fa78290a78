import { type NodeSet, difference, fullSet } from "../../base/node-set.ts"
import type { Epoch, QuorumPlan } from "../../quorum/plan.ts"
import type { Address, TimerRange, Value } from "../actor.ts"
import { type Answers, type Choice, free, only } from "./answers.ts"
import { isShared } from "./epoch-allocation.ts"
import type { EpochSource } from "./epochs.ts"
import { phase1Rule } from "./phase1-done.ts"
import type { ProposerState } from "./proposer-state.ts"
import type { Recipients } from "./recipients.ts"
import type { BackOff } from "./retry.ts"
import { valueRule } from "./value-selection.ts"
import { type Variant, classic } from "./variant.ts"

/** What a proposer is told when it is built. */
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
  /** Who hands out epochs, where the variant has an allocator. */
  readonly allocator?: Address
  /** Who proposes for everyone, if anyone does (§3.4). */
  readonly distinguished?: Address
  /** It only finishes what others began: if phase 1 shows nothing, it stops (§3.7). */
  readonly recoveryOnly?: boolean
}

/** A proposer's options with the switches of the variant resolved to functions, once, when it is built. */
export interface ProposerRules {
  readonly options: ProposerOptions
  readonly variant: Variant
  readonly everyone: readonly Address[]
  /** Whether enough acceptors have promised, whatever they said. */
  phase1Done(state: ProposerState): boolean
  /** Whether phase 1 could still end if these acceptors never promise. */
  phase1Possible(state: ProposerState, refused: NodeSet): boolean
  choose(state: ProposerState): Choice
  readonly keepsReports: boolean
  readonly keepsKnown: boolean
}

/** Resolves the switches to functions, so that a message costs no look at switches that are off. */
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

/** The waiting rule of the variant, asked of the proposer's state. */
function phase1Done(
  variant: Variant,
  plan: QuorumPlan,
  suffices: ReturnType<typeof phase1Rule>,
): ProposerRules["phase1Done"] {
  // The rule of nearly all runs, without building what the others look at.
  if (variant.phase1 === "quorum") {
    return ({ epoch, promised }) => plan.systemAt(epoch!).isQuorum(1, promised)
  }
  return ({ epoch, promised, greatest }) =>
    suffices({ epoch: epoch!, promised, greatest: greatest?.epoch ?? null })
}

/**
 * The value rule of the variant. "greatest" keeps no answers, only the greatest proposal: classic Paxos
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
