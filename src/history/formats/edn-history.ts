import { UsageError } from "../../base/errors.ts"
import type { CellOutput, Content } from "../cell.ts"
import { type KeyValueInput, registerKey } from "../key-value.ts"
import type { Access } from "../multi-register.ts"
import { type History, type Operation, isPending } from "../operation.ts"
import { type EdnMap, EdnName, type EdnValue, ednText, readEdn } from "./edn.ts"
import { type EventType, type RecordedEvent, eventTypes } from "./recorded-event.ts"

/** An event of the file, before tuples are resolved. */
export interface EdnEvent {
  readonly line: number
  readonly process: string
  readonly type: EventType
  readonly name: string
  /** The value of `:key`, if present. */
  readonly key: string | undefined
  readonly value: EdnValue
  readonly time: number | undefined
}

/**
 * The events of a history in EDN: a vector or list of maps, or a sequence of maps, as
 * written by Jepsen, Knossos and Porcupine. Events of the nemesis are skipped.
 */
export function readEdnEvents(text: string, file: string): EdnEvent[] {
  const forms = readEdn(text, file)
  const [first] = forms
  if (forms.length === 1 && Array.isArray(first!.value)) return eventsInside(text, file)
  return forms.flatMap(({ value, line }) => eventOf(value, line, file))
}

