import { UsageError } from "../../base/errors.ts"
import type { CellOutput } from "../cell.ts"
import { type KeyValueInput, registerKey } from "../key-value.ts"
import type { EventType, RecordedEvent } from "./recorded-event.ts"

/**
 * The events of a Jepsen log of one register, as in Porcupine's histories of etcd:
 * `INFO  jepsen.util - 3	:invoke	:cas	[1 2]`.
 *
 * A read of `nil` returned no value. A failed cas observed another value, as in Porcupine's
 * model of etcd. A read that timed out constrains nothing; other operations of unknown outcome
 * may take effect at any later time. Lines of other loggers and of the nemesis are skipped.
 */
export function readEtcdLog(text: string, file: string): RecordedEvent<KeyValueInput, CellOutput>[] {
  return text.split("\n").flatMap((content, index) => {
    const found = operationLine.exec(content.trimEnd())
    const line = index + 1
    if (found !== null) return [eventOf(found, { line, file, content })]
    if (content.trim() === "" || otherLine.test(content)) return []
    throw malformed({ line, file, content })
  })
}

/** Logger, process, type, operation and value. */
const operationLine = /^\w+\s+jepsen\.\S+\s+-\s+(\d+)\s+:(invoke|ok|fail|info)\s+:(\S+)\s+(.+)$/

/** A line of a logger that is not an event: no process number follows the dash. */
const otherLine = /^\w+\s+\S+\s+-\s+(?!\d+\s+:)/

interface Place {
  readonly line: number
  readonly file: string
  readonly content: string
}

function eventOf(found: RegExpExecArray, place: Place): RecordedEvent<KeyValueInput, CellOutput> {
  const [, process, type, name, value] = found as unknown as [string, string, EventType, string, string]
  const event = { line: place.line, process, type, name }
  switch (type) {
    case "invoke":
      return { ...event, input: inputOf(name, value, place) }
    case "ok":
      return { ...event, output: name === "read" ? valueOf(value) : name === "cas" ? true : undefined }
    case "fail":
      if (name === "cas" && !value.startsWith(":")) return { ...event, type: "ok", output: false }
      return event
    case "info":
      return event
  }
}

function inputOf(name: string, value: string, place: Place): KeyValueInput {
  const key = registerKey
  if (name === "read") return { type: "get", key }
  if (name === "write") return { type: "put", key, value }
  const pair = /^\[(\S+)\s+(\S+)\]$/.exec(value)
  if (name !== "cas" || pair === null) throw malformed(place)
  return { type: "cas", key, expected: valueOf(pair[1]!), value: valueOf(pair[2]!) }
}

const valueOf = (text: string): string | null => (text === "nil" ? null : text)

function malformed({ line, file, content }: Place): UsageError {
  return new UsageError(
    `${file}:${line}: not a line of a Jepsen log: ${JSON.stringify(content.slice(0, 100))}\n` +
      "Expected, for example: INFO  jepsen.util - 3\t:invoke\t:cas\t[1 2]   (process; :invoke, :ok, :fail or :info; :read, :write or :cas; value)",
  )
}
