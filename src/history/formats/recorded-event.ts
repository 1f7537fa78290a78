import { UsageError } from "../../base/errors.ts"
import { type History, type Operation, historyOf, neverReturned } from "../operation.ts"

/** A line of a recorded history: the call of an operation, or its completion. */
export interface RecordedEvent<Input, Output> {
  /** The line number, from 1. */
  readonly line: number
  readonly process: string
  /** `"ok"`: it took effect; `"fail"`: it did not; `"info"`: unknown. */
  readonly type: EventType
  /** The input, of `"invoke"`. */
  readonly input?: Input
  /** The output, of `"ok"`. */
  readonly output?: Output | undefined
  /** The operation's name, which call and completion share: `read`, `put`. */
  readonly name: string
  /** In the unit of the file. */
  readonly time?: number
}

/** The type of an event, as in Jepsen. */
export type EventType = "invoke" | "ok" | "fail" | "info"

/** All event types. */
export const eventTypes: readonly string[] = ["invoke", "ok", "fail", "info"] satisfies EventType[]

/** The line numbers of an operation's call and return. */
export interface Lines {
  readonly called: number
  readonly returned?: number
}

/** The operations of a file, with their line numbers. */
export interface PairedHistory<Input, Output> {
  readonly history: History<Input, Output>
  readonly lines: ReadonlyMap<Operation<unknown, unknown>, Lines>
  /** The number of operations known to have failed, which are not part of the history. */
  readonly failed: number
}

/**
 * Pairs calls with completions, given the events in the order of their lines. Calls that are
 * open at the end of the file have an unknown outcome. Throws UsageError for a completion
 * without a call, and for a call of a process whose last call is open.
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
        `${file}:${line}: :${type} of ${event.name} without an :invoke of process ${process}; every :${type} must follow an :invoke of its process.`,
      )
    }
    if (call.event.name !== event.name) {
      throw new UsageError(
        `${file}:${line}: process ${process} called ${call.event.name} in line ${call.event.line}, but this line completes ${event.name}.`,
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
    `${file}:${line}: process ${process} calls again while its ${before.name} of line ${before.line} is open; a process has one operation open at a time. Record an unknown outcome as :info.`,
  )
}
