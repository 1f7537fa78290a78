import type { Micros } from "../../protocol/actor.ts"
import type { Crash } from "../scenario.ts"
import type { ProcessFault, Target } from "./fault.ts"

/** Something that is done to a process at a given time. */
export interface ScriptEntry {
  readonly at: Micros
  readonly process: Target
  readonly action: Strike
}

/** The fault itself, without whom it strikes and when. */
type WithoutTarget<F> = F extends unknown ? Omit<F, "process" | "at"> : never

/** A fault, or its end. An end is of one life: a crash in between makes it void. */
export type Strike =
  | WithoutTarget<ProcessFault>
  | { readonly type: "recover"; readonly life: number }
  | { readonly type: "resume"; readonly life: number }
  | { readonly type: "slow-end"; readonly extra: Micros }

/** All that is to be done to processes, in the order in which it is written down. */
export function scriptOf(scenario: {
  readonly crashes?: readonly Crash[]
  readonly faults?: readonly ProcessFault[]
}): ScriptEntry[] {
  const crashes = (scenario.crashes ?? []).map((crash): ProcessFault => ({
    type: "crash",
    disk: "synced",
    ...crash,
  }))
  return [...crashes, ...(scenario.faults ?? [])].map(({ at, process, ...action }) => ({
    at,
    process,
    action,
  }))
}
