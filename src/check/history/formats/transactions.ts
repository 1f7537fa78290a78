import { UsageError } from "../../../base/errors.ts"
import type { Access } from "../multi-register.ts"
import { type EdnEvent } from "./edn-history.ts"
import { EdnName, type EdnValue, ednText } from "./edn.ts"
import type { RecordedEvent } from "./recorded-event.ts"

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
