import type { SpecModel } from "./model.ts"

/**
 * The bit layout of a packed state.
 *
 * The set of messages determines the state, and four facts per epoch determine the set of messages:
 * whether prepare(e) was sent, which acceptors promised, which value was proposed (at most one), and
 * which acceptors accepted it. An acceptor's e_pro is the greatest epoch it promised or accepted in, its
 * (e_acc, v_acc) the greatest it accepted in, and the report inside promise(e) the greatest accepted
 * epoch below e: having promised e it accepts nothing below e any more, so later acceptances cannot
 * change what it reported.
 *
 * An epoch has two fields, promises (n + 1 bits) and acceptances (n bits and
 * those of a value); a field never straddles two words. Adding one message sets
 * bits in one word only.
 */
export interface Layout {
  readonly words: number
  readonly acceptors: number
  /** All acceptors: the low bits of both fields of an epoch. */
  readonly everyone: number
  /**
   * By epoch: the word and the lowest bit of the promise field; its top bit is set if prepare(e) was
   * sent.
   */
  readonly promiseWord: Int32Array
  readonly promiseShift: Int32Array
  readonly promiseMask: number
  /** By epoch: the same for the acceptance field; above the acceptors it holds 0, or 1 + the value proposed. */
  readonly acceptWord: Int32Array
  readonly acceptShift: Int32Array
  readonly acceptMask: number
}

/** The layout for a model. Three acceptors, two values and two epochs take 18 bits of one word. */
export function layoutOf(model: Pick<SpecModel, "acceptors" | "values" | "epochs">): Layout {
  const { epochs } = model
  const n = model.acceptors.length
  const valueBits = 32 - Math.clz32(model.values)
  const fields = new FieldAllocator()
  const [promiseWord, promiseShift, acceptWord, acceptShift] = [0, 0, 0, 0].map(
    () => new Int32Array(epochs),
  ) as [Int32Array, Int32Array, Int32Array, Int32Array]
  for (let epoch = 0; epoch < epochs; epoch++) {
    const promise = fields.take(n + 1)
    const accept = fields.take(n + valueBits)
    promiseWord[epoch] = promise.word
    promiseShift[epoch] = promise.shift
    acceptWord[epoch] = accept.word
    acceptShift[epoch] = accept.shift
  }
  return {
    words: fields.words,
    acceptors: n,
    everyone: maskOf(n),
    promiseWord,
    promiseShift,
    promiseMask: maskOf(n + 1),
    acceptWord,
    acceptShift,
    acceptMask: maskOf(n + valueBits),
  }
}

/** The lowest `bits` bits, fewer than 32. */
function maskOf(bits: number): number {
  return (1 << bits) - 1
}

/** Hands out bit ranges, first fit, so that three-acceptor epochs fill words well. */
class FieldAllocator {
  private readonly used: number[] = []

  get words(): number {
    return this.used.length
  }

  take(bits: number): { word: number; shift: number } {
    let word = this.used.findIndex((used) => used + bits <= 32)
    if (word < 0) word = this.used.push(0) - 1
    const shift = this.used[word]!
    this.used[word] = shift + bits
    return { word, shift }
  }
}

/** Whether prepare(e) was sent, and the acceptors that promised, in one field. */
export function promiseField(layout: Layout, words: ArrayLike<number>, at: number, epoch: number): number {
  return (words[at + layout.promiseWord[epoch]!]! >>> layout.promiseShift[epoch]!) & layout.promiseMask
}

/** The proposed value, and the acceptors that accepted it, in one field. */
export function acceptField(layout: Layout, words: ArrayLike<number>, at: number, epoch: number): number {
  return (words[at + layout.acceptWord[epoch]!]! >>> layout.acceptShift[epoch]!) & layout.acceptMask
}
