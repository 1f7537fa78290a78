import { UsageError } from "../../base/errors.ts"
import type { CellOutput } from "../cell.ts"
import { type KeyValueInput, registerKey } from "../key-value.ts"
import { type History, isPending } from "../operation.ts"
import { type EventType, type RecordedEvent, eventTypes } from "./recorded-event.ts"

/**
 * The events of a history in quorate's own format, one JSON object per line:
 *
 *     {"process":"3","type":"invoke","f":"cas","key":"x","expected":"1","value":"2","time":1500}
 *     {"process":"3","type":"ok","f":"cas","key":"x","result":true,"time":1720}
 *
 * `f` is get, put, append, cas or delete; `value` the value written; `expected` the value a
 * cas compares with; `result` the value of a get (null if absent) or the success of a cas.
 * `type` is as in Jepsen. Without `key` the object is a register. Only the order of lines
 * matters; `time` is for reports.
 */
export function readJsonLines(text: string, file: string): RecordedEvent<KeyValueInput, CellOutput>[] {
  return text.split("\n").flatMap((content, index) => {
    if (content.trim() === "") return []
    return [eventOf(parsed(content, `${file}:${index + 1}`), index + 1, `${file}:${index + 1}`)]
  })
}

/** A history as JSON lines. Operations that never returned have an `info` line. */
export function writeJsonLines(history: History<KeyValueInput, CellOutput>): string {
  const events = history.flatMap((operation) => {
    const { client, input, output, called, returned, times } = operation
    const { type: f, ...rest } = input
    const call = { process: client, type: "invoke", f, ...rest, ...(times && { time: times.called }) }
    const end = {
      process: client,
      type: isPending(operation) ? "info" : "ok",
      f,
      key: input.key,
      ...(output !== undefined && { result: output }),
      ...(times?.returned !== undefined && { time: times.returned }),
    }
    return [
      { at: called, event: call },
      // An info line may stand anywhere before the client's next call.
      { at: isPending(operation) ? called : returned, event: end },
    ]
  })
  events.sort((a, b) => a.at - b.at)
  return events.map(({ event }) => `${JSON.stringify(event)}\n`).join("")
}

type Fields = Readonly<Record<string, unknown>>

function parsed(content: string, place: string): Fields {
  try {
    const value: unknown = JSON.parse(content)
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields
  } catch (error) {
    throw new UsageError(`${place}: not JSON: ${(error as Error).message}.`)
  }
  throw new UsageError(`${place}: each line must be a JSON object, such as ${example}`)
}

const example = '{"process":"3","type":"invoke","f":"put","key":"x","value":"1"}'

/** A valid line of the same kind. */
function exampleLike({ f, type }: Fields): string {
  if (type === "ok" && f === "get") return '{"process":"3","type":"ok","f":"get","key":"x","result":"1"}'
  if (type === "ok" && f === "cas") return '{"process":"3","type":"ok","f":"cas","key":"x","result":true}'
  if (f !== "cas") return example
  return '{"process":"3","type":"invoke","f":"cas","key":"x","expected":"1","value":"2"}'
}

function eventOf(fields: Fields, line: number, place: string): RecordedEvent<KeyValueInput, CellOutput> {
  const { process, type, f, time, result } = fields
  if (typeof process !== "string" && typeof process !== "number") throw wrong(fields, "process", place)
  if (typeof type !== "string" || !eventTypes.includes(type)) throw wrong(fields, "type", place)
  if (typeof f !== "string") throw wrong(fields, "f", place)
  const event = {
    line,
    process: String(process),
    type: type as EventType,
    name: f,
    ...(typeof time === "number" && { time }),
  }
  if (type === "invoke") return { ...event, input: inputOf(f, fields, place) }
  if (type !== "ok") return event
  if (f === "get" && result === undefined) throw wrong(fields, "result", place)
  if (f === "cas" && typeof result !== "boolean") throw wrong(fields, "result", place)
  const output =
    f === "get" ? textOrNull(fields, "result", place) : f === "cas" ? (result as boolean) : undefined
  return { ...event, output }
}

function inputOf(f: string, fields: Fields, place: string): KeyValueInput {
  const key = fields["key"] === undefined ? registerKey : text(fields, "key", place)
  switch (f) {
    case "get":
    case "delete":
      return { type: f, key }
    case "put":
    case "append":
      return { type: f, key, value: text(fields, "value", place) }
    case "cas": {
      const expected = textOrNull(fields, "expected", place)
      return { type: f, key, expected, value: textOrNull(fields, "value", place) }
    }
    default:
      throw wrong(fields, "f", place)
  }
}

function text(fields: Fields, field: string, place: string): string {
  const value = fields[field]
  if (typeof value === "string" || typeof value === "number") return String(value)
  throw wrong(fields, field, place)
}

const textOrNull = (fields: Fields, field: string, place: string): string | null =>
  fields[field] === null ? null : text(fields, field, place)

const rules: Readonly<Record<string, string>> = {
  process: "a string or a number",
  type: '"invoke", "ok", "fail" or "info"',
  f: '"get", "put", "append", "cas" or "delete"',
  result: "a string or null for a get, true or false for a cas",
}

function wrong(fields: Fields, field: string, place: string): UsageError {
  const value = fields[field]
  const given = value === undefined ? "missing" : JSON.stringify(value)
  return new UsageError(
    `${place}: ${field} is ${given}; must be ${rules[field] ?? "a string"}. Expected, for example: ${exampleLike(fields)}`,
  )
}
