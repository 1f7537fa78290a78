import { describe, expect, test } from "vitest"
import { logSetupFrom } from "../../../experiments/log-setup-from.ts"
import { checkSessionGuarantees } from "../../history/session-guarantees.ts"
import type { LogReport } from "../../protocol/log/messages.ts"
import { runLog } from "../../run/log.ts"
import { ClientHistory } from "./client-history.ts"
import type { Command, Result } from "../../protocol/log/command.ts"

const command = (client: number, request: number, operation: Command["operation"], value = ""): Command => ({
  client,
  request,
  operation,
  key: 4,
  value,
  expected: operation === "cas" ? "x" : null,
  bytes: 0,
})

const call = (asked: Command): LogReport => ({ type: "call", command: asked })
const told = (asked: Command, result: Result): LogReport => ({ type: "return", command: asked, result })

function judged(...reports: readonly LogReport[]) {
  return { verdict: clientsTold(reports).verdicts.linearizability }
}

function clientsTold(reports: readonly LogReport[]): ClientHistory {
  const clients = new ClientHistory()
  reports.forEach((report, i) => clients.reported(10 * i, 9, report))
  return clients
}

const [write, read] = [command(0, 1, "put", "x"), command(1, 1, "get")]

describe("what clients are told", () => {
  test("holds where one copy would have told it, and not where it is stale", () => {
    expect(judged(call(write), call(read), told(write, "ok"), told(read, null)).verdict.verdict).toBe("holds")
    const { verdict } = judged(call(write), told(write, "ok"), call(read), told(read, null))
    expect(verdict).toMatchObject({
      verdict: "violated",
      because: "no linearization point for get k4: nil of client c1; possible states: x",
      witness: { at: 30 },
    })
  })

  test("whether it holds is said without the window as well", () => {
    const clients = new ClientHistory()
    const reports = [call(write), told(write, "ok"), call(read), told(read, null)]
    const outcomes = reports.map((report, i) => {
      clients.reported(10 * i, 9, report)
      return clients.linearizability
    })
    expect(outcomes).toEqual(["holds", "holds", "holds", "violated"])
  })

  test("counts the answers of cas, and what is never answered may have happened", () => {
    const swap = command(2, 1, "cas", "y")
    expect(judged(call(write), told(write, "ok"), call(swap), told(swap, "ok")).verdict.verdict).toBe("holds")
    expect(judged(call(write), told(write, "ok"), call(swap), told(swap, "no")).verdict.verdict).toBe(
      "violated",
    )
    expect(judged(call(write), call(read), told(read, "x")).verdict.verdict).toBe("holds")
  })
})

test("guarantees that would be unknown by themselves are implied where the history is linearizable", () => {
  const [one, other, last] = [command(0, 1, "put", "x"), command(1, 1, "put", "x"), command(0, 2, "get")]
  const reports = [call(one), told(one, "ok"), call(other), told(other, "ok"), call(last), told(last, "x")]
  const clients = clientsTold(reports)
  expect(checkSessionGuarantees(clients.history).map(({ verdict }) => verdict.verdict)).toContain("unknown")
  const { linearizability, sessions } = clients.verdicts
  const all = [linearizability, ...Object.values(sessions)]
  expect(all.map(({ verdict }) => verdict)).toEqual(Array(5).fill("holds"))
})

test("every run of the log in which answers depend on the state is judged", () => {
  const names = (readShare: number): string[] =>
    runLog(logSetupFrom("majority(3)", "uniform(1, 3)", { readShare, horizonMs: 200 }), 1).judgements.map(
      ({ name }) => name,
    )
  expect(names(0.5)).toContain("linearizability")
  expect(names(0)).not.toContain("linearizability")
})
