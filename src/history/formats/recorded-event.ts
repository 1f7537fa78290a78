import { UsageError } from "../../base/errors.ts"
import { type History, type Operation, historyOf, neverReturned } from "../operation.ts"

/** A line of a recorded history: a client calls, or learns how its call ended. */
export interface RecordedEvent<Input, Output> {
  /** Where it stands in the file, counted from 1. */
  readonly line: number
  readonly process: string
  /** `"ok"` it took effect; `"fail"` it did not; `"info"` nobody knows. */
  readonly type: EventType
  /** What is asked, at `"invoke"`. */
  readonly input?: Input
  /** What was answered, at `"ok"`. */
  readonly output?: Output | undefined
  /** What the events before and after are compared by: `read`, `put`. */
  readonly name: string
  /** In whatever unit the file measures. */
  readonly time?: number
}

/** How a line of a history is marked, in Jepsen's words. */
export type EventType = "invoke" | "ok" | "fail" | "info"

/** Every mark. */
export const eventTypes: readonly string[] = ["invoke", "ok", "fail", "info"] satisfies EventType[]

/** Where an operation's call and return stand in the file. */
export interface Lines {
  readonly called: number
  readonly returned?: number
}

/** The operations of a file, and where each stands in it. */
export interface PairedHistory<Input, Output> {
  readonly history: History<Input, Output>
  readonly lines: ReadonlyMap<Operation<unknown, unknown>, Lines>
  /** Calls known to have had no effect, which are not part of the history. */
  readonly failed: number
}

/**
 * The operations of events in the order of their lines. What a process has
 * called and not returned from when the file ends is of unknown outcome.
 * UsageError where an end has no call, or a process calls while it waits.
 */
export function pairEvents<Input, Output>(
  events: readonly RecordedEvent<Input, Output>[],
  file: string,
): PairedHistory<Input, Output> {
  const open = new Map<string, Draft<Input, Output>>()
  const drafts: Draft<Input, Output>[] = []
  let failed = 0
  events.forEach((event, position) => {
    const { process, type, line } = event
    const call = open.get(process)
    if (type === "invoke") {
      if (call !== undefined) throw stillOpen(event, call.event, file)
      open.set(process, { event, called: position })
      return
    }
    if (call === undefined) {
      throw new UsageError(
        `${file}:${line}: process ${process} has the end (:${type}) of a ${event.name} that it has not called; every :${type} follows an :invoke of its process.`,
      )
    }
    if (call.event.name !== event.name) {
      throw new UsageError(
        `${file}:${line}: process ${process} called ${call.event.name} in line ${call.event.line}, and this is the end of ${event.name}.`,
      )
    }
    open.delete(process)
    if (type === "fail") failed++
    else drafts.push(type === "ok" ? { ...call, end: event, returned: position } : call)
  })
  const paired = [...drafts, ...open.values()].map((draft) => [operationOf(draft), linesOf(draft)] as const)
  return { history: historyOf(paired.map(([operation]) => operation)), lines: new Map(paired), failed }
}

interface Draft<Input, Output> {
  readonly event: RecordedEvent<Input, Output>
  readonly called: number
  readonly end?: RecordedEvent<Input, Output>
  readonly returned?: number
}

function operationOf<Input, Output>({
  event,
  called,
  end,
  returned = neverReturned,
}: Draft<Input, Output>): Operation<Input, Output> {
  const times =
    event.time === undefined
      ? {}
      : { times: { called: event.time, ...(end?.time !== undefined && { returned: end.time }) } }
  return { client: event.process, input: event.input!, output: end?.output, called, returned, ...times }
}

const linesOf = ({ event, end }: Draft<unknown, unknown>): Lines =>
  end === undefined ? { called: event.line } : { called: event.line, returned: end.line }

function stillOpen(
  { process, line }: RecordedEvent<unknown, unknown>,
  before: RecordedEvent<unknown, unknown>,
  file: string,
): UsageError {
  return new UsageError(
    `${file}:${line}: process ${process} calls again before its ${before.name} of line ${before.line} has ended; a process does one thing at a time. Where the outcome of the first is unknown, an :info line says so.`,
  )
}
