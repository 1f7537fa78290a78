import { count, flag, measure, text } from "../src/experiment/column.ts"
import { defineExperiment } from "../src/experiment/define.ts"
import { runSafeDecree } from "../src/run/decree.ts"
import { seriesBy } from "../src/experiment/figure/from-rows.ts"
import type { Figure } from "../src/experiment/figure/figure.ts"
import type { Table } from "../src/experiment/table.ts"
import { setupFrom } from "../src/run/from-text.ts"
import { milliseconds } from "../src/world/simulate/latency.ts"

interface Case {
  readonly clockRate: number
  readonly nacks: boolean
}

interface Observation {
  readonly decideMs: number | null
  readonly epochs: number
}

type Row = {
  readonly retries: string
  readonly clockRate: number
  readonly waitMs: number
  readonly covered: boolean
  readonly decided: boolean
  readonly decideMs: number | null
  readonly epochs: number
}

/** δm, δa and δd of Howard 2019, §2.7, in milliseconds: delay of a message, of an acceptor (its write), and the clock's allowance. */
const delayMs = 10
const acceptorMs = 2
const allowanceMs = 2
const replyMs = 2 * delayMs + acceptorMs
const timeoutMs = replyMs + allowanceMs
const horizonMs = 1000

/**
 * The timeout of a sole proposer, δa + 2δm + δd by its own clock, when that clock runs fast or slow.
 *
 * Varied: the rate of the proposer's clock, and whether it watches a clock at all. Held fixed: constant
 * delays of 10 ms, an acceptor's write of 2 ms, hence a reply in δa + 2δm = 22 ms; a timeout of 24 ms by
 * the proposer's own clock.
 *
 * Expect: it decides exactly where 24 ms / rate is at least 22 ms, up to a rate of 24/22 ≈ 1.09;
 * beyond, it gives up every epoch just before the answers come and starves itself for ever.
 * Agreement holds in every run: timing is no part of safety. With negative replies alone no clock
 * is asked, and no rate does harm.
 */
export default defineExperiment<Case, Observation, Row>({
  id: "clock-drift",
  question:
    "How fast may a sole proposer's clock run before its timeout prevents progress, and do negative replies help?",
  reference: "Howard 2019, §2.7 (liveness conditions) and §3.1",
  columns: [
    text(
      "retries",
      "What makes the proposer retry: a timeout (Algorithm 3) or negative replies only (Algorithm 5).",
    ),
    measure("clockRate", "Rate of the proposer's clock: local seconds per second.", { digits: 3 }),
    measure("waitMs", "Actual duration of the timeout.", { unit: "ms" }),
    flag("covered", "Whether the timeout exceeds the response time $δa + 2δm = 22$ ms."),
    flag("decided", "Whether a value is decided within one second."),
    measure("decideMs", "Time to the commit point.", { unit: "ms", empty: "nothing was decided" }),
    count("epochs", "Number of epochs started."),
  ],
  cases: () =>
    [false, true].flatMap((nacks) =>
      [0.5, 0.9, 1, 1.05, 1.09, 1.1, 1.2, 1.5, 2].map((clockRate) => ({ clockRate, nacks })),
    ),
  runs: 1,
  observe: ({ clockRate, nacks }, seed) => {
    const setup = setupFrom("majority(5)", `constant(${delayMs})`, {
      nacks,
      // With negative replies nobody need watch a clock: a wait that outlasts the run stands for none.
      timeoutMs: nacks ? 10 * horizonMs : timeoutMs,
      writeMs: acceptorMs,
      backOff: { kind: "none" },
      clockRates: [{ process: "proposers", rate: clockRate }],
      horizonMs,
    })
    const { measures } = runSafeDecree(setup, seed)
    return { decideMs: milliseconds(measures.decidedAt), epochs: measures.epochsUsed }
  },
  summarise: ({ clockRate, nacks }, [observation]) => {
    const waitMs = (nacks ? 10 * horizonMs : timeoutMs) / clockRate
    const { decideMs, epochs } = observation!
    return [
      {
        retries: nacks ? "negative replies" : "timeout",
        clockRate,
        waitMs,
        covered: waitMs > replyMs,
        decided: decideMs !== null,
        decideMs,
        epochs,
      },
    ]
  },
  tables: [clockTable],
  figures: [clockFigure],
})

function clockTable(rows: readonly Row[]): Table {
  return {
    id: "clock-drift",
    caption: `Progress of a sole proposer by the rate of its clock: timeout ${timeoutMs} ms by that clock, response time ${replyMs} ms, five acceptors.`,
    columns: [
      { heading: "retries on" },
      { heading: "clock rate", digits: 2 },
      { heading: "timeout", unit: "ms", digits: 1 },
      { heading: "decides" },
      { heading: "time to decide", unit: "ms", digits: 1 },
      { heading: "epochs" },
    ],
    rows: rows.map(({ retries, clockRate, waitMs, decided, decideMs, epochs }) => [
      retries,
      clockRate,
      waitMs,
      decided,
      decideMs,
      epochs,
    ]),
    notes: [
      "Only the drift during one timeout matters. A slow clock delays nothing without faults; with a fast clock every epoch times out before the replies arrive. One run per configuration; delays are constant.",
      "Agreement held in every run.",
    ],
  }
}

function clockFigure(rows: readonly Row[]): Figure {
  return {
    kind: "lines",
    id: "clock-drift-epochs",
    caption: "Number of epochs that a sole proposer starts within one second, by the rate of its clock.",
    x: { title: "clock rate" },
    y: { title: "epochs started", scale: "log" },
    join: "line",
    interval: "bars",
    panels: [
      {
        title: "",
        series: seriesBy(
          rows,
          ({ retries }) => `retries on ${retries}`,
          (own) => own.map((row) => ({ x: row.clockRate, y: row.epochs })),
        ),
      },
    ],
    events: [{ x: timeoutMs / replyMs, label: "timeout = response time" }],
    notes: ["Each point is one run; delays are constant."],
  }
}
