import { describe, expect, test } from "vitest"
import { decisionsIn, figureText, formatProposalPair, playFigure } from "./figure.ts"
import { figureById, figures } from "./index.ts"

describe("the message sequence diagrams of the thesis", () => {
  test.each(figures.map((figure) => [figure.id, figure] as const))(
    "figure %s is what its transcript says",
    async (id, figure) => {
      await expect(figureText(figure)).toMatchFileSnapshot(`../../../test/testdata/thesis/figure-${id}.txt`)
    },
  )

  test.each(figures.map((figure) => [figure.id, figure] as const))(
    "figure %s decides what the thesis says",
    (_, figure) => {
      const { world, cluster } = playFigure(figure)
      expect(decisionsIn(world.events, cluster).map(formatProposalPair)).toEqual(figure.decides)
    },
  )

  // Figure 2.6 is of proposers that never get there.
  test.each(figures.filter(({ id }) => id !== "2.6").map((figure) => [figure.id, figure] as const))(
    "figure %s: whoever proposed and is still up has learned it",
    (_, figure) => {
      const { events } = playFigure(figure).world
      const processesOf = (wanted: string): number[] => [
        ...new Set(
          events.flatMap((event) => (event.type === wanted && "process" in event ? [event.process] : [])),
        ),
      ]
      const crashed = processesOf("crash")
      const asked = processesOf("propose").filter((process) => !crashed.includes(process))
      expect(processesOf("learn").toSorted()).toEqual(asked.toSorted())
    },
  )

  test("all of them are there", () => {
    const numbers = (chapter: number, count: number): string[] =>
      Array.from({ length: count }, (_, i) => `${chapter}.${i + 1}`)
    expect(figures.map(({ id }) => id)).toEqual([
      ...numbers(2, 6),
      ...numbers(3, 6),
      ...numbers(4, 4),
      ...numbers(5, 1),
      ...numbers(7, 5),
    ])
    expect(figureById("6.1")).toBeUndefined()
  })
})
