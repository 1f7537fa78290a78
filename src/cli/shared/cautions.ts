import type { CaseSafety } from "../../experiment/define.ts"
import { type Caution, cautionTexts } from "../../experiment/safety.ts"
import { safetyWarnings } from "../../run/safety.ts"
import type { Io } from "./context.ts"

/** Warns on stderr of the systems of a result, or of an experiment, that are not plainly safe. */
export function warnOfCautions(io: Io, whose: string, cautions: readonly Caution[]): void {
  for (const text of cautionTexts(cautions)) io.err(`WARNING: ${whose}: ${text}\n`)
}

/**
 * Warns on stderr where quorums are not plainly safe. Unsafe plans may be run, as controls; the warning keeps
 * a run without a violation from being taken for evidence of safety.
 */
export function warnOfSafety(io: Io, safety: CaseSafety): void {
  for (const warning of safetyWarnings(safety)) io.err(`WARNING: ${warning}\n`)
}
