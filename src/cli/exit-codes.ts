import type { Verdict } from "../base/verdict.ts"

/** What the process exits with; scripts rely on these. */
export const exitCodes = {
  /** All went well, and what was checked holds. */
  fine: 0,
  /** A property that was checked does not hold. */
  violated: 1,
  /** A mistake in the command or its input, or a defect of this program. */
  usage: 2,
  /** A check could not finish within the stated effort. */
  unknown: 3,
  /** Stopped by Ctrl-C or a signal, as shells count it: 128 + SIGINT. What was computed is kept. */
  interrupted: 130,
} as const

/** One of these. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** The exit code of several verdicts: a violation outweighs an open question. */
export function exitCodeOf(verdicts: readonly Verdict<unknown>[]): ExitCode {
  const found = (wanted: string): boolean => verdicts.some(({ verdict }) => verdict === wanted)
  return found("violated") ? exitCodes.violated : found("unknown") ? exitCodes.unknown : exitCodes.fine
}

/** The lines every help text ends with. */
export const exitCodeHelp =
  "Exit codes: 0 fine; 1 a checked property does not hold; 2 usage or internal\nerror; 3 unknown; 130 interrupted."
