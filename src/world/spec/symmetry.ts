import type { Layout } from "./layout.ts"
import { type SpecModel, valueName } from "./model.ts"
import type { SuccessorSink } from "./successors.ts"

/** Which symmetries to divide out; both default to no. */
export interface SymmetryOptions {
  /** Acceptors that the quorums do not tell apart. */
  readonly acceptors?: boolean
  /** Values: no action and no property distinguishes them. */
  readonly values?: boolean
}

/** Whether any symmetry reduction applies. */
export function isReduced(options: SymmetryOptions | undefined): options is SymmetryOptions {
  return options?.acceptors === true || options?.values === true
}

/**
 * The permutations of acceptors that leave the phase-1 quorums and every
 * phase-2 system as they are.
 *
 * `classes` are acceptors that can be exchanged two by two; all permutations
 * within them are symmetries. `arrangements` are the symmetries beyond those, as
 * of the rows of a grid: each keeps the order within classes, and the group is
 * made of one arrangement followed by permutations within classes.
 */
export interface AcceptorSymmetry {
  readonly classes: readonly (readonly number[])[]
  readonly arrangements: readonly (readonly number[])[]
}

/** Systems with more classes than this are searched for exchangeable acceptors only: 8! arrangements are tried. */
const maxClassesArranged = 8

/** The symmetries of a model. Cost: a test per pair of acceptors, and one per arrangement of classes. */
export function acceptorSymmetry(model: SpecModel): AcceptorSymmetry {
  const n = model.acceptors.length
  const isSymmetry = symmetryTest(model)
  const classes: number[][] = []
  for (let acceptor = 0; acceptor < n; acceptor++) {
    const mates = classes.find(([first]) => isSymmetry(transposition(n, first!, acceptor)))
    if (mates === undefined) classes.push([acceptor])
    else mates.push(acceptor)
  }
  const identity = Array.from({ length: n }, (_, i) => i)
  const candidates = classes.length > maxClassesArranged ? [identity] : classArrangements(classes, n)
  return { classes, arrangements: candidates.filter(isSymmetry) }
}

/** The number of symmetries, and so the most states that one can stand for. */
export function symmetryOrder(model: SpecModel, { acceptors, values }: SymmetryOptions): number {
  let order = values === true ? factorial(model.values) : 1
  if (acceptors !== true) return order
  const { classes, arrangements } = acceptorSymmetry(model)
  for (const { length } of classes) order *= factorial(length)
  return order * arrangements.length
}

function factorial(n: number): number {
  return n < 2 ? 1 : n * factorial(n - 1)
}

/** The permutation that exchanges two of n. */
function transposition(n: number, a: number, b: number): number[] {
  return Array.from({ length: n }, (_, i) => (i === a ? b : i === b ? a : i))
}

/** Whether a permutation maps each list of quorums onto itself. */
function symmetryTest(model: SpecModel): (permutation: readonly number[]) => boolean {
  const lists = [model.phase1, ...model.phase2.map(({ quorums }) => quorums)]
  const sets = lists.map((quorums) => new Set(quorums))
  return (permutation) =>
    sets.every((known) => [...known].every((quorum) => known.has(permuteMask(quorum, permutation))))
}

/** A set of acceptors under a permutation. */
function permuteMask(mask: number, permutation: readonly number[]): number {
  return permutation.reduce((image, to, from) => image | (((mask >>> from) & 1) << to), 0)
}

/** Every way to map classes onto classes of the same size, order kept within each. */
function classArrangements(classes: readonly (readonly number[])[], n: number): number[][] {
  const found: number[][] = []
  const extend = (images: readonly (readonly number[])[]): void => {
    const from = classes[images.length]
    if (from === undefined) {
      const permutation = Array<number>(n).fill(0)
      classes.forEach((members, c) => members.forEach((a, i) => (permutation[a] = images[c]![i]!)))
      found.push(permutation)
      return
    }
    for (const image of classes) {
      if (image.length === from.length && !images.includes(image)) extend([...images, image])
    }
  }
  extend([])
  return found
}

/**
 * Passes on, instead of each state, one representative of its orbit.
 *
 * An acceptor's part in a state is a column of bits, two per epoch; values occur
 * only as the proposals of epochs. So the columns can be sorted (within each
 * class, under the best arrangement) and the values renamed by first appearance
 * independently, and equal results mean equal orbits. Every representative is
 * itself a reachable state, which is why counterexamples need no un-permuting.
 */
export class SymmetryReducer implements SuccessorSink {
  private readonly inner: SuccessorSink
  private readonly layout: Layout
  private readonly epochs: number
  private readonly renameValues: boolean
  private readonly symmetry: AcceptorSymmetry
  private readonly columns: Uint32Array
  private readonly trial: Uint32Array
  private readonly best: Uint32Array
  private readonly newNames: Int32Array
  private readonly out: Uint32Array

  constructor(model: SpecModel, layout: Layout, options: SymmetryOptions, inner: SuccessorSink) {
    this.inner = inner
    this.layout = layout
    this.epochs = model.epochs
    this.renameValues = options.values === true
    this.symmetry = options.acceptors === true ? acceptorSymmetry(model) : { classes: [], arrangements: [] }
    const n = model.acceptors.length
    this.columns = new Uint32Array(n)
    this.trial = new Uint32Array(n)
    this.best = new Uint32Array(n)
    this.newNames = new Int32Array(model.values + 1)
    this.out = new Uint32Array(layout.words)
  }

