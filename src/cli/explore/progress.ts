import type { Io } from "../shared/context.ts"

/** The progress of a search: its level or depth, and the number of distinct states. */
interface SearchProgress {
  readonly level?: number
  readonly depth?: number
  readonly distinct: number
}

/** Progress of a search on stderr: one line redrawn on a terminal, periodic lines elsewhere. */
export interface ExploreProgress {
  readonly update: (progress: SearchProgress) => void
  readonly end: () => void
}

const redrawEveryMs = 200
const lineEveryMs = 15_000

/** Progress of a search on stderr; `now` returns milliseconds. */
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
