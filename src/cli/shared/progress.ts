import type { Io } from "./context.ts"

/** Progress of a long computation on stderr: a bar on a terminal, periodic lines elsewhere. */
export interface Progress {
  start(label: string, total: number): void
  /** `total` if it has changed since the start. */
  update(done: number, total?: number): void
  /** Ends the bar and prints a summary line. */
  finish(line: string): void
}

/** A bar if stderr is a terminal, periodic lines otherwise; `unit` is what is counted. */
export async function progressOn(io: Io, unit = "runs"): Promise<Progress> {
  return io.errIsTerminal ? barProgress(unit) : lineProgress(io, () => performance.now(), unit)
}

async function barProgress(unit: string): Promise<Progress> {
  const { default: cliProgress } = await import("cli-progress")
  let bar: InstanceType<typeof cliProgress.SingleBar> | undefined
  return {
    start: (label, total) => {
      bar = new cliProgress.SingleBar({
        format: `${label.padEnd(16)} {bar} {percentage} % | {value} of {total} ${unit} | {eta_formatted} left`,
        barCompleteChar: "█",
        barIncompleteChar: "░",
        barsize: 24,
        clearOnComplete: true,
        // Otherwise Ctrl-C would leave the terminal without line wrapping.
        linewrap: true,
        stopOnComplete: false,
        stream: process.stderr,
      })
      bar.start(total, 0)
    },
    update: (done, total) => {
      if (total !== undefined) bar?.setTotal(total)
      bar?.update(done)
    },
    finish: (line) => {
      bar?.stop()
      process.stderr.write(`${line}\n`)
    },
  }
}

/** The least time between two lines of progress. */
const lineEveryMs = 15_000

/** Progress as plain lines; `now` returns milliseconds. */
export function lineProgress(io: Io, now: () => number, unit = "runs"): Progress {
  let [label, total, lastLine] = ["", 0, 0]
  return {
    start: (startLabel, startTotal) => {
      ;[label, total, lastLine] = [startLabel, startTotal, now()]
    },
    update: (done, newTotal = total) => {
      total = newTotal
      if (now() - lastLine < lineEveryMs) return
      lastLine = now()
      io.err(`${label}: ${Math.floor((100 * done) / total)} % of ${total} ${unit}\n`)
    },
    finish: (line) => io.err(`${line}\n`),
  }
}

/** The progress of a search: its level or depth, and the number of distinct states. */
interface SearchProgress {
  readonly level?: number
  readonly depth?: number
  readonly distinct: number
}

/** One line about a search whose length is not known, on stderr: redrawn on a terminal, periodic lines elsewhere. */
export interface StatusLine<State> {
  readonly update: (state: State) => void
  readonly end: () => void
}

/** The least time between two redraws of a line on a terminal. */
const redrawEveryMs = 200

/** Progress of an exploration on stderr; `now` returns milliseconds. */
export function exploreProgress(
  io: Io,
  now: () => number = () => performance.now(),
): StatusLine<SearchProgress> {
  return statusLine(io, now, ({ level, depth, distinct }, elapsedMs) => {
    const rate = Math.round((distinct / elapsedMs) * 1000)
    return `level ${level ?? depth ?? 1}: ${distinct.toLocaleString("en")} states, ${rate.toLocaleString("en")} states/s`
  })
}

/** A status line with this text of a state and the milliseconds so far; `now` returns milliseconds. */
export function statusLine<State>(
  io: Io,
  now: () => number,
  text: (state: State, elapsedMs: number) => string,
): StatusLine<State> {
  const start = now()
  let last = start
  let drawn = false
  return {
    update: (state) => {
      const time = now()
      if (time - last < (io.errIsTerminal ? redrawEveryMs : lineEveryMs)) return
      last = time
      const line = text(state, time - start)
      if (io.errIsTerminal) io.err(`\r${line.padEnd(Math.min(io.width, 78)).slice(0, io.width)}`)
      else io.err(`${line}\n`)
      drawn = io.errIsTerminal
    },
    end: () => {
      if (drawn) io.err(`\r${" ".repeat(Math.min(io.width, 78))}\r`)
    },
  }
}
