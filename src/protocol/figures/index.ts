import type { Figure } from "../stepper/figure.ts"
import { chapter2 } from "./chapter2.ts"
import { chapter3 } from "./chapter3.ts"
import { chapter4And5 } from "./chapter4-and-5.ts"
import { chapter7 } from "./chapter7.ts"

/** The message sequence diagrams of Howard 2019, in the order of the thesis. */
export const figures: readonly Figure[] = [...chapter2, ...chapter3, ...chapter4And5, ...chapter7]

/** The figure with that number, or nothing. */
export function figureById(id: string): Figure | undefined {
  return figures.find((figure) => figure.id === id)
}
