import { describe, expect, test } from "vitest"
import { quorate, quorateOn } from "../../../test/support/listen.ts"

interface CheckJson {
  schemaVersion: number
  system: string
  verdict: string
  requirement: string
  witness: string[][] | null
  hint: string | null
  checks: { requirement: string; verdict: string }[]
}

async function checkJson(...args: string[]): Promise<CheckJson & { code: number }> {
  const { code, out } = await quorate("check", ...args, "--format", "json")
  return { code, ...(JSON.parse(out) as CheckJson) }
}

describe("quorate check", () => {
  test("exits with 0 and the reason where the quorums meet", async () => {
    const { code, out, err } = await quorate("check", "simple(4,3,2)")
    expect([code, err]).toEqual([0, ""])
    expect(out).toMatch(
      /^simple\(4, 3, 2\)\n\nrequirement {2}4\.4, phase 1 meets phase 2\nverdict {6}holds\nbecause/,
    )
  })

  test("says where a requirement holds because there is nothing that would have to meet", async () => {
    const empty = "split(choose(1), a*b)"
    const { out } = await quorate("check", empty)
    expect(out).toMatch(/^verdict {6}holds \(vacuously: one side has no quorum\)$/m)
    expect(await checkJson(empty)).toMatchObject({
      verdict: "holds",
      vacuous: true,
      checks: [{ vacuous: true }],
    })
    expect(await checkJson("majority(3)")).toMatchObject({ verdict: "holds", vacuous: false })
    const all = (await quorate("check", empty, "--requirement", "all")).out
    expect(all).toContain("4.4 holds vacuously")
    // Of FP a part holds of quorums, and a part of none.
    expect(all).toMatch(/^requirement {2}FP,.*\nverdict {6}holds\nbecause {6}vacuously true: .*; shown/m)
  })

  test("exits with 1 and names two disjoint quorums where they do not", async () => {
    const { code, out } = await quorate("check", "simple(4,2,2)")
    expect(code).toBe(1)
    expect(out).toContain("verdict      violated")
    expect(out).toContain("witness      phase-1 quorum {a1 a2} and phase-2 quorum {a3 a4} share no acceptor")
    expect(out).toContain("repair       |Q1| + |Q2| must exceed 4")
  })

  test("prints verdict, requirement and witness as JSON", async () => {
    const { code, schemaVersion, system, verdict, requirement, witness } = await checkJson("simple(4,2,2)")
    expect({ code, schemaVersion, system, verdict, requirement, witness }).toEqual({
      code: 1,
      schemaVersion: 1,
      system: "simple(4, 2, 2)",
      verdict: "violated",
      requirement: "4.4",
      witness: [
        ["a1", "a2"],
        ["a3", "a4"],
      ],
    })
    expect(await checkJson("majority(5)")).toMatchObject({
      code: 0,
      verdict: "holds",
      witness: null,
      hint: null,
    })
  })

  test("figure 4.1 of the thesis holds under 4.4 and fails 3.1, which decides how both end", async () => {
    const figure = "explicit([[1, 2], [3, 4]], [[1, 3], [2, 4]])"
    const both = await checkJson(figure, "-r", "3.1,4.4")
    expect(both.checks.map(({ requirement, verdict }) => [requirement, verdict])).toEqual([
      ["3.1", "violated"],
      ["4.4", "holds"],
    ])
    expect([both.code, both.requirement, both.verdict]).toEqual([1, "3.1", "violated"])
    expect((await checkJson(figure)).code).toBe(0)
  })

  test("figure 3.6 of the thesis holds under 3.1", async () => {
    const quorums = "[[1, 2], [1, 3], [1, 4], [2, 3, 4]]"
    expect((await checkJson(`explicit(${quorums}, ${quorums})`, "-r", "3.1")).verdict).toBe("holds")
  })

  test("asks of fast quorums what Fast Paxos needs, of systems, plans and rules", async () => {
    expect(await checkJson("fastPaxos(4, 3)")).toMatchObject({ code: 0, requirement: "FP" })
    expect(await checkJson("fastPaxos(4, 2)")).toMatchObject({ code: 1, requirement: "FP" })
    expect(await checkJson("fastPaxos(4, 2)", "-r", "4.4")).toMatchObject({ code: 0, requirement: "4.4" })
    const plan = await checkJson("0 fast: simple(4, 3, 2); 1..: majority(4)")
    expect(plan).toMatchObject({ code: 1, requirement: "FFP" })
    const rule = await quorate("check", "--rule", "fastPaxos(n, 3n/4)", "--for", "n=4..5")
    expect([rule.code, rule.out]).toEqual([1, expect.stringMatching(/FP,[^]*fails at +n = 5\n/)])
  })

  test("reads expressions, and quorum systems with spaces", async () => {
    expect((await checkJson("a*b + c*d")).code).toBe(0)
    expect((await checkJson("  majority( 5 ) ")).system).toBe("majority(5)")
  })

  test("tells of a formula alone that its phase 2 is derived, and what the same quorums in both phases come to", async () => {
    const twoNode = await quorate("check", "n1 + n2")
    expect(twoNode.code).toBe(0)
    expect(twoNode.out).toMatch(/^n1 \+ n2\nphase 2: dual, derived from phase 1\n[^]*verdict {6}holds/)
    expect(twoNode.out).toMatch(
      /both\(n1 \+ n2\)\nphase 2: the same[^]*verdict {6}violated\n.*\{n1\}.*\{n2\}/,
    )
    for (const formula of ["choose(3, A, B, C, D + E)", "weightedChoose(3, [2, 1, 1], n1, n2, n3)"]) {
      const { out } = await quorate("check", formula, "-r", "3.1", "--format", "json")
      expect(JSON.parse(out)).toMatchObject({
        derived: true,
        verdict: "violated",
        sameInBothPhases: { system: `both(${formula})`, verdict: "holds" },
      })
      expect(await checkJson(`both(${formula})`, "-r", "3.1")).toMatchObject({ code: 0, derived: false })
    }
    // A formula that is its own dual has one reading.
    expect((await quorate("check", "choose(2, a, b, c)")).out).not.toContain("both(")
    expect((await quorate("check", "majority(3)")).out).not.toContain("derived")
    const plan = "0: split(a, a); 1..2: a + b; 3..: a*b"
    expect((await quorate("check", plan)).out).toContain("derived from phase 1, in epochs 1..2, 3..\n")
    expect((await quorate("check", "a + b", "--yes", "a")).out).toContain("phase 2: dual, derived")
  })

  test("says how to ask about a size with a letter in it", async () => {
    const { code, err } = await quorate("check", "fastPaxos(7, k)")
    expect(code).toBe(2)
    expect(err).toContain("k is k; must be a positive integer.")
    expect(err).toContain('--rule "fastPaxos(7, k)" --for k=1..7')
  })

  test.each(["csv", "md", "latex"])("prints %s", async (format) => {
    const { code, out } = await quorate("check", "simple(4,2,2)", "-r", "all", "--format", format)
    expect(code).toBe(1)
    expect(out).toMatch(/a1 a2/)
    expect(out).toMatch(/holds|violated/)
  })

  test("colours the verdict where there are colours, and nowhere else", async () => {
    const { out } = await quorateOn({ color: true }, "check", "majority(3)")
    expect(out).toContain("\u001b[32mholds\u001b[39m")
    expect((await quorate("check", "majority(3)")).out).not.toContain("\u001b")
  })
})

test("quorate list names every experiment, system, latency and requirement in every format", async () => {
  for (const format of ["table", "json", "csv", "md", "latex"]) {
    const { code, out } = await quorate("list", "--format", format)
    expect(code).toBe(0)
    for (const name of ["systems", "majority(n)", "paxi", "4.4"]) expect(out).toContain(name)
  }
})
