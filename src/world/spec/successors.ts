import { popcount } from "../../base/node-set.ts"
import { type Layout, layoutOf } from "./layout.ts"
import type { Phase2Quorums, SpecModel } from "./model.ts"

/** What receives the successors of a state. The array is reused: copy states to keep them. */
export interface SuccessorSink {
  add(state: Uint32Array): unknown
}

/**
 * Computes the successors of packed states: every action that adds a message,
 * and the number of action branches, those that change nothing included.
 *
 * The branches are those of Lamport's specification: Phase1a for every epoch;
 * Phase1b for every acceptor and prepare(b) with b above its e_pro; Phase2a for
 * every value and phase-1 quorum that has promised, once if none of its members
 * reported an accepted proposal, else once per report with the greatest epoch
 * and that value; Phase2b for every acceptor and propose(b, v) with b not below
 * its e_pro.
 *
 * An epoch's actions depend on an acceptor only through its promises and acceptances in later epochs, so
 * one pass from the last epoch down, in masks of acceptors, finds them all. Cost: O(epochs) words of
 * work, plus the phase-1 quorums that have promised in epochs without a proposal, plus the successors.
 */
export class SuccessorGenerator {
  readonly layout: Layout
  private readonly values: number
  private readonly epochs: number
  private readonly quorumsWithin: QuorumsWithin
  private readonly next: Uint32Array
  // The epochs of the state being expanded, unpacked.
  private readonly promised: Int32Array
  private readonly prepared: Int32Array
  private readonly accepted: Int32Array
  private readonly proposal: Int32Array

  constructor(model: SpecModel) {
    this.layout = layoutOf(model)
    this.values = model.values
    this.epochs = model.epochs
    this.quorumsWithin = new QuorumsWithin(model.phase1, model.acceptors.length)
    this.next = new Uint32Array(this.layout.words)
    this.promised = new Int32Array(model.epochs)
    this.prepared = new Int32Array(model.epochs)
    this.accepted = new Int32Array(model.epochs)
    this.proposal = new Int32Array(model.epochs)
  }

  /** Gives `sink` every changed successor of the state at `from[at]`; returns the number of action branches. */
  expand(from: Uint32Array, at: number, sink: SuccessorSink): number {
    this.unpack(from, at)
    const { promised, prepared, accepted, proposal, next } = this
    const { everyone, acceptors, promiseWord, promiseShift, acceptWord, acceptShift } = this.layout
    for (let w = 0; w < next.length; w++) next[w] = from[at + w]!
    let branches = this.epochs // Phase1a(b), whether prepare(b) is new or not.
    let busyLater = 0 // acceptors that promised or accepted in a later epoch
    for (let epoch = this.epochs - 1; epoch >= 0; epoch--) {
      if (proposal[epoch] === 0) {
        branches += this.propose(epoch, sink)
      } else {
        // Phase2b requires an epoch not below e_pro: acceptors that promised or accepted in a later one
        // are excluded.
        const able = everyone & ~busyLater
        branches += popcount(able)
        this.addEach(able & ~accepted[epoch]!, acceptWord[epoch]!, acceptShift[epoch]!, sink)
      }
      // Phase1b requires an epoch above e_pro: acceptors that promised or accepted in this one are
      // excluded too.
      busyLater |= promised[epoch]! | accepted[epoch]!
      if (prepared[epoch] === 0) {
        this.addEach(1, promiseWord[epoch]!, promiseShift[epoch]! + acceptors, sink)
      } else {
        const able = everyone & ~busyLater
        branches += popcount(able)
        this.addEach(able, promiseWord[epoch]!, promiseShift[epoch]!, sink)
      }
    }
    return branches
  }

  private unpack(from: Uint32Array, at: number): void {
    const { everyone, acceptors, promiseWord, promiseShift, promiseMask } = this.layout
    const { acceptWord, acceptShift, acceptMask } = this.layout
    for (let epoch = 0; epoch < this.epochs; epoch++) {
      const promise = (from[at + promiseWord[epoch]!]! >>> promiseShift[epoch]!) & promiseMask
      const accept = (from[at + acceptWord[epoch]!]! >>> acceptShift[epoch]!) & acceptMask
      this.promised[epoch] = promise & everyone
      this.prepared[epoch] = promise >>> acceptors
      this.accepted[epoch] = accept & everyone
      this.proposal[epoch] = accept >>> acceptors
    }
  }

