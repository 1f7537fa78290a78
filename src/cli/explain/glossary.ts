import { readFileSync } from "node:fs"
import { join } from "node:path"
import { InvariantError, UsageError, didYouMean } from "../../base/errors.ts"
import { packageRoot } from "../shared/package.ts"

/** The sources in which each term is defined, with the heading `docs/terms.md` gives them, in its order. */
export const sources = [
  { key: "thesis", heading: "Thesis" },
  { key: "lamport", heading: "Lamport" },
  { key: "raft", heading: "Raft, etcd" },
  { key: "cassandra", heading: "Cassandra" },
] as const

/** One entry of the glossary: the definition used here, and the corresponding notion in each source. */
export interface Term extends Readonly<Record<(typeof sources)[number]["key"], string>> {
  /** The word this project uses: the thesis's, wherever it has one. */
  readonly name: string
  /** Synonyms. `findTerm` finds the entry by any of them. */
  readonly also?: readonly string[]
  readonly meaning: string
  /** Names of related entries. */
  readonly see?: readonly string[]
}

/** A section of the glossary: related entries, in reading order. */
export interface TermSection {
  readonly title: string
  readonly terms: readonly Term[]
}

/** The glossary: `docs/terms.md` of this package, which is its only copy. */
export function readGlossary(): TermSection[] {
  return parseGlossary(readFileSync(join(packageRoot(), "docs", "terms.md"), "utf8"), "docs/terms.md")
}

/** A paragraph or heading, with the number of its first line. */
interface Block {
  readonly line: number
  readonly lines: readonly string[]
}

/**
 * The sections and entries of a glossary in Markdown. Everything before the first section is preface.
 * An entry is a heading `### name`, optional synonyms `Also: a, b.`, one paragraph of definition,
 * one list item per source in the order of `sources`, and optional links `See [a](#a), [b](#b).`
 * Anything else is an InvariantError with file and line.
 */
export function parseGlossary(text: string, path: string): TermSection[] {
  const refuse = (line: number, problem: string): never => {
    throw new InvariantError(`${path}:${line}: ${problem}.`)
  }
  const blocks = blocksOf(text)
  const sections: { title: string; terms: Term[] }[] = []
  for (let i = 0; i < blocks.length; i++) {
    const { line, lines } = blocks[i]!
    const [, level, title = ""] = /^(#+) (.+)$/.exec(lines[0]!) ?? []
    if (level === "##") sections.push({ title, terms: [] })
    else if (level === "###") {
      const end = blocks.findIndex((block, j) => j > i && block.lines[0]!.startsWith("#"))
      const body = blocks.slice(i + 1, end < 0 ? undefined : end)
      const section = sections.at(-1) ?? refuse(line, `entry "${title}" is in no section`)
      section.terms.push(parseTerm(title, body, line, refuse))
      i += body.length
    } else if (sections.length > 0) refuse(line, `expected a heading "## section" or "### term"`)
  }
  return sections
}

function blocksOf(text: string): Block[] {
  const blocks: { line: number; lines: string[] }[] = []
  let open = false
  for (const [i, line] of text.split("\n").entries()) {
    if (line === "") open = false
    else if (open) blocks.at(-1)!.lines.push(line)
    else {
      blocks.push({ line: i + 1, lines: [line] })
      open = true
    }
  }
  return blocks
}

type Refuse = (line: number, problem: string) => never

function parseTerm(name: string, body: readonly Block[], line: number, refuse: Refuse): Term {
  const rest = [...body]
  const also = takeIf(rest, /^Also: /)
  const meaning = takeIf(rest, /^(?!- |Also: |See )/) ?? refuse(line, `entry "${name}" has no definition`)
  const list = takeIf(rest, /^- /) ?? refuse(line, `entry "${name}" has no list of sources`)
  const see = takeIf(rest, /^See /)
  if (rest.length > 0) refuse(rest[0]!.line, `unexpected paragraph in entry "${name}"`)
  return {
    name,
    ...(also === undefined ? {} : { also: parseSynonyms(also, refuse) }),
    meaning: meaning.lines.join(" "),
    ...parseSources(name, list, refuse),
    ...(see === undefined ? {} : { see: parseLinks(see, refuse) }),
  }
}

function takeIf(blocks: Block[], pattern: RegExp): Block | undefined {
  return blocks[0] !== undefined && pattern.test(blocks[0].lines[0]!) ? blocks.shift() : undefined
}

function parseSynonyms({ line, lines }: Block, refuse: Refuse): string[] {
  const [, list] = /^Also: (.+)\.$/.exec(lines.join(" ")) ?? []
  return list?.split(", ") ?? refuse(line, `expected "Also: synonym, synonym."`)
}

type SourceTexts = Pick<Term, (typeof sources)[number]["key"]>

function parseSources(name: string, { line, lines }: Block, refuse: Refuse): SourceTexts {
  const items: { line: number; heading: string; text: string }[] = []
  for (const [i, text] of lines.entries()) {
    const [, heading, first] = /^- \*([^*]+)\*: (.+)$/.exec(text) ?? []
    if (heading !== undefined) items.push({ line: line + i, heading, text: first! })
    else if (/^ {2}\S/.test(text) && items.length > 0) items.at(-1)!.text += ` ${text.slice(2)}`
    else refuse(line + i, `expected "- *source*: text" or a continuation indented by two spaces`)
  }
  for (const [i, { heading }] of sources.entries()) {
    if (items[i]?.heading !== heading)
      refuse(items[i]?.line ?? line, `entry "${name}": expected source *${heading}* here`)
  }
  if (items.length > sources.length)
    refuse(items[sources.length]!.line, `entry "${name}": unknown source *${items[sources.length]!.heading}*`)
  return Object.fromEntries(sources.map(({ key }, i) => [key, items[i]!.text])) as unknown as SourceTexts
}

function parseLinks({ line, lines }: Block, refuse: Refuse): string[] {
  const [, list] = /^See (.+)\.$/.exec(lines.join(" ")) ?? []
  return (list?.split(", ") ?? refuse(line, `expected "See [term](#term), [term](#term)."`)).map((link) => {
    const [, name = ""] = /^\[([^\]]+)\]\(#.*\)$/.exec(link) ?? []
    return link === `[${name}](#${anchor(name)})`
      ? name
      : refuse(line, `expected a link [term](#term), with the anchor of the term's heading; found ${link}`)
  })
}

/** The anchor that Markdown viewers give a heading. */
function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, "")
    .replaceAll(" ", "-")
}

