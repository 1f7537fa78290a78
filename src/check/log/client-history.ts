import { type Verdict, holds, unknown, violated } from "../../base/verdict.ts"
import type { CellOutput } from "../../history/cell.ts"
import { type KeyValueInput, keyValueStore } from "../../history/key-value.ts"
import { LinearizabilityCheck, checkLinearizability } from "../../history/linearizability.ts"
import type { History, Operation } from "../../history/operation.ts"
import { HistoryRecorder } from "../../history/recorder.ts"
import { type SessionVerdict, checkSessionGuarantees } from "../../history/session-guarantees.ts"
import type { Command, LogMessage, LogRecord, LogReport, Result } from "../../protocol/log/messages.ts"
import type { SelectiveObserver, TraceEvent } from "../../world/simulate/trace.ts"
import type { Violation } from "../property.ts"
import type { Judgement } from "./judge.ts"

/**
 * What the clients of a log asked and were told, and whether one copy of the
 * store would have told them the same: linearizability (Herlihy & Wing 1990).
 * Looks at nothing that a client cannot see, neither at the log nor at disks.
 *
 * Remembers every operation: for runs of bounded length.
 */
export class ClientHistory implements SelectiveObserver<LogMessage, LogRecord, LogReport> {
  readonly wants = ["report"] as const
  private readonly recorder = new HistoryRecorder<KeyValueInput, CellOutput>()

  observe({ at, ...event }: TraceEvent<LogMessage, LogRecord, LogReport>): void {
    if (event.type !== "report") return
    const { report } = event
    if (report.type === "call") {
      const { client, request } = report.command
      this.recorder.call(nameOf(client), request, inputOf(report.command), at)
    } else if (report.type === "return") {
      const { client, request } = report.command
      this.recorder.answer(nameOf(client), request, outputOf(report.command, report.result), at)
    }
  }

  get history(): History<KeyValueInput, CellOutput> {
    return this.recorder.history()
  }

  /** Whether it is linearizable, and nothing more: no window to show where it fails. */
  get linearizability(): "holds" | "violated" | "open" {
    const check = new LinearizabilityCheck(this.history, keyValueStore())
    check.advance(mostSteps)
    return check.outcome
  }

  /** Checks what has been recorded, each time it is asked for: linearizability, and the session guarantees it implies. */
  get judgements(): readonly Judgement[] {
    const { history } = this
    const reference = "Herlihy and Wing 1990: linearizability"
    const verdict = verdictOn(history)
    const sessions = checkSessionGuarantees(history).map(sessionJudgement)
    return [
      { name: "linearizability", reference, verdict },
      ...(verdict.verdict === "holds" ? sessions.map(implied) : sessions),
    ]
  }
}

/** By itself a guarantee may be unknown, where several writes could have left what was read. */
function implied(judgement: Judgement): Judgement {
  if (judgement.verdict.verdict !== "unknown") return judgement
  return { ...judgement, verdict: holds("every history that is linearizable keeps it") }
}

function sessionJudgement({ guarantee, verdict }: SessionVerdict): Judgement {
  const reference = "Terry et al. 1994: session guarantees"
  if (verdict.verdict !== "violated") return { name: guarantee, reference, verdict }
  const { because, witness } = verdict
  return {
    name: guarantee,
    reference,
    verdict: violated({ at: endOf(witness.later), message: because }, because),
  }
}

const endOf = ({ times }: Operation<KeyValueInput, CellOutput>): number => times!.returned!

/** More than enough for a history of a key–value store; at most a few seconds. */
const mostSteps = 5_000_000

function verdictOn(history: History<KeyValueInput, CellOutput>): Verdict<Violation> {
  const result = checkLinearizability(history, keyValueStore(), { mostSteps })
  if (result.verdict === "holds") return holds(result.because)
  if (result.verdict === "unknown") return unknown(result.because)
  const { because, witness } = result
  return violated({ at: endOf(witness.unplaceable), message: because }, because)
}

const nameOf = (client: number): string => `c${client}`

function inputOf({ operation, key: number, value, expected }: Command): KeyValueInput {
  const key = `k${number}`
  if (operation === "get") return { type: "get", key }
  if (operation === "cas") return { type: "cas", key, expected, value }
  return { type: operation, key, value }
}

function outputOf({ operation }: Command, result: Result): CellOutput | undefined {
  if (operation === "get") return result
  return operation === "cas" ? result === "ok" : undefined
}
