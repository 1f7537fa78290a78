import { popcount } from "../../base/node-set.ts"
import type { SpecModel } from "./model.ts"

/**
 * The number of states an exploration visits, computed without exploring.
 *
 * A state is reachable exactly when every epoch is justified by the epochs below it: acceptors promised
 * only what was prepared, the value proposed is allowed by a phase-1 quorum of promises reporting what
 * their senders accepted below, acceptors accepted only what was proposed. (Such messages can be sent
 * epoch by epoch; and no order of sending changes a report, because having promised an epoch an acceptor
 * accepts nothing below it.) So states can be counted from epoch 0 up, keeping for the epochs above only
 * the last acceptances. The explorer does not use this; it is the estimate before a search starts and
 * one of the oracles its counts are tested against.
 */
export interface SpecCensus {
  /** The number of reachable states; a lower bound unless `exact`. Correct to a double's 53 bits. */
  readonly states: number
  /** The number of states in the largest level of the search; a lower bound unless `exact`. */
  readonly widestLevel: number
  /** By level: its number of states. Empty unless `exact`. */
  readonly levels: readonly number[]
  readonly exact: boolean
}

/** Steps of counting after which a lower bound is given instead. */
const maxWork = 3e7

/** The census of a model. Cost: grows with the ways acceptances can interleave; at most a fraction of a second. */
export function takeCensus(model: SpecModel, work = maxWork): SpecCensus {
  const levels = new Counter(model, work).levels()
  if (levels === undefined) return lowerBound(model)
  return { states: levels.reduce((a, b) => a + b, 0), widestLevel: Math.max(...levels), levels, exact: true }
}

/**
 * A lower bound from one value and independent epochs: each epoch can take every course it could take
 * alone.
 */
function lowerBound(model: SpecModel): SpecCensus {
  const alone = new Counter({ ...model, values: 1, epochs: 1 }, Infinity).levels()!
  const states = alone.reduce((a, b) => a + b, 0) ** model.epochs
  const levels = model.epochs * (alone.length - 1) + 1
  return { states, widestLevel: states / levels, levels: [], exact: false }
}

/**
 * The last acceptances, latest epoch first: disjoint sets of acceptors, one value each. Neighbours with
 * the same value are joined, since a report with either binds a proposer alike.
 */
type History = readonly { readonly acceptors: number; readonly value: number }[]

/** By number of messages: the number of states. */
type Polynomial = readonly number[]

/** Carries, epoch by epoch, the number of states for each history of acceptances. */
class Counter {
  private readonly model: SpecModel
  private readonly sets: number
  private readonly work: number

  constructor(model: SpecModel, work: number) {
    this.model = model
    this.sets = 2 ** model.acceptors.length
    this.work = work
  }

  levels(): Polynomial | undefined {
    let histories = new Map<string, { history: History; count: Polynomial }>([
      ["", { history: [], count: [1] }],
    ])
    let total: Polynomial = []
    for (let epoch = 0; epoch < this.model.epochs; epoch++) {
      const last = epoch === this.model.epochs - 1
      if (this.costOf(histories.size, last, epoch) > this.work) return undefined
      const next: typeof histories = new Map()
      for (const { history, count } of histories.values()) {
        for (const { proposal, ways } of this.epochWays(history)) {
          const counted = multiply(count, ways)
          if (last) total = add(total, multiply(counted, this.acceptances(proposal)))
          else this.record(next, history, proposal, counted)
        }
      }
      histories = next
    }
    return total
  }

  /** Estimates the steps of the next epoch, to stop before it and not in it. */
  private costOf(histories: number, last: boolean, epoch: number): number {
    const { phase1, values, acceptors } = this.model
    const terms = (2 * acceptors.length + 2) * (epoch + 1)
    return histories * this.sets * (phase1.length + (last ? 0 : values * terms))
  }

  /** The ways an epoch's prepare, promises and proposal can be, by the value proposed (or none), above a history. */
  private epochWays(history: History): { proposal: number | undefined; ways: Polynomial }[] {
    const { values, acceptors } = this.model
    const none = Array<number>(acceptors.length + 2).fill(0)
    const by = Array.from({ length: values }, () => [...none])
    none[0] = 1
    this.countAllowed(history, 0, 0, by)
    for (let promised = 0; promised < this.sets; promised++) {
      const messages = 1 + popcount(promised)
      none[messages]! += 1
      this.countAllowed(history, promised, messages, by)
    }
    return [
      { proposal: undefined, ways: none },
      ...by.map((ways, proposal) => ({ proposal, ways: [0, ...ways] })),
    ]
  }

  /** Adds one state for each value that these promises allow to be proposed. */
  private countAllowed(history: History, promised: number, messages: number, by: number[][]): void {
    const allowed = this.allowedValues(history, promised)
    by.forEach((ways, value) => (ways[messages]! += (allowed >>> value) & 1))
  }

  /** The values that some phase-1 quorum among the promises allows, as bits. */
  private allowedValues(history: History, promised: number): number {
    const all = 2 ** this.model.values - 1
    let allowed = 0
    for (const quorum of this.model.phase1) {
      if ((quorum & ~promised) !== 0) continue
      const latest = history.find(({ acceptors }) => (acceptors & quorum) !== 0)
      allowed |= latest === undefined ? all : 1 << latest.value
    }
    return allowed
  }

  /** The sets of acceptors that accepted: the empty one without a proposal, else any set. */
  private acceptances(proposal: number | undefined): Polynomial {
    if (proposal === undefined) return [1]
    return this.model.acceptors.reduce<Polynomial>((product) => multiply(product, [1, 1]), [1])
  }

  /** The histories after an epoch: acceptors that accepted in it move to the front. */
  private record(
    next: Map<string, { history: History; count: Polynomial }>,
    history: History,
    proposal: number | undefined,
    counted: Polynomial,
  ): void {
    const sets = proposal === undefined ? 1 : this.sets
    for (let accepted = 0; accepted < sets; accepted++) {
      const after = accepted === 0 ? history : withAcceptances(history, accepted, proposal!)
      const key = after.map(({ acceptors, value }) => `${acceptors}:${value}`).join()
      const shifted = [...Array<number>(popcount(accepted)).fill(0), ...counted]
      const known = next.get(key)
      next.set(key, { history: after, count: known === undefined ? shifted : add(known.count, shifted) })
    }
  }
}

/** The history with these acceptors moved out of where they were. */
function withAcceptances(history: History, accepted: number, value: number): History {
  const older = history
    .map((entry) => ({ acceptors: entry.acceptors & ~accepted, value: entry.value }))
    .filter(({ acceptors }) => acceptors !== 0)
  const joined: { acceptors: number; value: number }[] = [{ acceptors: accepted, value }]
  for (const entry of older) {
    const last = joined[joined.length - 1]!
    if (last.value === entry.value) last.acceptors |= entry.acceptors
    else joined.push(entry)
  }
  return joined
}

/** The sum of two polynomials. */
function add(a: Polynomial, b: Polynomial): Polynomial {
  return Array.from({ length: Math.max(a.length, b.length) }, (_, i) => (a[i] ?? 0) + (b[i] ?? 0))
}

/** The product of two polynomials: messages of independent parts add up. */
function multiply(a: Polynomial, b: Polynomial): Polynomial {
  const product = Array<number>(a.length + b.length - 1).fill(0)
  a.forEach((x, i) => b.forEach((y, j) => (product[i + j]! += x * y)))
  return product
}
