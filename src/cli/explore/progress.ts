import type { Io } from "../shared/context.ts"

/** What searches report: a level or a depth, and the states so far. */
interface SearchProgress {
  readonly level?: number
  readonly depth?: number
  readonly distinct: number
}

/** Shows on stderr how far a search is: one line redrawn on a terminal, a line now and then elsewhere. */
export interface ExploreProgress {
  readonly update: (progress: SearchProgress) => void
  readonly end: () => void
}

const redrawEveryMs = 200
const lineEveryMs = 15_000

/** Progress on stderr, so that stdout stays what a pipe expects. `now` is in milliseconds. */
export function exploreProgress(io: Io, now: () => number = () => performance.now()): ExploreProgress {
  const start = now()
  let last = start
  let drawn = false
  return {
    update: ({ level, depth, distinct }) => {
      const time = now()
      if (time - last < (io.errIsTerminal ? redrawEveryMs : lineEveryMs)) return
      last = time
      const rate = Math.round((distinct / (time - start)) * 1000)
      const line = `level ${level ?? depth ?? 1}: ${distinct.toLocaleString("en")} states, ${rate.toLocaleString("en")} states/s`
      if (io.errIsTerminal) io.err(`\r${line.padEnd(Math.min(io.width, 78)).slice(0, io.width)}`)
      else io.err(`${line}\n`)
      drawn = io.errIsTerminal
    },
    end: () => {
      if (drawn) io.err(`\r${" ".repeat(Math.min(io.width, 78))}\r`)
    },
  }
}
