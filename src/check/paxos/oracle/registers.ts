import { countBelow } from "../../../base/sorted.ts"
import type { PaxosMessage } from "../../../protocol/paxos/messages.ts"

/** What is in a write-once register: a value, nil for ever, or nothing yet. */
export type Content = { readonly value: string } | "nil" | "unwritten"

/** What is wrong with a write or a reading, in words. */
export type Complaint = string | undefined

/**
 * Write-once registers: one to each pair of a server and a register set, the
 * sets numbered from 0 up (Howard and Mortier 2019, §3). A register holds
 * nothing until a value or nil is written to it, and keeps that for ever.
 *
 * Kept sparsely: nil is written to ranges of registers at a time. The same class represents the
 * registers and a process's knowledge of them.
 *
 * Cost: an access to a register or a range is logarithmic in the number of writes, so that the time per
 * epoch hardly grows with the run.
 */
export class Registers {
  private readonly values = new Map<number, Map<number, string>>()
  /** For each server, the sets in which it has a value, in order. */
  private readonly written = new Map<number, number[]>()
  /** For each server, the ranges [from, below) that were filled with nil: in order, with others between. */
  private readonly nils = new Map<number, Range[]>()
  /** The greatest set that has each value. */
  private readonly lastSet = new Map<string, number>()
  /** Where contents may change from one set to the next, in order. */
  private readonly starts: number[] = [0]

  at(server: number, set: number): Content {
    const value = this.values.get(server)?.get(set)
    if (value !== undefined) return { value }
    // A value that was written first stays: nil only fills what holds nothing.
    return this.isClosed(server, set, set + 1) ? "nil" : "unwritten"
  }

  /** Whether all registers of the server in [from, below) hold nil. */
  isNil(server: number, from: number, below: number): boolean {
    const written = this.written.get(server) ?? []
    const next = written[countBelow(written, from)] ?? Infinity
    return from >= below || (next >= below && this.isClosed(server, from, below))
  }

  private isClosed(server: number, from: number, below: number): boolean {
    return this.nils.get(server)?.some((range) => range.from <= from && below <= range.below) ?? false
  }

  /** Writes a value, or complains that something else is there. */
  write(server: number, set: number, value: string): Complaint {
    const there = this.at(server, set)
    if (there === "nil") return `${value} was written to a register that held nil`
    if (there !== "unwritten") {
      return there.value === value ? undefined : `${value} was written to a register that held ${there.value}`
    }
    const ofServer = this.values.get(server) ?? new Map<number, string>()
    this.values.set(server, ofServer.set(set, value))
    this.written.set(server, inserted(this.written.get(server) ?? [], set))
    this.lastSet.set(value, Math.max(set, this.lastSet.get(value) ?? set))
    this.changesAt(set, set + 1)
    return undefined
  }

  /** Writes nil to every register of the server in [from, below) that holds nothing. */
  close(server: number, from: number, below: number): void {
    if (from >= below || this.isClosed(server, from, below)) return
    const ranges = this.nils.get(server) ?? []
    const touching = ranges.filter((range) => range.from <= below && from <= range.below)
    const apart = ranges.filter((range) => !touching.includes(range))
    const merged = {
      from: Math.min(from, ...touching.map((range) => range.from)),
      below: Math.max(below, ...touching.map((range) => range.below)),
    }
    this.nils.set(server, [...apart, merged])
    this.changesAt(from, below)
  }

  private changesAt(...sets: readonly number[]): void {
    for (const set of sets) inserted(this.starts, set)
  }

  /** The values in a set: each once. */
  valuesAt(set: number): Set<string> {
    const found = new Set<string>()
    for (const ofServer of this.values.values()) {
      const value = ofServer.get(set)
      if (value !== undefined) found.add(value)
    }
    return found
  }

