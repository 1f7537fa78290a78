import type { ExitCode } from "./exit-codes.ts"
import type { Io } from "./io.ts"

/** What every command is given. */
export interface Context {
  /** Where to print. */
  readonly io: Io
  /** The whole command line, for the manifest. */
  readonly args: readonly string[]
  /** How it ended; a command that does not say ended fine. */
  readonly end: (code: ExitCode) => void
}
