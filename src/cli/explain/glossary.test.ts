import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { InvariantError, UsageError } from "../../base/errors.ts"
import { allTerms, explainTerm, findTerm, parseGlossary, readGlossary, sources } from "./glossary.ts"

/** Starts with a capital or a message, such as prepare(e), and ends with a full stop. */
const wholeSentences = /^([^a-z]|\w+\().*\.\)?$/

const glossary = readGlossary()
const terms = allTerms(glossary)

describe("docs/terms.md", () => {
  test("is parsed whole: every heading is a section or an entry", () => {
    const text = readFileSync("docs/terms.md", "utf8")
    expect(glossary.map(({ title }) => `## ${title}`)).toEqual(text.match(/^## .*$/gm))
    expect(terms.map(({ name }) => `### ${name}`)).toEqual(text.match(/^### .*$/gm))
    expect(terms.length).toBeGreaterThan(100)
  })

  test("no word leads to two entries", () => {
    const words = terms.flatMap(({ name, also = [] }) => [name, ...also].map((word) => word.toLowerCase()))
    expect(words.filter((word, i) => words.indexOf(word) !== i)).toEqual([])
  })

  test("every cross-reference leads to another entry", () => {
    for (const { name, see = [] } of terms) {
      expect(
        see.filter((other) => other === name || findTerm(other, glossary)?.name !== other),
        name,
      ).toEqual([])
    }
  })

  test("every term is defined in every source, in whole sentences", () => {
    for (const term of terms) {
      for (const { key } of sources) expect(term[key], `${term.name}: ${key}`).toMatch(wholeSentences)
      expect(term.meaning, term.name).toMatch(wholeSentences)
    }
  })
})

const entry = [
  "# Terms",
  "",
  "Preface.",
  "",
  "## Section",
  "",
  "### word",
  "",
  "Also: other, another.",
  "",
  "First sentence.",
  "Second sentence.",
  "",
  "- *Thesis*: A.",
  "- *Lamport*: B.",
  "  C.",
  "- *Raft, etcd*: D.",
  "- *Cassandra*: E.",
  "",
  "See [Other word](#other-word).",
]

describe("parsing a glossary", () => {
  test("joins sentences on lines of their own", () => {
    expect(parseGlossary(entry.join("\n"), "g.md")).toEqual([
      {
        title: "Section",
        terms: [
          {
            name: "word",
            also: ["other", "another"],
            meaning: "First sentence. Second sentence.",
            thesis: "A.",
            lamport: "B. C.",
            raft: "D.",
            cassandra: "E.",
            see: ["Other word"],
          },
        ],
      },
    ])
  })

  test.each([
    ["an entry outside a section", 4, "", 'g.md:7: entry "word" is in no section'],
    ["synonyms without a full stop", 8, "Also: other", 'g.md:9: expected "Also: synonym, synonym."'],
    ["a missing definition", 10, "- *Thesis*: A.", 'g.md:7: entry "word" has no definition'],
    ["a source out of order", 14, "- *Cassandra*: B.", 'g.md:15: entry "word": expected source *Lamport*'],
    ["an unknown source", 15, "- *Zab*: C.", 'g.md:16: entry "word": expected source *Raft, etcd*'],
    [
      "a source too many",
      17,
      "- *Cassandra*: E.\n- *Zab*: F.",
      'g.md:19: entry "word": unknown source *Zab*',
    ],
    ["a continuation without indentation", 15, "C.", 'g.md:16: expected "- *source*: text"'],
    ["a wrong anchor", 19, "See [Other word](#other).", "g.md:20: expected a link [term](#term)"],
    ["a paragraph too many", 19, "See [A](#a).\n\nMore.", 'g.md:22: unexpected paragraph in entry "word"'],
    ["text before the first entry of a section", 5, "\nText.", "g.md:7: expected a heading"],
  ])("refuses %s, with file and line", (_, index, line, message) => {
    const text = entry.with(index, line).join("\n")
    expect(() => parseGlossary(text, "g.md")).toThrow(InvariantError)
    expect(() => parseGlossary(text, "g.md")).toThrow(message)
  })
})

describe("looking a word up", () => {
  const explained = (word: string) => explainTerm(word, glossary)

  test("finds names and synonyms, whatever their case and hyphens", () => {
    expect(explained("Epoch").name).toBe("epoch")
    expect(explained("ballot number").name).toBe("epoch")
    expect(explained("phase 1 Quorum").name).toBe("phase-1 quorum")
  })

  test("an unknown word suggests the nearest ones", () => {
    expect(() => explained("quorun")).toThrow(UsageError)
    expect(() => explained("quorun")).toThrow(/no entry for quorun; did you mean "quorum"/)
  })

  test("a word of another system without an entry names the entries that use it", () => {
    expect(() => explained("CheckQuorum")).toThrow(/no entry for CheckQuorum. It is used under partition/)
    expect(() => explained("local_serial")).toThrow(
      /majority, intersection requirement.*: try quorate explain/,
    )
    expect(() => explained("xyzzy")).toThrow(/no entry for xyzzy\.\nquorate explain without a word/)
    expect(() => explained("?!")).toThrow(UsageError)
  })
})
