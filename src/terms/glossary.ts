import { UsageError, didYouMean } from "../base/errors.ts"
import { agreementTerms } from "./agreement.ts"
import { consistencyTerms } from "./consistency.ts"
import { costTerms } from "./cost.ts"
import { faultTerms } from "./faults.ts"
import { parliamentTerms } from "./parliament.ts"
import { phaseTerms } from "./phases.ts"
import { problemTerms } from "./problem.ts"
import { quorumTerms } from "./quorums.ts"
import { revisionTerms } from "./revisions.ts"
import { roleTerms } from "./roles.ts"
import type { Term, TermSection } from "./term.ts"
import { timeTerms } from "./time.ts"

/** Every term, in the order in which `docs/terms.md` is read. */
export const glossary: readonly TermSection[] = [
  problemTerms,
  agreementTerms,
  phaseTerms,
  quorumTerms,
  roleTerms,
  costTerms,
  timeTerms,
  faultTerms,
  consistencyTerms,
  revisionTerms,
  parliamentTerms,
]

/** The entry for a word: its name or another word for it, in any case. An unknown word is a UsageError. */
export function explainedTerm(word: string): Term {
  const entry = findTerm(word)
  if (entry !== undefined) return entry
  throw new UsageError(
    `The glossary has no entry for ${word}.${didYouMean(word, wordsKnown())}\n` +
      `It explains ${allTerms().length} terms: ${allTerms()
        .map(({ name }) => name)
        .join(", ")}.`,
  )
}

/** The entry for a word, or nothing. A name goes before another entry's synonym. */
export function findTerm(word: string): Term | undefined {
  const wanted = normalised(word)
  const terms = allTerms()
  return (
    terms.find(({ name }) => normalised(name) === wanted) ??
    terms.find(({ also = [] }) => also.some((other) => normalised(other) === wanted))
  )
}

/** Every term, in the order of the glossary. */
export function allTerms(): readonly Term[] {
  return glossary.flatMap(({ terms }) => terms)
}

function wordsKnown(): string[] {
  return allTerms().flatMap(({ name, also = [] }) => [name, ...also])
}

/** "Phase-1  quorum", "phase 1 quorum" and "phase-1 quorum" are one word. */
function normalised(word: string): string {
  return word
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, " ")
}
