import { randomFromSeed } from "../../src/base/random.ts"
import { meanInterval, shareInterval } from "../../src/base/statistics/estimates.ts"
import { count, estimateCells, estimateColumns, flag, fraction, text } from "../../src/experiment/column.ts"
import { defineExperiment } from "../../src/experiment/define.ts"
import { intervalOf, ratio } from "../../src/experiment/table.ts"

/** A small experiment with every kind of column, for the tests of this floor: throws of two dice against a target. */
export const dice = defineExperiment({
  id: "two-dice",
  question: "How often do two dice reach a sum, and how large is the sum on average?",
  reference: "Any introduction to probability",
  columns: [
    text("game", "The name of the game."),
    count("target", "The sum to be reached."),
    fraction("exactShare", "The exact probability of reaching it."),
    ...estimateColumns("reachedShare", "Share of throws that reached it.", { digits: 4 }),
    ...estimateColumns("sumMean", "Mean sum of the throws that reached it.", {
      empty: "no throw reached it",
    }),
    flag("certain", "Whether every throw reaches it."),
    count("runs", "Throws."),
  ],
  cases: () => [2, 7, 12, 13].map((target) => ({ target })),
  runs: 600,
  observe: (_, seed) => {
    const random = randomFromSeed(seed)
    return { sum: random.between(1, 6) + random.between(1, 6) }
  },
  summarise: ({ target }, throws: readonly { sum: number }[]) => {
    const reached = throws.filter(({ sum }) => sum >= target).map(({ sum }) => sum)
    const ways = [...Array(36).keys()].filter((i) => (i % 6) + Math.floor(i / 6) + 2 >= target).length
    return [
      {
        game: `at least ${target}`,
        target,
        exactShare: `${ways}/36`,
        ...estimateCells("reachedShare", shareInterval(throws.map(({ sum }) => sum >= target))),
        ...estimateCells("sumMean", meanInterval(reached)),
        certain: ways === 36,
        runs: throws.length,
      },
    ]
  },
  tables: [
    (rows) => ({
      id: "two-dice",
      caption: "Two dice: 100 % of the throws & more.",
      columns: [
        { heading: "game" },
        { heading: "target" },
        { heading: "exact", group: "share reached" },
        { heading: "observed", group: "share reached", digits: 3 },
        { heading: "mean sum", digits: 2 },
        { heading: "certain" },
      ],
      rows: rows.flatMap((row, i) => [
        ...(i === 3 ? (["rule"] as const) : []),
        [
          row.game,
          row.target,
          ratio(row.exactShare),
          intervalOf(row, "reachedShare"),
          intervalOf(row, "sumMean"),
          row.certain,
        ],
      ]),
      notes: ["Sums are of those throws that reached the target."],
    }),
  ],
})
