import { UsageError } from "../../base/errors.ts"
import { abbreviated } from "../../base/text.ts"
import type { Catalogue } from "../define.ts"
import { type Epoch, type QuorumPlan, constantPlan, piecewisePlan, refuseLongPlan } from "../plan.ts"
import { type QuorumSystem, quorumSystem } from "../system.ts"
import { type Bindings, bindVariables, wholeNumberOf } from "./arithmetic.ts"
import { parseTree, readTree, systemFrom } from "./parse.ts"

/**
 * The quorum plan a text denotes: one system for all epochs, or epochs and
 * their systems, separated by semicolons:
 *
 *     0: split(choose(0), a1*a2*a3); 1..4: simple(3, 1, 3); 5..: majority(3)
 *
 * Epochs begin at 0, leave no gap, and the last range has no end. `0 fast: …` marks fast epochs, in
 * which every proposer may propose without phase 1. The systems are over all nodes that any of them
 * names. With `bindings`, numbers may be arithmetic over them (`arithmetic.ts`), in systems and in
 * epochs: `k+1..: …`.
 *
 * Throws UsageError, quoting the part of the text in question.
 */
export function parsePlan(text: string, catalogue: Catalogue, bindings?: Bindings): QuorumPlan {
  const segments = splitOutside(text, ";").filter((segment) => segment.trim() !== "")
  const first = segments[0] ?? ""
  if (segments.length < 2 && splitOutside(first, ":").length < 2) {
    return constantPlan(systemOf(first, catalogue, bindings))
  }
  const parts = segments.map((segment) => readSegment(segment, catalogue, bindings))
  refuseGaps(parts)
  // A plan is over one set of nodes: a system that does not name some of them has quorums that never use
  // those.
  const nodes = [...new Set(parts.flatMap(({ system }) => system.nodes))]
  refuseLongPlan(parts.length, nodes.length)
  return piecewisePlan(
    parts.map(({ from, fast, system }) => ({
      from,
      ...(fast && { fast }),
      system: overNodes(system, nodes),
    })),
  )
}

/** One `epochs: system` of the text. */
interface Segment {
  readonly text: string
  readonly from: Epoch
  /** Infinity for a range without an end. */
  readonly to: Epoch
  readonly fast: boolean
  readonly system: QuorumSystem
}

const wanted = "a plan is written 0: <system>; 1..3: <system>; 4..: <system>"

function readSegment(text: string, catalogue: Catalogue, bindings?: Bindings): Segment {
  const [epochs, system, ...more] = splitOutside(text, ":")
  if (epochs === undefined || system === undefined || more.length > 0) {
    throw new UsageError(
      `in the plan, ${abbreviated(text.trim())} is not epochs, a colon and a system; ${wanted}.`,
    )
  }
  const fast = /\sfast\s*$/.test(epochs)
  const [from, to, ...others] = epochs.replace(/\sfast\s*$/, "").split("..")
  if (from === undefined || from.trim() === "" || others.length > 0) {
    throw new UsageError(
      `in the plan, ${abbreviated(epochs.trim())} is not an epoch or a range of them; ${wanted}.`,
    )
  }
  const first = epochOf(from, bindings)
  const last = to === undefined ? first : to.trim() === "" ? Infinity : epochOf(to, bindings)
  if (last < first) {
    throw new UsageError(
      `in the plan, ${abbreviated(epochs.trim())} ends before it begins: ${first}..${last}.`,
    )
  }
  return { text: text.trim(), from: first, to: last, fast, system: systemOf(system, catalogue, bindings) }
}

function epochOf(text: string, bindings: Bindings = new Map()): Epoch {
  const epoch = wholeNumberOf(parseTree(text), bindings)
  if (epoch < 0)
    throw new UsageError(`in the plan, ${abbreviated(text.trim())} is ${epoch}; epochs begin at 0.`)
  return epoch
}

function systemOf(text: string, catalogue: Catalogue, bindings?: Bindings): QuorumSystem {
  const tree = parseTree(text)
  const bound = bindings === undefined ? tree : bindVariables(tree, bindings, catalogue)
  return systemFrom(readTree(bound, text, catalogue))
}

/**
 * Every epoch must have its system: an epoch left out would be decided by no quorum, or by anyone's
 * guess.
 */
function refuseGaps(parts: readonly Segment[]): void {
  for (const [i, { text, from }] of parts.entries()) {
    const next = i === 0 ? 0 : parts[i - 1]!.to + 1
    if (from === next) continue
    const expected = next === Infinity ? "the range before it has no end" : `epoch ${next} comes next`
    throw new UsageError(
      `in the plan, ${abbreviated(text)} begins at epoch ${from}, but ${expected}; ${wanted}.`,
    )
  }
  const last = parts.at(-1)!
  if (last.to === Infinity) return
  throw new UsageError(
    `in the plan, the last range ends at epoch ${last.to}; there is always a greater epoch: write ${last.from}..: for it.`,
  )
}

/** The same system over more nodes: those it does not name never matter. */
function overNodes(system: QuorumSystem, nodes: readonly string[]): QuorumSystem {
  if (system.nodes.length === nodes.length && system.nodes.every((name, i) => name === nodes[i]))
    return system
  const { expression, derived } = system
  const wider = quorumSystem({ phase1: expression[1], phase2: expression[2], nodes }, system.name)
  return derived === true ? { ...wider, derived } : wider
}

/** Splits at a character that is not inside quotes. */
function splitOutside(text: string, at: ";" | ":"): string[] {
  const parts: string[] = []
  let start = 0
  let quote = ""
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!
    if (quote !== "" && char === "\\") i++
    else if (quote !== "") quote = char === quote ? "" : quote
    else if (char === '"' || char === "'") quote = char
    else if (char === at) {
      parts.push(text.slice(start, i))
      start = i + 1
    }
  }
  return [...parts, text.slice(start)]
}
