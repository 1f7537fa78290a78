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

/**
 * The entry for a word: its name or another word for it, in any case. An unknown word is a UsageError, which
 * names the entries that use it: much of what others call things is said there.
 */
export function explainedTerm(word: string): Term {
  const entry = findTerm(word)
  if (entry !== undefined) return entry
  const users = termsThatUse(word)
  const hint =
    users.length === 0
      ? didYouMean(word, wordsKnown())
      : ` It is spoken of under ${users.map(({ name }) => name).join(", ")}: try quorate explain ${users[0]!.name}.`
  throw new UsageError(
    `The glossary has no entry for ${word}.${hint}\nquorate explain without a word lists the ${allTerms().length} it has.`,
  )
}

/** The entries whose text has a word that has no entry itself, in the order of the glossary. */
function termsThatUse(word: string): readonly Term[] {
  const wanted = ` ${wordsOf(word)} `
  if (wanted.trim() === "") return []
  return allTerms().filter(({ meaning, thesis, lamport, raft, cassandra }) =>
    ` ${wordsOf([meaning, thesis, lamport, raft, cassandra].join(" "))} `.includes(wanted),
  )
}

/** A text as words with one space between them, without punctuation. */
const wordsOf = (text: string): string =>
  text
    .toLowerCase()
    .match(/[\p{L}\p{N}_]+/gu)
    ?.join(" ") ?? ""

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
