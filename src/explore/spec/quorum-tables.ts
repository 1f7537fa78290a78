import type { Phase2Quorums } from "./model.ts"

/**
 * The quorums that are subsets of a set of acceptors, computed when first asked for and then kept.
 *
 * Asked for every epoch of every state, of few different sets: a table, filled as sets occur.
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

/** So many systems fit the bits of one word. */
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
