import { type QuorumExpr, node, threshold } from "../../quorum/expression.ts"

/**
 * Every formula of counting gates in which each node occurs at most once and
 * some node does, up to the exchange of nodes of the same kind, each once.
 *
 * `kinds` groups the nodes: two of one group are interchangeable. Formulas are
 * in normal form (no "or" directly in an "or", no "and" in an "and", no gate of
 * one), which is unique for such formulas, so none occurs in two guises. Over n
 * different nodes that use all of them there are 1, 2, 9, 74, 885 and 13,684
 * for n = 1 … 6; the smaller subsets come first.
 *
 * With `useAll` only formulas in which every node occurs.
 *
 * Lazy. `expired` is called between any two formulas, also while none is yielded: the enumeration ends
 * when it returns true.
 */
export function* readOnceExpressions(
  kinds: readonly (readonly string[])[],
  expired: () => boolean,
  { useAll = false }: { readonly useAll?: boolean } = {},
): Generator<QuorumExpr> {
  const forms = new Forms(expired)
  const all = kinds.map((names) => names.length)
  for (const counts of useAll ? [all] : vectorsUpTo(all)) {
    if (expired()) return
    for (const form of forms.of(counts)) yield named(form, kinds)
  }
}

/** A formula whose leaves are kinds instead of nodes. */
interface Form {
  readonly id: number
  /** The kind of a leaf; of a gate, -1. */
  readonly kind: number
  readonly need: number
  readonly children: readonly Form[]
}

class Forms {
  private readonly known = new Map<string, readonly Form[]>()
  private readonly expired: () => boolean
  private next = 0

  constructor(expired: () => boolean) {
    this.expired = expired
  }

  /** The forms with `counts[i]` leaves of kind i. */
  *of(counts: readonly number[]): Generator<Form> {
    const key = counts.join(" ")
    const known = this.known.get(key)
    if (known !== undefined) {
      yield* known
      return
    }
    const found: Form[] = []
    for (const form of this.generate(counts)) {
      found.push(form)
      yield form
    }
    if (!this.expired()) this.known.set(key, found)
  }

  private *generate(counts: readonly number[]): Generator<Form> {
    if (total(counts) === 1) {
      yield this.form(counts.indexOf(1), 0, [])
      return
    }
    for (const children of this.childrenOf(counts, Infinity)) {
      for (let need = 1; need <= children.length; need++) {
        if (this.expired()) return
        if (need === 1 && children.some(isOr)) continue
        if (need === children.length && children.some(isAnd)) continue
        yield this.form(-1, need, children)
      }
    }
  }

  /** Two or more forms that together have the counts, in decreasing order of id: each multiset once. */
  private *childrenOf(counts: readonly number[], below: number, taken = 0): Generator<Form[]> {
    if (total(counts) === 0) {
      if (taken > 1) yield []
      return
    }
    for (const part of vectorsUpTo(counts)) {
      if (this.expired()) return
      if (taken === 0 && total(part) === total(counts)) continue
      const rest = counts.map((count, kind) => count - part[kind]!)
      for (const first of this.of(part)) {
        if (this.expired()) return
        if (first.id > below) continue
        for (const others of this.childrenOf(rest, first.id, taken + 1)) yield [first, ...others]
      }
    }
  }

  private form(kind: number, need: number, children: readonly Form[]): Form {
    return { id: this.next++, kind, need, children }
  }
}

const isOr = (form: Form): boolean => form.children.length > 1 && form.need === 1

const isAnd = (form: Form): boolean => form.children.length > 1 && form.need === form.children.length

const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0)

/** All vectors of whole numbers from 0 to the counts, except 0, by their sum; lazily, since there may be very many. */
function* vectorsUpTo(counts: readonly number[]): Generator<number[]> {
  for (let sum = 1; sum <= total(counts); sum++) yield* vectorsOf(counts, sum)
}

function* vectorsOf(counts: readonly number[], sum: number): Generator<number[]> {
  const [first, ...others] = counts
  if (first === undefined) {
    if (sum === 0) yield []
    return
  }
  const min = Math.max(0, sum - total(others))
  for (let here = Math.min(first, sum); here >= min; here--) {
    for (const rest of vectorsOf(others, sum - here)) yield [here, ...rest]
  }
}

/** Gives the leaves names: of every kind, its nodes in order. */
function named(form: Form, kinds: readonly (readonly string[])[]): QuorumExpr {
  const used = kinds.map(() => 0)
  const give = ({ kind, need, children }: Form): QuorumExpr =>
    kind < 0 ? threshold(need, children.map(give)) : node(kinds[kind]![used[kind]!++]!)
  return give(form)
}