/** The maps inside one vector, with line numbers: the enclosing brackets are removed. */
function eventsInside(text: string, file: string): EdnEvent[] {
  const start = /^(\s|,|;[^\n]*\n)*[[(]/.exec(text)![0].length
  const end = lastBracket(text)
  const inside = text.slice(0, start - 1) + " " + text.slice(start, end)
  return readEdn(inside, file).flatMap(({ value, line }) => eventOf(value, line, file))
}

/** The position of the closing bracket of the file; only comments may follow it. */
function lastBracket(text: string): number {
  const lines = text.split("\n")
  let end = text.length
  for (const line of lines.toReversed()) {
    const start = end - line.length
    const comment = line.indexOf(";")
    const code = comment < 0 ? line : line.slice(0, comment)
    const at = Math.max(code.lastIndexOf("]"), code.lastIndexOf(")"))
    if (at >= 0) return start + at
    end = start - 1
  }
  return text.length
}

function eventOf(form: EdnValue, line: number, file: string): EdnEvent[] {
  if (!(form instanceof Map)) throw wrong(file, line, `${ednText(form).slice(0, 60)} is not a map`)
  const map = form as EdnMap
  const process = map.get(":process")
  if (process instanceof EdnName) return []
  if (typeof process !== "number" && typeof process !== "string") {
    throw wrong(file, line, ":process is missing; must be a number")
  }
  const type = nameIn(map.get(":type"))
  if (type === undefined || !eventTypes.includes(type)) {
    throw wrong(file, line, `:type is ${ednText(map.get(":type") ?? null)}`)
  }
  const name = nameIn(map.get(":f"))
  if (name === undefined) throw wrong(file, line, `:f is ${ednText(map.get(":f") ?? null)}`)
  const [key, time] = [map.get(":key"), map.get(":time")]
  return [
    {
      line,
      process: String(process),
      type: type as EventType,
      name,
      key: key === undefined ? undefined : ednText(key),
      value: map.get(":value") ?? null,
      time: typeof time === "number" ? time : undefined,
    },
  ]
}

const nameIn = (value: EdnValue | undefined): string | undefined =>
  value instanceof EdnName ? value.name.replace(/^:/, "") : typeof value === "string" ? value : undefined

function wrong(file: string, line: number, what: string): UsageError {
  return new UsageError(
    `${file}:${line}: not an event of a history: ${what}.\n` +
      "Expected, for example: {:process 3, :type :invoke, :f :write, :value 1}   (:type is :invoke, :ok, :fail or :info)",
  )
}

/**
 * The operations on a register, a mutex or keys.
 *
 * As in Knossos, a read of `nil` constrains nothing, and a failed operation did not
 * happen. With `:key`, as in Porcupine's key–value histories, an absent key has the
 * empty text. If values are tuples, as written by `jepsen.independent`, the
 * first component is the key. A mutex is a cell that is `free` or `held`.
 */
export function cellEvents(
  events: readonly EdnEvent[],
  file: string,
): RecordedEvent<KeyValueInput, CellOutput>[] {
  const areTuples = haveTuples(events)
  return events.map((event) => cellEvent(areTuples ? untupled(event, file) : event, file))
}

function haveTuples(events: readonly EdnEvent[]): boolean {
  const calls = events.filter(({ type, key }) => type === "invoke" && key === undefined)
  const plain = calls.filter(({ name }) => name !== "cas")
  const isTuple = (value: EdnValue): boolean => Array.isArray(value) && value.length === 2
  if (plain.length > 0) return plain.every(({ value }) => isTuple(value))
  return calls.length > 0 && calls.every(({ value }) => isTuple(value) && isTuple((value as EdnValue[])[1]!))
}

function untupled(event: EdnEvent, file: string): EdnEvent {
  if (event.value === null && event.type !== "invoke") return event
  if (!Array.isArray(event.value) || event.value.length !== 2) {
    if (event.type === "info" || event.type === "fail") return event
    throw wrong(
      file,
      event.line,
      `:value is ${ednText(event.value)}, but other events have a tuple [key value]`,
    )
  }
  const [key, value] = event.value as [EdnValue, EdnValue]
  return { ...event, key: ednText(key), value }
}

function cellEvent(event: EdnEvent, file: string): RecordedEvent<KeyValueInput, CellOutput> {
  const { line, process, type, name, value, time } = event
  const recorded = { line, process, type, name, ...(time !== undefined && { time }) }
  if (type === "invoke") return { ...recorded, input: inputOf(event, file) }
  if (type !== "ok") return recorded
  if (name === "cas" || name === "acquire" || name === "release") return { ...recorded, output: true }
  if (name !== "read" && name !== "get") return recorded
  return { ...recorded, output: value === null ? undefined : ednText(value) }
}

function inputOf({ line, name, key = registerKey, value }: EdnEvent, file: string): KeyValueInput {
  switch (name) {
    case "read":
    case "get":
      return { type: "get", key }
    case "write":
    case "put":
      return { type: "put", key, value: ednText(value) }
    case "append":
      return { type: "append", key, value: ednText(value) }
    case "delete":
      return { type: "delete", key }
    case "acquire":
      return { type: "cas", key, expected: "free", value: "held" }
    case "release":
      return { type: "cas", key, expected: "held", value: "free" }
    case "cas": {
      if (!Array.isArray(value) || value.length !== 2) {
        throw wrong(file, line, `:value is ${ednText(value)}; the :value of :cas must be [expected new]`)
      }
      const [expected, next] = (value as EdnValue[]).map(contentOf) as [Content, Content]
      return { type: "cas", key, expected, value: next }
    }
    default:
      throw wrong(
        file,
        line,
        `unknown :f :${name}; valid are :read, :write, :cas, :get, :put, :append, :delete, :acquire, :release and :txn`,
      )
  }
}

const contentOf = (value: EdnValue): Content => (value === null ? null : ednText(value))

/** The transactions of a multi-register history as in Knossos: `[[:read :x 0] [:write :y 2]]`. */
export function transactionEvents(
  events: readonly EdnEvent[],
  file: string,
): RecordedEvent<readonly Access[], readonly Access[]>[] {
  return events.map(({ line, process, type, name, value, time }) => {
    const event = { line, process, type, name, ...(time !== undefined && { time }) }
    if (type !== "invoke" && type !== "ok") return event
    const accesses = accessesIn(value, `${file}:${line}`)
    return type === "invoke" ? { ...event, input: accesses } : { ...event, output: accesses }
  })
}

function accessesIn(value: EdnValue, place: string): Access[] {
  if (!Array.isArray(value)) throw malformed(value, place)
  return (value as EdnValue[]).map((access): Access => {
    if (!Array.isArray(access) || access.length !== 3) throw malformed(access, place)
    const [f, register, of] = access as [EdnValue, EdnValue, EdnValue]
    const name = f instanceof EdnName ? f.name : ""
    if (![":read", ":r", ":write", ":w"].includes(name)) throw malformed(access, place)
    const isRead = name === ":read" || name === ":r"
    return {
      type: isRead ? "read" : "write",
      register: ednText(register),
      value: of === null ? null : ednText(of),
    }
  })
}

function malformed(value: EdnValue, place: string): UsageError {
  return new UsageError(
    `${place}: ${ednText(value)} is not a transaction; must be a vector of reads and writes, such as [[:read :x nil] [:write :y 2]].`,
  )
}

/**
 * A history of gets, puts and appends in the format of Porcupine's key–value histories,
 * one EDN map per line:
 *
 *     {:process 3, :type :invoke, :f :put, :key "x", :value "1"}
 *     {:process 3, :type :ok, :f :put, :key "x", :value "1"}
 *
 * Processes are numbered in the order of their first calls; an absent key is written as
 * the empty text. An operation of unknown outcome has no second line, or `:info` if its
 * client continued. Throws UsageError for cas and delete, which the format lacks.
 */
export function writePorcupineEdn(history: History<KeyValueInput, CellOutput>): string {
  const processes = [...new Set(history.map(({ client }) => client))]
  const numberOf = new Map(processes.map((client, number) => [client, number]))
  const lastCall = new Map(history.map(({ client, called }) => [client, called]))
  const events = history.flatMap((operation) => {
    const { client, input, called, returned } = operation
    const map = (type: string, value: string): string =>
      `{:process ${numberOf.get(client)}, :type :${type}, :f :${input.type}, :key ${quoted(input.key)}, :value ${value}}\n`
    const call = { at: called, line: map("invoke", inputValue(operation)) }
    if (!isPending(operation)) return [call, { at: returned, line: map("ok", outputValue(operation)) }]
    return lastCall.get(client) === called
      ? [call]
      : [call, { at: called, line: map("info", inputValue(operation)) }]
  })
  events.sort((a, b) => a.at - b.at)
  return events.map(({ line }) => line).join("")
}

function inputValue({ client, input }: Operation<KeyValueInput, CellOutput>): string {
  if (input.type === "get") return "nil"
  if (input.type === "put" || input.type === "append") return quoted(input.value)
  throw new UsageError(
    `cannot write ${input.type} (client ${client}) as EDN: Porcupine's key–value histories have get, put and append only. Write a .jsonl file, or leave out --cas-share.`,
  )
}

function outputValue(operation: Operation<KeyValueInput, CellOutput>): string {
  const { input, output } = operation
  return input.type === "get" ? quoted(typeof output === "string" ? output : "") : inputValue(operation)
}

const quoted = (text: string): string => JSON.stringify(text)
