import { UsageError } from "../../base/errors.ts"
import type { Figure } from "../stepper/figure.ts"
import { errataFigures } from "./errata.ts"
import { figures } from "./index.ts"

/** The figures of the thesis, and then ours. */
export const allFigures: readonly Figure[] = [...figures, ...errataFigures]

/** The figure with that number; a UsageError names those there are. */
export function figureOrRefuse(id: string): Figure {
  const found = allFigures.find((figure) => figure.id === id)
  if (found !== undefined) return found
  const ids = allFigures.map((figure) => figure.id)
  throw new UsageError(`There is no figure ${id}; there are ${ids.join(", ")}.`)
}
