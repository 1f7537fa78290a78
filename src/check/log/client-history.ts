import { type Verdict, holds, unknown, violated } from "../../base/verdict.ts"
import type { CellOutput } from "../../history/cell.ts"
import { type KeyValueInput, keyValueStore } from "../../history/key-value.ts"
import { LinearizabilityCheck, checkLinearizability } from "../../history/linearizability.ts"
import type { History, Operation } from "../../history/operation.ts"
import { HistoryRecorder } from "../../history/recorder.ts"
import {
  type SessionGuarantee,
  type SessionWitness,
  checkSessionGuarantees,
  sessionGuarantees,
} from "../../history/session-guarantees.ts"
import { type LogEvent, type LogFact, type LogProperty, logProperty } from "./facts.ts"
import type { Gatherer, Violation } from "../property.ts"
import type { Address, Micros } from "../../protocol/actor.ts"
import type { Command, Result } from "../../protocol/log/command.ts"
import type { LogReport } from "../../protocol/log/messages.ts"

/**
 * The client history of a log: its operations and their results, for linearizability against a single
 * copy of the store (Herlihy & Wing 1990). It uses only what clients observe, neither the log nor disks.
 *
 * Keeps every operation: for runs of bounded length.
 */
export class ClientHistory implements Gatherer<LogEvent> {
  private readonly recorder = new HistoryRecorder<KeyValueInput, CellOutput>()
  private judged: HistoryVerdicts | undefined

  reported(at: Micros, _: Address, report: LogReport): void {
    if (report.type === "call" || report.type === "return") this.judged = undefined
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
    check.advance(maxSteps)
    return check.outcome
  }

  /** Linearizability, and the session guarantees that it implies: computed at first use. */
  get verdicts(): HistoryVerdicts {
    this.judged ??= verdictsOn(this.history)
    return this.judged
  }
}

/** The operations of clients and their results. */
export const clientHistory: LogFact<ClientHistory> = {
  wants: ["report"],
  gather: () => new ClientHistory(),
}

const sessionStatements: Readonly<Record<SessionGuarantee, string>> = {
  "read-your-writes": "A read does not see what was there before a write of its own client.",
  "monotonic-reads": "A read does not see what was there before something its client has read.",
  "monotonic-writes": "The writes of a client take effect in the order in which it made them.",
  "writes-follow-reads": "A write takes effect after whatever its client had read.",
}

/** What the clients of a log can rely on. They remember every operation: for runs of bounded length. */
export const clientProperties: readonly LogProperty[] = [
  logProperty({
    name: "linearizability",
    reference: "Herlihy and Wing 1990: linearizability",
    statement:
      "Every result is that of a single copy of the store, with each operation between its call and its return.",
    needs: { clientHistory },
    judge: (facts) => facts.clientHistory.verdicts.linearizability,
  }),
  ...sessionGuarantees.map((guarantee) =>
    logProperty({
      name: guarantee,
      reference: "Terry et al. 1994: session guarantees",
      statement: sessionStatements[guarantee],
      needs: { clientHistory },
      judge: (facts) => facts.clientHistory.verdicts.sessions[guarantee],
    }),
  ),
]

/** The verdicts on a history: linearizability and each session guarantee. */
export interface HistoryVerdicts {
  readonly linearizability: Verdict<Violation>
  readonly sessions: Readonly<Record<SessionGuarantee, Verdict<Violation>>>
}

function verdictsOn(history: History<KeyValueInput, CellOutput>): HistoryVerdicts {
  const linearizability = linearizabilityOf(history)
  const sessions = checkSessionGuarantees(history).map(({ guarantee, verdict }) => [
    guarantee,
    linearizability.verdict === "holds" ? implied(verdict) : atItsEnd(verdict),
  ])
  return {
    linearizability,
    sessions: Object.fromEntries(sessions) as Record<SessionGuarantee, Verdict<Violation>>,
  }
}

/** By itself a guarantee may be unknown, where several writes could have left what was read. */
function implied(verdict: Verdict<SessionWitness>): Verdict<Violation> {
  return verdict.verdict === "unknown"
    ? holds("every history that is linearizable keeps it")
    : atItsEnd(verdict)
}

function atItsEnd(verdict: Verdict<SessionWitness>): Verdict<Violation> {
  if (verdict.verdict !== "violated") return verdict
  const { because, witness } = verdict
  return violated({ at: endOf(witness.later), message: because }, because)
}

const endOf = ({ times }: Operation<KeyValueInput, CellOutput>): number => times!.returned!

/** More than enough for a history of a key–value store; at most a few seconds. */
const maxSteps = 5_000_000

function linearizabilityOf(history: History<KeyValueInput, CellOutput>): Verdict<Violation> {
  const result = checkLinearizability(history, keyValueStore(), { maxSteps })
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
