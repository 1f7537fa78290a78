import { visible } from "../../base/text.ts"
import type { Verdict } from "../../base/verdict.ts"

/** The environment of a command: its streams, its arguments, and the exit code it sets. */
export interface Context {
  readonly io: Io
  /** The complete command line, for the manifest. */
  readonly args: readonly string[]
  /** Sets the exit code; `exitCodes.fine` unless called. */
  readonly end: (code: ExitCode) => void
}

/**
 * The output streams of a command: results to `out`; warnings, progress and errors to `err`.
 * Nothing else below prints, so that a test can capture all output.
 */
export interface Io {
  out(text: string | Uint8Array): void
  err(text: string): void
  readonly outIsTerminal: boolean
  readonly errIsTerminal: boolean
  /** Columns of the terminal; 80 when `out` is not a terminal. */
  readonly width: number
  /** Whether `out` is coloured: on a terminal, unless NO_COLOR is set. */
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

/**
 * The same streams, on which a terminal obeys nothing but this program: every
 * text shows control characters as escapes, except line breaks, tabs and the
 * styles of `styler`. What is written to a file or a pipe stays as it is.
 */
export function guarded(io: Io): Io {
  return {
    ...io,
    out: (text) => io.out(typeof text === "string" && io.outIsTerminal ? shownLines(text, io.color) : text),
    err: (text) => {
      // Progress is drawn over itself.
      const [, before = "", line = "", after = ""] = /^(\r?)([\s\S]*?)(\r?)$/.exec(text) ?? []
      io.err(before + shownLines(line, false) + after)
    },
  }
}

function shownLines(text: string, isStyled: boolean): string {
  if (!isStyled) return visible(text, "\n\t")
  // With a group in its pattern, every other part is a style.
  const parts = text.split(styles)
  return parts.map((part, i) => (i % 2 === 1 ? part : visible(part, "\n\t"))).join("")
}

const styles = /(\u001b\[(?:1|22|31|32|33|39)m)/

/** The exit codes of the process; scripts rely on them. */
export const exitCodes = {
  /** Success; every checked property holds. */
  fine: 0,
  /** A checked property is violated. */
  violated: 1,
  /** An error in the command line or its input, or a defect of this program. */
  usage: 2,
  /** A check did not finish within its limits. */
  unknown: 3,
  /** Stopped by Ctrl-C or a signal: 128 + SIGINT, as shells report it. Completed work is kept. */
  interrupted: 130,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** The exit code of several verdicts: violated before unknown before holds. */
export function exitCodeOf(verdicts: readonly Verdict<unknown>[]): ExitCode {
  const found = (wanted: string): boolean => verdicts.some(({ verdict }) => verdict === wanted)
  return found("violated") ? exitCodes.violated : found("unknown") ? exitCodes.unknown : exitCodes.fine
}

/** The last lines of every help text. */
export const exitCodeHelp =
  "Exit codes: 0 success; 1 a checked property is violated; 2 usage or internal\nerror; 3 unknown; 130 interrupted."
