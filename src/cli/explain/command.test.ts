import { describe, expect, test } from "vitest"
import { quorate } from "../../../test/support/listen.ts"
import { allTerms, explainTerm, readGlossary } from "./glossary.ts"

const glossary = readGlossary()
const flat = (text: string): string => text.replace(/\s+/g, " ")

describe("quorate explain", () => {
  test("prints the entry of docs/terms.md, every source of it", async () => {
    const { code, out } = await quorate("explain", "commit point")
    const { meaning, see = [] } = explainTerm("commit point", glossary)
    expect(code).toBe(0)
    expect(flat(out)).toContain(flat(`commit point. ${meaning}`))
    for (const source of ["Thesis", "Lamport", "Raft, etcd", "Cassandra"]) expect(out).toContain(source)
    expect(out).toContain(`See ${see.join(", ")}.`)
  })

  test("finds a term by another word for it", async () => {
    expect((await quorate("explain", "ballot", "number")).out).toMatch(/^epoch \(also: ballot number,/)
  })

  test("as JSON is the entry", async () => {
    const { out } = await quorate("explain", "Ledger", "--format", "json")
    expect(JSON.parse(out)).toEqual({ schemaVersion: 1, term: explainTerm("ledger", glossary) })
  })

  test("without a word lists all it knows", async () => {
    const { code, out } = await quorate("explain")
    expect(code).toBe(0)
    for (const { name } of allTerms(glossary)) expect(flat(out)).toContain(name.split(" ")[0])
  })

  test("suggests what an unknown word may have been", async () => {
    const { code, err } = await quorate("explain", "quorun")
    expect(code).toBe(2)
    expect(err).toContain('no entry for quorun; did you mean "quorum"')
  })
})
