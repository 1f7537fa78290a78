import { UsageError } from "../../base/errors.ts"
import { defaultMostBytes, formatBytes } from "../memory-size.ts"
import { type SpecCensus, takeCensus } from "./census.ts"
import type { SpecOptions } from "./explore.ts"
import { layoutOf } from "./layout.ts"
import { tableBytes } from "./level-set.ts"
import type { SpecModel } from "./model.ts"
import { symmetryOrder } from "./symmetry.ts"

/** What a complete search needs at its widest level, from a census: two levels, and the table of one. */
export function estimateBytes(model: SpecModel, census: SpecCensus): number {
  const { words } = layoutOf(model)
  return 2 * census.widestLevel * words * 4 + tableBytes(census.widestLevel, words)
}

/** Throws UsageError, with the estimate, if a complete search certainly needs more memory than is allowed. */
export function refuseTooLarge(model: SpecModel, options: SpecOptions): void {
  const { mostBytes = defaultMostBytes, mostStates = Infinity } = options
  const census = takeCensus(model)
  const order = symmetryOrder(model, options.symmetry ?? {})
  const states = census.states / order
  const bytes = estimateBytes(model, census) / order
  if (bytes <= mostBytes || states > mostStates) return
  throw new UsageError(
    `Exploring ${model.phase2[0]?.name ?? "the model"} with ${model.values} values and ${model.epochs} epochs would meet ` +
      `${census.exact && order === 1 ? "" : "at least "}${states.toPrecision(4)} states and take ` +
      `${formatBytes(bytes)} of memory; ${formatBytes(mostBytes)} are allowed. Allow more memory, ` +
      `bound the states (the verdict is then unknown), divide out symmetry, or take fewer values or epochs.`,
  )
}
