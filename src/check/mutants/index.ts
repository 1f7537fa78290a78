import { UsageError, didYouMean } from "../../base/errors.ts"
import { acceptorMutants } from "./acceptor.ts"
import { mistakes } from "./mistakes.ts"
import type { Mutant } from "./mutant.ts"
import { proposerMutants } from "./proposer.ts"

export type { Mutant } from "./mutant.ts"
export { mistakes } from "./mistakes.ts"

/** Several ways to switch off each property: between them they break every lemma that depends on it. */
export const mutants: readonly Mutant[] = [...proposerMutants, ...acceptorMutants]

/** The mutant or mistake of that name; a UsageError names those there are. */
export function mutantNamed(id: string): Mutant {
  const all = [...mutants, ...mistakes]
  const found = all.find((mutant) => mutant.id === id)
  if (found !== undefined) return found
  const known = all.map((mutant) => mutant.id)
  throw new UsageError(
    `There is no mutant ${id}.${didYouMean(id, known)} The mutants are ${known.join(", ")}.`,
  )
}
