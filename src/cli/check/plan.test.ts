import { describe, expect, test } from "vitest"
import { quorate } from "../../../test/support/listen.ts"

const allAboard = "0: split(choose(0), a1*a2*a3); 1..3: simple(3, 1, 3); 4: simple(3, 1, 2); 5..: majority(3)"

async function json(...args: string[]): Promise<Record<string, unknown> & { code: number }> {
  const { code, out } = await quorate("check", ...args, "--format", "json")
  return { ...(JSON.parse(out) as Record<string, unknown>), code }
}

describe("quorate check of a plan", () => {
  test("checks 4.6 by default: table 4.1 satisfies Revision B and not Revision A", async () => {
    expect(await json(allAboard)).toMatchObject({
      code: 0,
      system: allAboard,
      requirement: "4.6",
      verdict: "holds",
    })
    expect(await json(allAboard, "-r", "4.4")).toMatchObject({ code: 1, verdict: "violated" })
  })

  test("says in which epochs the quorums of a witness are", async () => {
    const { code, out } = await quorate("check", "0..4: simple(4, 3, 2); 5..: simple(4, 2, 3)")
    expect(code).toBe(1)
    expect(out).toContain(
      "witness      phase-1 quorum {a1 a2} of epoch 5 and phase-2 quorum {a3 a4} of epoch 0 share no acceptor",
    )
    expect(out).toContain("repair       |Q1 of epoch 5| + |Q2 of epoch 0| must exceed 4")
  })

  test("with all requirements comes which modes are safe, and which are sure to progress", async () => {
    const { modes } = (await json("majority(5)", "-r", "all")) as { modes: Record<string, unknown>[] } & {
      code: number
    }
    expect(modes.find(({ mode }) => mode === "recovery")).toMatchObject({
      safe: "holds",
      progress: "violated",
      progressBecause: "7.2 does not hold",
    })
    for (const format of ["table", "csv", "md", "latex"]) {
      const { out } = await quorate("check", "majority(5)", "-r", "all", "--format", format)
      expect(out).toContain("epochs by recovery")
      expect(out).toContain("a4")
    }
  })

  test("three quorums can be a witness, in every format", async () => {
    expect(await json("majority(3)", "-r", "7.2")).toMatchObject({
      code: 1,
      witness: [
        ["a1", "a2"],
        ["a1", "a3"],
        ["a2", "a3"],
      ],
      witnessPhases: [1, 2, 2],
    })
    const { out } = await quorate("check", "majority(3)", "-r", "7.2", "--format", "csv")
    expect(out).toContain("third quorum")
  })

  test("an overlap of several acceptors", async () => {
    expect(await json("simple(7, 5, 5)", "--overlap", "3")).toMatchObject({ code: 0 })
    const { code, out } = await quorate("check", "simple(7, 5, 5)", "--overlap", "4")
    expect(code).toBe(1)
    expect(out).toContain("share only {a5 a6 a7}")
  })

  test("the integer solver decides what the combinatorial search leaves open", async () => {
    const some = (line: (i: number) => string[]) =>
      `choose(6, ${[...Array(7).keys()].map((i) => `choose(5, ${line(i).join(", ")})`).join(", ")})`
    const rows = some((r) => [...Array(7).keys()].map((c) => `n${r}${c}`))
    const columns = some((c) => [...Array(7).keys()].map((r) => `n${r}${c}`))
    const found = await json(`split(${rows}, ${columns})`)
    expect(found).toMatchObject({ code: 0, verdict: "holds" })
  })
})

describe("quorate check --rule", () => {
  test("prints every n at which a rule fails, and why", async () => {
    const { code, out } = await quorate("check", "--rule", "simple(n, n/2+1, n/2)", "--for", "n=1..100")
    expect(code).toBe(1)
    const odd = Array.from({ length: 50 }, (_, i) => 2 * i + 1).join(", ")
    expect(out).toContain(`fails at     n = ${odd}\n`)
    expect(out).toContain(
      "n = 3: simple(3, 2, 1): phase-1 quorum {a1 a2} and phase-2 quorum {a3} share no acceptor",
    )
    expect(out).toContain("n/2 is floor division")
  })

  test("exits with 0 where it holds for all", async () => {
    const { code, out } = await quorate("check", "--rule", "simple(n, n/2+1, (n+1)/2)", "--for", "n=1..100")
    expect(code).toBe(0)
    expect(out).toContain("verdict      holds: 0 of 100 cases fail")
  })

  test("solves for k: fast quorums by n", async () => {
    const args = ["--rule", "fastPaxos(n, k)", "--for", "n=3..5", "--for", "k=1..n", "-r", "FP"]
    const { out } = await quorate("check", ...args)
    expect(out).toContain(
      "fails at     n = 3: k = 1, 2\n             n = 4: k = 1, 2\n             n = 5: k = 1, 2, 3\n",
    )
    expect(await json(...args)).toMatchObject({ code: 1, cases: 12, failures: { length: 7 }, unknowns: [] })
    const { out: csv } = await quorate("check", ...args, "--format", "csv")
    expect(csv.split("\n")[1]).toMatch(/^3,1,"fastPaxos\(3, 1\)",violated,/)
  })

  test.each([
    [["--rule", "majority(n)"], "add --for n=1..100"],
    [["majority(3)", "--for", "n=1..3"], "requires --rule"],
    [["majority(3)", "--rule", "majority(n)", "--for", "n=1..3"], "mutually exclusive"],
    [["--rule", "majority(n)", "--for", "n=1..3", "-r", "3.1,4.4"], "--rule takes one requirement"],
    [["--rule", "majority(m)", "--for", "n=1..3"], "n is m; must be a positive integer"],
    [["majority(3)", "--overlap", "0"], "--overlap is 0; must be a positive integer"],
    [["0: majority(3)"], "write 0..: for it"],
  ])("%j ends with 2 and says why", async (args, message) => {
    const { code, out, err } = await quorate("check", ...args)
    expect([code, out]).toEqual([2, ""])
    expect(err).toContain(message)
  })
})
