import { type Caution, cautionTexts } from "../../experiment/safety.ts"
import type { Io } from "./context.ts"

/** Warns on stderr of the systems of a result, or of an experiment, that are not plainly safe. */
export function warnOfCautions(io: Io, whose: string, cautions: readonly Caution[]): void {
  for (const text of cautionTexts(cautions)) io.err(`WARNING: ${whose}: ${text}\n`)
}