  add(state: Uint32Array): unknown {
    return this.inner.add(this.representative(state))
  }

  /** The representative of a state's orbit; the array is reused. */
  representative(state: Uint32Array): Uint32Array {
    const { out, layout } = this
    out.set(state)
    if (this.symmetry.arrangements.length > 0) this.sortAcceptors(out)
    if (this.renameValues) this.renameByAppearance(out, layout)
    return out
  }

  /**
   * The greatest of the sorted forms over all arrangements: one form for each
   * orbit, whichever member came in.
   */
  private sortAcceptors(state: Uint32Array): void {
    this.readColumns(state)
    const { arrangements, classes } = this.symmetry
    arrangements.forEach((arrangement, i) => {
      const target = i === 0 ? this.best : this.trial
      for (let a = 0; a < target.length; a++) target[arrangement[a]!] = this.columns[a]!
      for (const members of classes) sortWithin(target, members)
      if (i > 0 && isAbove(this.trial, this.best)) this.best.set(this.trial)
    })
    this.writeColumns(state)
  }

  /** By acceptor: two bits for each epoch, whether it promised and whether it accepted. */
  private readColumns(state: Uint32Array): void {
    const { promiseWord, promiseShift, acceptWord, acceptShift } = this.layout
    this.columns.fill(0)
    for (let epoch = 0; epoch < this.epochs; epoch++) {
      const promises = state[promiseWord[epoch]!]! >>> promiseShift[epoch]!
      const accepts = state[acceptWord[epoch]!]! >>> acceptShift[epoch]!
      for (let a = 0; a < this.columns.length; a++) {
        this.columns[a] = (this.columns[a]! << 2) | (((promises >>> a) & 1) << 1) | ((accepts >>> a) & 1)
      }
    }
  }

  private writeColumns(state: Uint32Array): void {
    const { promiseWord, promiseShift, acceptWord, acceptShift, everyone } = this.layout
    for (let epoch = this.epochs - 1; epoch >= 0; epoch--) {
      let promises = 0
      let accepts = 0
      for (let a = 0; a < this.best.length; a++) {
        const column = this.best[a]!
        accepts |= (column & 1) << a
        promises |= ((column >>> 1) & 1) << a
        this.best[a] = column >>> 2
      }
      replaceField(state, promiseWord[epoch]!, promiseShift[epoch]!, everyone, promises)
      replaceField(state, acceptWord[epoch]!, acceptShift[epoch]!, everyone, accepts)
    }
  }

  private renameByAppearance(state: Uint32Array, layout: Layout): void {
    const { acceptors, acceptWord, acceptShift, acceptMask } = layout
    const valueMask = acceptMask >>> acceptors
    this.newNames.fill(0)
    let named = 0
    for (let epoch = 0; epoch < this.epochs; epoch++) {
      const word = acceptWord[epoch]!
      const shift = acceptShift[epoch]! + acceptors
      const proposal = (state[word]! >>> shift) & valueMask
      if (proposal === 0) continue
      if (this.newNames[proposal] === 0) this.newNames[proposal] = ++named
      replaceField(state, word, shift, valueMask, this.newNames[proposal]!)
    }
  }
}

/** Writes a field of a packed state. */
function replaceField(state: Uint32Array, word: number, shift: number, mask: number, field: number): void {
  state[word] = (state[word]! & ~(mask << shift)) | (field << shift)
}

/** Sorts the entries at the positions of one class, largest first, so that a1 acts before a2: insertion sort, for a handful. */
function sortWithin(columns: Uint32Array, positions: readonly number[]): void {
  for (let i = 1; i < positions.length; i++) {
    const column = columns[positions[i]!]!
    let j = i
    for (; j > 0 && columns[positions[j - 1]!]! < column; j--) {
      columns[positions[j]!] = columns[positions[j - 1]!]!
    }
    columns[positions[j]!] = column
  }
}

function isAbove(a: Uint32Array, b: Uint32Array): boolean {
  let i = 0
  while (i < a.length && a[i] === b[i]) i++
  return i < a.length && a[i]! > b[i]!
}

/** "acceptors {a1 a2 a3}, values {A B}": what is taken for interchangeable, as the CLI prints it. */
export function describeSymmetry(model: SpecModel, options: SymmetryOptions): string {
  const parts: string[] = []
  if (options.acceptors === true) {
    const { classes, arrangements } = acceptorSymmetry(model)
    const groups = classes.map((members) => `{${members.map((a) => model.acceptors[a]).join(" ")}}`)
    const beyond = arrangements.length > 1 ? ` in ${arrangements.length} arrangements` : ""
    parts.push(`acceptors ${groups.join(" ")}${beyond}`)
  }
  if (options.values === true) {
    parts.push(`values {${Array.from({ length: model.values }, (_, v) => valueName(v)).join(" ")}}`)
  }
  return parts.length === 0 ? "none" : parts.join(", ")
}