/**
 * The entry for a word: its name or a synonym, in any case. An unknown word is a UsageError, which
 * names the entries that use it: most words of other systems are mentioned in some entry.
 */
export function explainTerm(word: string, glossary: readonly TermSection[]): Term {
  const entry = findTerm(word, glossary)
  if (entry !== undefined) return entry
  const users = termsThatUse(word, glossary)
  const hint =
    users.length === 0
      ? didYouMean(
          word,
          allTerms(glossary).flatMap(({ name, also = [] }) => [name, ...also]),
        ) || "."
      : `. It is used under ${users.map(({ name }) => name).join(", ")}: try quorate explain ${users[0]!.name}.`
  throw new UsageError(
    `the glossary has no entry for ${word}${hint}\nquorate explain without a word lists all ${allTerms(glossary).length} entries.`,
  )
}

/** The entry for a word, or nothing. A name takes precedence over another entry's synonym. */
export function findTerm(word: string, glossary: readonly TermSection[]): Term | undefined {
  const wanted = normalised(word)
  const terms = allTerms(glossary)
  return (
    terms.find(({ name }) => normalised(name) === wanted) ??
    terms.find(({ also = [] }) => also.some((other) => normalised(other) === wanted))
  )
}

/** Every entry, in the order of the glossary. */
export function allTerms(glossary: readonly TermSection[]): readonly Term[] {
  return glossary.flatMap(({ terms }) => terms)
}

/** The entries whose text contains a word that has no entry itself, in the order of the glossary. */
function termsThatUse(word: string, glossary: readonly TermSection[]): readonly Term[] {
  const wanted = ` ${wordsOf(word)} `
  if (wanted.trim() === "") return []
  return allTerms(glossary).filter(({ meaning, thesis, lamport, raft, cassandra }) =>
    ` ${wordsOf([meaning, thesis, lamport, raft, cassandra].join(" "))} `.includes(wanted),
  )
}

/** A text as lower-case words separated by single spaces, without punctuation. */
const wordsOf = (text: string): string =>
  text
    .toLowerCase()
    .match(/[\p{L}\p{N}_]+/gu)
    ?.join(" ") ?? ""

/** "Phase-1  quorum", "phase 1 quorum" and "phase-1 quorum" are one word. */
function normalised(word: string): string {
  return word
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, " ")
}
