import type { Io } from "./context.ts"

/** Shows how far a long computation is, on stderr: a bar on a terminal, a line now and then elsewhere. */
export interface Progress {
  start(label: string, total: number): void
  /** `total` where it has grown since the start. */
  update(done: number, total?: number): void
  /** Ends what was started, and says in a line how it went. */
  finish(line: string): void
}

/** A bar where somebody watches, lines now and then where a log is written. */
export async function progressOn(io: Io): Promise<Progress> {
  return io.errIsTerminal ? barProgress() : lineProgress(io, () => performance.now())
}

async function barProgress(): Promise<Progress> {
  const { default: cliProgress } = await import("cli-progress")
  let bar: InstanceType<typeof cliProgress.SingleBar> | undefined
  return {
    start: (label, total) => {
      bar = new cliProgress.SingleBar({
        format: `${label.padEnd(16)} {bar} {percentage} % | {value} of {total} runs | {eta_formatted} left`,
        barCompleteChar: "█",
        barIncompleteChar: "░",
        barsize: 24,
        clearOnComplete: true,
        // Else Ctrl-C would leave the terminal without line wrapping.
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

/** A line at most this often where there is no terminal to redraw. */
const lineEveryMs = 15_000

/** Progress as plain lines; `now` is a clock in milliseconds. */
export function lineProgress(io: Io, now: () => number): Progress {
  let [label, total, lastLine] = ["", 0, 0]
  return {
    start: (startLabel, startTotal) => {
      ;[label, total, lastLine] = [startLabel, startTotal, now()]
    },
    update: (done, newTotal = total) => {
      total = newTotal
      if (now() - lastLine < lineEveryMs) return
      lastLine = now()
      io.err(`${label}: ${Math.floor((100 * done) / total)} % of ${total} runs\n`)
    },
    finish: (line) => io.err(`${line}\n`),
  }
}
