import { expect, test } from "vitest"
import { runCli } from "../program.ts"

async function quorate(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ["", ""]
  const io = {
    out: (text: string) => void (out += text),
    err: (text: string) => void (err += text),
    outIsTerminal: false,
    errIsTerminal: false,
    width: 80,
    color: false,
  }
  return { code: await runCli(args, io), out, err }
}

test("seeds without a failure end with 0, and say which faults struck", async () => {
  const { code, out } = await quorate("swarm", "--seeds", "10", "--twice")
  expect(out).toMatch(
    /^10 random runs, \d+ requests answered, \d+ events: 0 failed\nThe last answer came at most [\d.]+ s after the faults\.\nFaults that took effect: /,
  )
  expect(code).toBe(0)
})

test("a swarm of a system that is unsafe ends with a warning, whether or not a run failed", async () => {
  const unsafe = ["swarm", "--seeds", "1", "--first", "4", "--system", "simple(4, 2, 2)"]
  const { out, err } = await quorate(...unsafe)
  expect(out).toMatch(/^1 random runs, .*: 0 failed \(UNSAFE quorums\)$/m)
  expect(err).toMatch(/^WARNING: UNSAFE quorum system: \{a1 a2\} and \{a3 a4\}/m)
  expect(out.replaceAll("\n", " ").trimEnd()).toMatch(
    /WARNING: UNSAFE quorum system: \{a1 a2\} and \{a3 a4\} do not intersect \(requirement 4\.4\); other runs may decide two values$/,
  )
  const fine = await quorate(...unsafe.slice(0, -1), "simple(4, 3, 2)")
  expect(`${fine.out}${fine.err}`).not.toMatch(/UNSAFE|WARNING/)
})

test("a planted bug ends with 1; its replay shows the same violation again", async () => {
  const { code, out } = await quorate("swarm", "--seeds", "2", "--bug", "reports-ignored")
  expect(code).toBe(1)
  const replay = /replay: quorate (.*)/.exec(out)![1]!.split(" ")
  const again = await quorate(...replay)
  expect(again.code).toBe(1)
  const violations = (text: string): string[] =>
    [...text.matchAll(/^ {2}([a-z-]+): .*$/gm)].map(([line]) => line)
  expect(violations(out)).toEqual(
    expect.arrayContaining(violations(again.out).filter((line) => !line.includes("replay"))),
  )
})

test("failures beyond those that are shown are counted", async () => {
  const args = ["swarm", "--seeds", "30", "-w", "1", "--bug", "read-own-state"]
  const { out } = await quorate(...args)
  const failed = Number(/: (\d+) failed/.exec(out)![1])
  expect(failed).toBeGreaterThan(20)
  expect(out).toContain(`… and ${failed - 10} more`)
}, 20_000)

test("the same swarm on one thread and on two", async () => {
  const run = async (workers: string): Promise<unknown> =>
    JSON.parse((await quorate("swarm", "--seeds", "6", "--workers", workers, "--format", "json")).out)
  const one = (await run("1")) as Record<string, unknown>
  const two = (await run("2")) as Record<string, unknown>
  expect({ ...two, lastTraceHash: "" }).toEqual({ ...one, lastTraceHash: "" })
})

test("an unknown bug is a usage error that says which there are", async () => {
  const { code, err } = await quorate("swarm", "--bug", "amnesa")
  expect(err).toMatch(/unknown bug "amnesa"; did you mean "amnesia"\? Valid bugs: accept-not-stored/)
  expect(code).toBe(2)
})