  /** The values in all sets from this one up: each once. */
  valuesFrom(set: number): Set<string> {
    const found = new Set<string>()
    for (const [value, last] of this.lastSet) if (last >= set) found.add(value)
    return found
  }

  /**
   * The first set of every run of sets with the same contents in [from, below), the first of all
   * included: a property of the contents of these holds for all.
   */
  changes(from: number, below: number): number[] {
    if (from >= below) return []
    const { starts } = this
    return [from, ...starts.slice(countBelow(starts, from + 1), countBelow(starts, below))]
  }
}

interface Range {
  readonly from: number
  readonly below: number
}

/** The list with a number more, unless it has it. Most numbers come near the end. */
function inserted(sorted: number[], one: number): number[] {
  const place = countBelow(sorted, one)
  if (sorted[place] !== one) sorted.splice(place, 0, one)
  return sorted
}

/** Registers [from, below) of the sender as a message shows them: a value (of the first), or nil. */
export interface Reading {
  readonly from: number
  readonly below: number
  readonly value?: string
}

/**
 * The reading of its sender's registers in a message. A plain accept(e) means that the reader's write to
 * set e is there: `written`, by set. A negative reply reports a proposal and nothing else.
 */
export function readingOf(message: PaxosMessage, written: ReadonlyMap<number, string>): Reading[] {
  switch (message.type) {
    case "promise": {
      const { epoch, lastAccepted, history = [] } = message
      const earlier = history.map((proposal) => valueAt(proposal.epoch, proposal.value))
      if (lastAccepted === null) return [...earlier, { from: 0, below: epoch }]
      const newest = valueAt(lastAccepted.epoch, lastAccepted.value)
      return [...earlier, newest, { from: newest.below, below: epoch }]
    }
    case "accept": {
      const value = message.value ?? written.get(message.epoch)
      return value === undefined ? [] : [valueAt(message.epoch, value)]
    }
    case "no-promise":
    case "no-accept":
    case "report": {
      const { lastAccepted } = message
      return lastAccepted === null || lastAccepted === undefined
        ? []
        : [valueAt(lastAccepted.epoch, lastAccepted.value)]
    }
    default:
      return []
  }
}

const valueAt = (set: number, value: string): Reading => ({ from: set, below: set + 1, value })

/**
 * What a quorum of one register set has come to (Howard and Mortier 2019, §3.3):
 * it may yet decide any value; it may decide one value only; it has decided;
 * it will never decide.
 */
export type DecisionState =
  | { readonly state: "any" }
  | { readonly state: "maybe"; readonly value: string }
  | { readonly state: "decided"; readonly value: string }
  | { readonly state: "none" }

/**
 * The state of a quorum, as far as `known` determines it.
 *
 * `implied` are the values known to have been written to sets that come later (or to this one, where
 * each set has one writer): their writers had ensured that no earlier set decides another value.
 */
export function decisionState(
  known: Registers,
  set: number,
  quorum: readonly number[],
  implied: ReadonlySet<string>,
): DecisionState {
  const values = new Set(implied)
  let written = 0
  for (const server of quorum) {
    const content = known.at(server, set)
    if (content === "nil") return { state: "none" }
    if (content === "unwritten") continue
    values.add(content.value)
    written++
  }
  const [value, another] = values
  if (value === undefined) return { state: "any" }
  if (another !== undefined) return { state: "none" }
  return { state: written === quorum.length ? "decided" : "maybe", value }
}

/** Whether a quorum in this state could still decide something other than `value`. */
export function mayDecideOther(state: DecisionState, value: string): boolean {
  return state.state === "any" || (state.state !== "none" && state.value !== value)
}

/** "Any", "Maybe A", "Decided A", "None". */
export function showDecisionState(state: DecisionState): string {
  switch (state.state) {
    case "any":
      return "Any"
    case "none":
      return "None"
    case "maybe":
      return `Maybe ${state.value}`
    case "decided":
      return `Decided ${state.value}`
  }
}
