import { UsageError, describeUnknown } from "../../base/errors.ts"
import { chapter2 } from "./chapter-2.ts"
import { chapter3 } from "./chapter-3.ts"
import { chapter4And5 } from "./chapter-4-and-5.ts"
import { chapter7 } from "./chapter-7.ts"
import { errataFigures } from "./errata.ts"
import type { Figure } from "./figure.ts"

/** The message sequence diagrams of Howard 2019, in the order of the thesis. */
export const figures: readonly Figure[] = [...chapter2, ...chapter3, ...chapter4And5, ...chapter7]

/** The figure with that number, or nothing. */
export function figureById(id: string): Figure | undefined {
  return figures.find((figure) => figure.id === id)
}

/** The figures of the thesis, and then ours. */
export const allFigures: readonly Figure[] = [...figures, ...errataFigures]

/** The figure with that number; a UsageError names those there are. */
export function figureOrRefuse(id: string): Figure {
  const found = allFigures.find((figure) => figure.id === id)
  if (found !== undefined) return found
  const ids = allFigures.map((figure) => figure.id)
  throw new UsageError(describeUnknown("figure", id, ids))
}
