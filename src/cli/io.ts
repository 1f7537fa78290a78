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
