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
 * Kept sparsely: nil is written to ranges of registers at a time. The same
 * class is what there is, and what somebody knows of it.
 */
export class Registers {
  private readonly values = new Map<number, Map<number, string>>()
  /** For each server, the ranges [from, below) that were filled with nil. */
  private readonly nils = new Map<number, { readonly from: number; readonly below: number }[]>()

  at(server: number, set: number): Content {
    const value = this.values.get(server)?.get(set)
    if (value !== undefined) return { value }
    // A value that was written first stays: nil only fills what holds nothing.
    const closed = this.nils.get(server)?.some(({ from, below }) => from <= set && set < below)
    return closed === true ? "nil" : "unwritten"
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
    return undefined
  }

  /** Writes nil to every register of the server in [from, below) that holds nothing. */
  close(server: number, from: number, below: number): void {
    if (from >= below) return
    const ranges = this.nils.get(server) ?? []
    if (!ranges.some((range) => range.from <= from && below <= range.below)) ranges.push({ from, below })
    this.nils.set(server, ranges)
  }

  /** The values in a set, or in all sets from it up to `below`: each once. */
  valuesIn(from: number, below: number): Set<string> {
    const found = new Set<string>()
    for (const ofServer of this.values.values()) {
      for (const [set, value] of ofServer) if (from <= set && set < below) found.add(value)
    }
    return found
  }

  /**
   * The first set of every run of sets with the same contents, from 0 up to
   * `below`: whatever holds of these holds of all.
   */
  changes(below: number): number[] {
    const starts = new Set([0])
    for (const ofServer of this.values.values())
      for (const set of ofServer.keys()) starts.add(set).add(set + 1)
    for (const ranges of this.nils.values())
      for (const range of ranges) starts.add(range.from).add(range.below)
    return [...starts].filter((set) => set < below).sort((a, b) => a - b)
  }
}

/** Registers [from, below) of the sender as a message shows them: a value (of the first), or nil. */
export interface Reading {
  readonly from: number
  readonly below: number
  readonly value?: string
}

/**
 * What a message tells of its sender's registers. A plain accept(e) says that
 * what the reader has written to set e is there: `written`, by set. A negative
 * reply shows a proposal, and is not taken to show more.
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
 * The state of a quorum as far as `known` tells.
 *
 * `implied` are the values known to have been written to sets that come later
 * (or to this one, where each set has one writer): whoever wrote them had made
 * sure that no earlier set decides anything else.
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
