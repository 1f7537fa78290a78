import { UsageError } from "../../base/errors.ts"
import { type NodeSet, compareSets, emptySet } from "../../base/node-set.ts"
import { nodesOf } from "../../quorum/expression.ts"
import { type NodeId, type Phase, type QuorumSystem, formatSet, setOf } from "../../quorum/system.ts"

/**
 * What the specification-level explorer explores: Lamport's abstract Paxos for
 * fixed acceptors, a number of values and a number of epochs.
 *
 * The quorums are exactly those listed: a proposal branches once for every
 * phase-1 quorum that has promised. From a `QuorumSystem` they are its minimal
 * quorums, which for counting quorums are all sets of the given size, as the
 * TLA+ models have them; and of `explicit(…)` all that are written there, each
 * once. A listed quorum that contains another adds branches to
 * `generated`, and from three epochs on may add states: it sees more reports
 * than the quorum inside it and may be bound to a different value
 * (`explore.test.ts` has a case of three acceptors).
 */
export interface SpecModel {
  readonly acceptors: readonly NodeId[]
  /** The number of values that may be proposed, at least 1. */
  readonly values: number
  /** The number of epochs, at least 1; they are 0 … epochs − 1. */
  readonly epochs: number
  /** Phase-1 quorums: bit i stands for acceptors[i]. */
  readonly phase1: readonly number[]
  /** The phase-2 systems checked; they appear in no action, so any number share one exploration. */
  readonly phase2: readonly Phase2Quorums[]
}

/** The phase-2 quorums of one of the systems explored together. */
export interface Phase2Quorums {
  /** The name of the whole system, such as `simple(3, 2, 2)`. */
  readonly name: string
  readonly quorums: readonly number[]
}

/** How far to explore: 1 ≤ values ≤ 15, 1 ≤ epochs ≤ 16. */
export interface SpecBounds {
  readonly values: number
  readonly epochs: number
}

/** More acceptors than this cannot be explored to the end: one epoch and one value already have 2³² states. */
export const maxAcceptors = 16
/** Four bits of a packed state; zero stands for "nothing proposed". */
const maxValues = 15
/** More than any search could get through, so that a slip of the keyboard is refused. */
export const maxEpochs = 16

/**
 * The model of one quorum system, or of several that share acceptors and
 * phase-1 quorums. Throws UsageError for systems that do not, and for bounds
 * out of range.
 */
export function specModel(systems: QuorumSystem | readonly QuorumSystem[], bounds: SpecBounds): SpecModel {
  const list = "nodes" in systems ? [systems] : systems
  const [first, ...others] = list
  if (first === undefined) throw new UsageError("the list of quorum systems is empty; give at least one.")
  refuseBounds(first, bounds)
  const phase1 = phase1Masks(first)
  for (const other of others) refuseOtherGraph(first, other)
  for (const system of list) refuseEmptyPhase2(system)
  return {
    acceptors: first.nodes,
    values: bounds.values,
    epochs: bounds.epochs,
    phase1,
    phase2: list.map((system) => ({ name: system.name, quorums: quorumMasks(system, 2) })),
  }
}

/** The name of a value: A, B, C, … as in the thesis' figures. */
export function valueName(value: number): string {
  return String.fromCharCode(65 + value)
}

/** The phase-1 quorums given: those listed, where the system is a list, else the minimal ones. */
function phase1Masks(system: QuorumSystem): number[] {
  const expression = system.expression[1]
  if (system.listed !== true || expression.kind !== "threshold") return quorumMasks(system, 1)
  const masks = expression.children.map((quorum) => Number(setOf(system, nodesOf(quorum))))
  return [...new Set(masks)].sort(compareSets)
}

/** The minimal quorums of a phase as bits of a word, in dictionary order. */
function quorumMasks(system: QuorumSystem, phase: Phase): number[] {
  return [...system.minimalQuorums(phase)].map(Number).sort(compareSets)
}

function refuseBounds(system: QuorumSystem, { values, epochs }: SpecBounds): void {
  const n = system.nodes.length
  if (n > maxAcceptors) {
    throw new UsageError(
      `${system.name} has ${n} acceptors; at most ${maxAcceptors} can be explored. ` +
        `Whether its quorums meet can be checked without exploring: try quorate check.`,
    )
  }
  refuseRange("values", values, maxValues)
  refuseRange("epochs", epochs, maxEpochs)
}

function refuseRange(what: string, given: number, max: number): void {
  if (!Number.isInteger(given) || given < 1 || given > max) {
    throw new UsageError(`--${what} is ${given}; must be a whole number from 1 to ${max}. Try 2.`)
  }
}

/** With a phase-2 quorum of nobody, all values are decided before the first step: there is no run to show. */
function refuseEmptyPhase2(system: QuorumSystem): void {
  if (!system.isQuorum(2, emptySet)) return
  throw new UsageError(
    `phase 2 of ${system.name} has the quorum of nobody, which decides every value before the first step; ` +
      `phase-2 quorums must have an acceptor. Try quorate check, or split(choose(0), …) for a phase 1 that is skipped.`,
  )
}

/** Systems share a search only if they share its graph, which phase-2 quorums are no part of. */
function refuseOtherGraph(first: QuorumSystem, other: QuorumSystem): void {
  const show = (system: QuorumSystem): string =>
    phase1Masks(system)
      .map((quorum: NodeSet) => formatSet(system, quorum))
      .join(" ")
  const same = first.nodes.join() === other.nodes.join() && show(first) === show(other)
  if (same) return
  throw new UsageError(
    `${first.name} and ${other.name} cannot be explored in one pass: systems share a pass when their acceptors ` +
      `and phase-1 quorums are the same.\n  ${first.name}: ${show(first)}\n  ${other.name}: ${show(other)}\n` +
      `Explore them one after the other.`,
  )
}
