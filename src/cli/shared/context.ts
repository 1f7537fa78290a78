import type { Verdict } from "../../base/verdict.ts"

/** What every command is given. */
export interface Context {
  /** Where to print. */
  readonly io: Io
  /** The whole command line, for the manifest. */
  readonly args: readonly string[]
  /** How it ended; a command that does not say ended fine. */
  readonly end: (code: ExitCode) => void
}

/**
 * Where a command's words go: data to `out`, everything about it to `err`.
 * The command line's only way to print, so that a test can listen.
 */
export interface Io {
  out(text: string | Uint8Array): void
  err(text: string): void
  readonly outIsTerminal: boolean
  readonly errIsTerminal: boolean
  /** Columns of the terminal; 80 where there is none. */
  readonly width: number
  /** Whether to colour what goes to `out`: on a terminal, unless NO_COLOR is set. */
  readonly color: boolean
}

/** The streams of this process. */
export function processIo(): Io {
  const { stdout, stderr, env } = process
  const outIsTerminal = stdout.isTTY
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    outIsTerminal,
    errIsTerminal: stderr.isTTY,
    width: outIsTerminal ? Math.max(40, stdout.columns) : 80,
    color: outIsTerminal && (env["NO_COLOR"] ?? "") === "",
  }
}

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
