import { UsageError } from "../../base/errors.ts"
import type { CellOutput, Content } from "../cell.ts"
import { type KeyValueInput, registerKey } from "../key-value.ts"
import type { Access } from "../multi-register.ts"
import { type History, type Operation, isPending } from "../operation.ts"
import { type EdnMap, EdnName, type EdnValue, ednText, readEdn } from "./edn.ts"
import { type EventType, type RecordedEvent, eventTypes } from "./recorded-event.ts"

/** What a map of the file says, before it is known whether values are tuples. */
export interface EdnEvent {
  readonly line: number
  readonly process: string
  readonly type: EventType
  readonly name: string
  /** Of `:key`, where a map has one. */
  readonly key: string | undefined
  readonly value: EdnValue
  readonly time: number | undefined
}

/**
 * The events of a history in EDN: a vector or list of maps, or one map after
 * another, as Jepsen and Knossos write them and Porcupine its key–value store.
 * The nemesis is passed over.
 */
export function readEdnEvents(text: string, file: string): EdnEvent[] {
  const forms = readEdn(text, file)
  const [first] = forms
  if (forms.length === 1 && Array.isArray(first!.value)) return eventsInside(text, file)
  return forms.flatMap(({ value, line }) => eventOf(value, line, file))
}

/** The maps in one vector, each with a line of its own: the bracket around them is taken away. */
function eventsInside(text: string, file: string): EdnEvent[] {
  const start = /^(\s|,|;[^\n]*\n)*[[(]/.exec(text)![0].length
  const end = lastBracket(text)
  const inside = text.slice(0, start - 1) + " " + text.slice(start, end)
  return readEdn(inside, file).flatMap(({ value, line }) => eventOf(value, line, file))
}

/** Where the bracket stands that closes the file; only comments may follow it. */
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
  if (!(form instanceof Map)) throw wrong(file, line, `${ednText(form).slice(0, 60)} is no map`)
  const map = form as EdnMap
  const process = map.get(":process")
  if (process instanceof EdnName) return []
  if (typeof process !== "number" && typeof process !== "string") {
    throw wrong(file, line, "there is no :process, a number")
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
    `${file}:${line}: this is no event of a history: ${what}.\n` +
      "Such an event is: {:process 3, :type :invoke, :f :write, :value 1}   (:type is :invoke, :ok, :fail or :info)",
  )
}

/**
 * Operations on a register, a mutex or keys, from events.
 *
 * As Knossos has it, a read of `nil` says nothing, and a failed operation did not
 * happen. With `:key`, as in Porcupine's key–value histories, nothing is the
 * empty text. Where values are tuples, as `jepsen.independent` makes them, the
 * first part is the key. A mutex is a cell that is `free` or `held`.
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
      `others have a tuple [key value], and this :value is ${ednText(event.value)}`,
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
        throw wrong(file, line, `a :cas has a :value [expected new], and this is ${ednText(value)}`)
      }
      const [expected, next] = (value as EdnValue[]).map(contentOf) as [Content, Content]
      return { type: "cas", key, expected, value: next }
    }
    default:
      throw wrong(
        file,
        line,
        `:f is :${name}; known are :read, :write, :cas, :get, :put, :append, :delete, :acquire, :release and :txn`,
      )
  }
}

const contentOf = (value: EdnValue): Content => (value === null ? null : ednText(value))

/** The transactions of a history of several registers, `[[:read :x 0] [:write :y 2]]`, as Knossos has them. */
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
    `${place}: a transaction is a vector of reads and writes, such as [[:read :x nil] [:write :y 2]]; this is ${ednText(value)}.`,
  )
}

/**
 * A history of gets, puts and appends as Porcupine's key–value histories are
 * written, one EDN map to a line:
 *
 *     {:process 3, :type :invoke, :f :put, :key "x", :value "1"}
 *     {:process 3, :type :ok, :f :put, :key "x", :value "1"}
 *
 * Processes are numbers, in the order of their first calls; a get that found
 * nothing found the empty text. What never returned has no second line, or
 * `:info` where its client went on. UsageError for cas and delete, which that
 * format has not.
 */
export function writePorcupineEdn(history: History<KeyValueInput, CellOutput>): string {
  const processes = [...new Set(history.map(({ client }) => client))]
  const numberOf = new Map(processes.map((client, number) => [client, number]))
  const lastCall = new Map(history.map(({ client, called }) => [client, called]))
  const events = history.flatMap((operation) => {
    const { client, input, called, returned } = operation
    const map = (type: string, value: string): string =>
      `{:process ${numberOf.get(client)}, :type :${type}, :f :${input.type}, :key ${quoted(input.key)}, :value ${value}}\n`
    const call = { at: called, line: map("invoke", valueAsked(operation)) }
    if (!isPending(operation)) return [call, { at: returned, line: map("ok", valueTold(operation)) }]
    return lastCall.get(client) === called
      ? [call]
      : [call, { at: called, line: map("info", valueAsked(operation)) }]
  })
  events.sort((a, b) => a.at - b.at)
  return events.map(({ line }) => line).join("")
}

function valueAsked({ client, input }: Operation<KeyValueInput, CellOutput>): string {
  if (input.type === "get") return "nil"
  if (input.type === "put" || input.type === "append") return quoted(input.value)
  throw new UsageError(
    `The history has a ${input.type} (of client ${client}), and Porcupine's key–value histories have get, put and append only. Give a file whose name ends in .jsonl, or leave out --cas-share.`,
  )
}

function valueTold(operation: Operation<KeyValueInput, CellOutput>): string {
  const { input, output } = operation
  return input.type === "get" ? quoted(typeof output === "string" ? output : "") : valueAsked(operation)
}

const quoted = (text: string): string => JSON.stringify(text)
