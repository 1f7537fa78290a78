import type { Registers } from "./registers.ts"

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
