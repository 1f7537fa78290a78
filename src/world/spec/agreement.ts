import { popcount } from "../../base/node-set.ts"
import { type Layout, acceptField, promiseField } from "./layout.ts"
import type { SpecModel } from "./model.ts"
import { systemsDecidedBy, systemsPerWord } from "./successors.ts"

/**
 * Checks agreement for all phase-2 systems of a model in one pass: no two different values have each
 * been accepted, in some epoch, by a whole phase-2 quorum.
 *
 * Each system is one bit. Remembers the first violating state of each; a system is `open` until the
 * level in which it was violated is over, so that the state reported is the smallest of its level,
 * independent of the order in which the level is read.
 *
 * Agreement and not "a decided value stays the only one proposed": revision B makes it legal to propose
 * another value in a smaller epoch, and here too a proposal that cannot be decided is harmless.
 */
export class AgreementCheck {
  private readonly layout: Layout
  private readonly epochs: number
  private readonly deciding: readonly Int32Array[]
  private readonly decided: Int32Array
  private readonly open: Int32Array
  /** By system: a violating state of the first level that has one. */
  readonly witnesses: (Uint32Array | undefined)[]
  private anyOpen = true

  constructor(model: SpecModel, layout: Layout) {
    this.layout = layout
    this.epochs = model.epochs
    this.deciding = systemsDecidedBy(model.phase2, model.acceptors.length)
    this.decided = new Int32Array(model.values)
    this.witnesses = model.phase2.map(() => undefined)
    this.open = new Int32Array(this.deciding.length)
    this.endLevel()
  }

  /** Whether every system has been violated, so that the search can end. */
  get settled(): boolean {
    return !this.anyOpen
  }

  /** Checks the state at `from[at]`. */
  look(from: Uint32Array, at: number): void {
    if (!this.anyOpen) return
    for (let group = 0; group < this.deciding.length; group++) {
      // Hundreds of systems for the price of one: those of 32 share a word.
      const bad = this.violatedIn(group, from, at)
      if (bad !== 0) this.record(group, bad, from.slice(at, at + this.layout.words))
    }
  }

  /** Closes the systems violated so far: later levels cannot give a shorter violation. */
  endLevel(): void {
    this.open.fill(0)
    this.witnesses.forEach((witness, system) => {
      if (witness === undefined)
        this.open[Math.floor(system / systemsPerWord)]! |= 1 << (system % systemsPerWord)
    })
    this.anyOpen = this.open.some((bits) => bits !== 0)
  }

  /** The open systems of a group in which two values are decided. */
  private violatedIn(group: number, from: Uint32Array, at: number): number {
    const table = this.deciding[group]!
    const { decided } = this
    const { everyone, acceptors } = this.layout
    decided.fill(0)
    for (let epoch = 0; epoch < this.epochs; epoch++) {
      const field = acceptField(this.layout, from, at, epoch)
      const proposal = field >>> acceptors
      if (proposal !== 0) decided[proposal - 1]! |= table[field & everyone]!
    }
    let once = 0
    let twice = 0
    for (const systems of decided) {
      twice |= once & systems
      once |= systems
    }
    return twice & this.open[group]!
  }

  private record(group: number, bad: number, state: Uint32Array): void {
    for (let rest = bad; rest !== 0; rest &= rest - 1) {
      const system = group * systemsPerWord + 31 - Math.clz32(rest & -rest)
      const known = this.witnesses[system]
      if (known === undefined || compareStates(this.layout, state, known) < 0) this.witnesses[system] = state
    }
  }
}

/**
 * Orders packed states by how well they read: acceptors that accept where they
 * promised come first; then, epoch by epoch, smaller values and smaller sets of
 * acceptors. So the first violation decides A before B, and a1 acts before a2.
 */
export function compareStates(layout: Layout, a: Uint32Array, b: Uint32Array): number {
  const epochs = Array.from(layout.acceptWord.keys())
  const kept = (state: Uint32Array): number =>
    epochs.reduce((sum, epoch) => sum + promisesKept(layout, state, epoch), 0)
  const order = kept(b) - kept(a)
  if (order !== 0) return order
  for (const epoch of epochs) {
    const order =
      acceptField(layout, a, 0, epoch) - acceptField(layout, b, 0, epoch) ||
      promiseField(layout, a, 0, epoch) - promiseField(layout, b, 0, epoch)
    if (order !== 0) return order
  }
  return 0
}

/** The number of acceptors that both promised and accepted in an epoch. */
function promisesKept(layout: Layout, state: Uint32Array, epoch: number): number {
  return popcount(
    promiseField(layout, state, 0, epoch) & acceptField(layout, state, 0, epoch) & layout.everyone,
  )
}