  /** Adds the successors that set one of the bits of `mask`, shifted into their field. */
  private addEach(mask: number, word: number, shift: number, sink: SuccessorSink): void {
    const { next } = this
    const unchanged = next[word]!
    for (let rest = mask; rest !== 0; rest &= rest - 1) {
      next[word] = unchanged | ((rest & -rest) << shift)
      sink.add(next)
    }
    next[word] = unchanged
  }

  /** Phase2a in an epoch without a proposal: adds a successor per value allowed, returns the branches. */
  private propose(epoch: number, sink: SuccessorSink): number {
    const quorums = this.quorumsWithin.of(this.promised[epoch]!)
    if (quorums.length === 0) return 0
    const { accepted, proposal, values } = this
    let branches = 0
    let allowed = 0
    for (let i = 0; i < quorums.length; i++) {
      const quorum = quorums[i]!
      let below = epoch - 1
      while (below >= 0 && (quorum & accepted[below]!) === 0) below--
      if (below < 0) {
        branches += values
        allowed = (1 << values) - 1
      } else {
        // A branch for each report of that epoch, as the specification's "∃ m ∈ Q1b" has it.
        branches += popcount(quorum & accepted[below]!)
        allowed |= 1 << (proposal[below]! - 1)
      }
    }
    this.addProposals(epoch, allowed, sink)
    return branches
  }

  private addProposals(epoch: number, allowed: number, sink: SuccessorSink): void {
    const { next } = this
    const { acceptors } = this.layout
    const word = this.layout.acceptWord[epoch]!
    const shift = this.layout.acceptShift[epoch]! + acceptors
    const unchanged = next[word]!
    for (let value = 0; value < this.values; value++) {
      if (((allowed >>> value) & 1) === 0) continue
      next[word] = unchanged | ((value + 1) << shift)
      sink.add(next)
    }
    next[word] = unchanged
  }
}

/**
 * The quorums that are subsets of a set of acceptors, computed at first use and then kept.
 *
 * Used for every epoch of every state, with few different sets: a table, filled as sets occur.
 */
export class QuorumsWithin {
  private readonly quorums: readonly number[]
  private readonly known: (Uint16Array | undefined)[]

  constructor(quorums: readonly number[], acceptors: number) {
    this.quorums = quorums
    this.known = Array<Uint16Array | undefined>(2 ** acceptors).fill(undefined)
  }

  of(set: number): Uint16Array {
    return (this.known[set] ??= Uint16Array.from(this.quorums.filter((quorum) => (quorum & ~set) === 0)))
  }
}

/** The number of systems that fit the bits of one word. */
export const systemsPerWord = 32

/**
 * By group of 32 systems, then by set of acceptors: in which systems of the
 * group the set contains a phase-2 quorum. Cost: n · 2ⁿ a group, once.
 */
export function systemsDecidedBy(systems: readonly Phase2Quorums[], acceptors: number): Int32Array[] {
  const groups = Math.ceil(systems.length / systemsPerWord)
  return Array.from({ length: groups }, (_, group) =>
    decidedBy(systems.slice(group * systemsPerWord, (group + 1) * systemsPerWord), acceptors),
  )
}

/** A set contains a quorum when it is one or when it does without one of its members. */
function decidedBy(systems: readonly Phase2Quorums[], acceptors: number): Int32Array {
  const table = new Int32Array(2 ** acceptors)
  systems.forEach(({ quorums }, i) => quorums.forEach((quorum) => (table[quorum]! |= 1 << i)))
  for (let set = 0; set < table.length; set++) {
    for (let rest = set; rest !== 0; rest &= rest - 1) table[set]! |= table[set & ~(rest & -rest)]!
  }
  return table
}
