import { describe, expect, test } from "vitest"
import { UsageError } from "../base/errors.ts"
import { allTerms, explainedTerm, findTerm, glossary } from "./glossary.ts"
import { glossaryMarkdown } from "./markdown.ts"
import { sources } from "./term.ts"

/** Starts with a capital or a message, such as prepare(e), and ends with a full stop. */
const wholeSentences = /^([^a-z]|\w+\().*\.\)?$/

describe("the glossary", () => {
  test("docs/terms.md is printed from it (npx vitest run -u rewrites the file)", async () => {
    await expect(glossaryMarkdown(glossary)).toMatchFileSnapshot("../../docs/terms.md")
  })

  test("no word leads to two entries", () => {
    const words = allTerms().flatMap(({ name, also = [] }) =>
      [name, ...also].map((word) => word.toLowerCase()),
    )
    expect(words.filter((word, i) => words.indexOf(word) !== i)).toEqual([])
  })

  test("every cross-reference leads to another entry", () => {
    for (const { name, see = [] } of allTerms()) {
      expect(
        see.filter((other) => other === name || findTerm(other)?.name !== other),
        name,
      ).toEqual([])
    }
  })

  test("every term is defined in every source, in whole sentences", () => {
    for (const term of allTerms()) {
      for (const { key } of sources) expect(term[key], `${term.name}: ${key}`).toMatch(wholeSentences)
      expect(term.meaning, term.name).toMatch(wholeSentences)
    }
  })
})

describe("looking a word up", () => {
  test("finds names and other words for them, whatever their case and hyphens", () => {
    expect(explainedTerm("Epoch").name).toBe("epoch")
    expect(explainedTerm("ballot number").name).toBe("epoch")
    expect(explainedTerm("phase 1 Quorum").name).toBe("phase-1 quorum")
  })

  test("an unknown word suggests the nearest ones", () => {
    expect(() => explainedTerm("quorun")).toThrow(UsageError)
    expect(() => explainedTerm("quorun")).toThrow(/no entry for quorun. Did you mean quorum/)
  })
  test("a word of others that has none is sent where it is used", () => {
    expect(() => explainedTerm("CheckQuorum")).toThrow(
      /no entry for CheckQuorum. It is spoken of under partition/,
    )
    expect(() => explainedTerm("local_serial")).toThrow(
      /majority, intersection requirement.*: try quorate explain/,
    )
    expect(() => explainedTerm("xyzzy")).toThrow(/no entry for xyzzy\.\nquorate explain without a word/)
    expect(() => explainedTerm("?!")).toThrow(UsageError)
  })
})
