import { expect, test } from "vitest"
import { decisionsIn, figureText, formatProposalPair, playFigure } from "./figure.ts"
import { errataFigures } from "./errata.ts"

test.each(errataFigures.map((figure) => [figure.id, figure] as const))(
  "%s: a run that breaks the print, and the same run here",
  async (id, figure) => {
    const { world, cluster } = playFigure(figure)
    expect(decisionsIn(world.events, cluster).map(formatProposalPair)).toEqual(figure.decides)
    await expect(figureText(figure)).toMatchFileSnapshot(`../../../test/testdata/thesis/erratum-${id}.txt`)
  },
)
