import type { Value } from "../actor.ts"
import type { Proposal } from "./messages.ts"
import type { Promises } from "./phase1-done.ts"

/**
 * R[a]: what an acceptor has answered to the prepare. `no` is silence, `nil` a
 * promise with nothing accepted; to take one for the other is a safety bug.
 */
export type Report = "no" | "nil" | Proposal

/** Phase 1 with the answers of each acceptor, by address. */
export interface Answers extends Promises {
  readonly reports: readonly Report[]
}

/**
 * V_dec, as far as it decides what happens next: the one value that may have
 * been decided; `free` if none may, so that any can be proposed; `open` if it
 * cannot be told yet, because two may, or because too little is known.
 */
export type Choice =
  { readonly kind: "free" } | { readonly kind: "only"; readonly value: Value } | { readonly kind: "open" }

/** Nothing can have been decided: the proposer's own candidate may be proposed. */
export const free: Choice = { kind: "free" }
/** It cannot be told yet what may be proposed. */
export const open: Choice = { kind: "open" }
/** One value may have been decided, and is the only one that may be proposed. */
export const only = (value: Value): Choice => ({ kind: "only", value })

/** The choice that a set of possible values leaves. */
export function choiceOf(possible: readonly Value[]): Choice {
  const [first, ...more] = possible
  return first === undefined ? free : more.length === 0 ? only(first) : open
}

/** The proposals among the answers, with who reported them. */
export function proposalsIn(reports: readonly Report[]): { acceptor: number; proposal: Proposal }[] {
  return reports.flatMap((report, acceptor) =>
    report === "no" || report === "nil" ? [] : [{ acceptor, proposal: report }],
  )
}

/** The distinct values of some proposals, in the order of their first appearance. */
export function valuesOf(proposals: readonly Proposal[]): Value[] {
  return [...new Set(proposals.map(({ value }) => value))]
}
