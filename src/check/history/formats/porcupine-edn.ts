import { UsageError } from "../../../base/errors.ts"
import type { CellOutput } from "../cell.ts"
import type { KeyValueInput } from "../key-value.ts"
import { type History, type Operation, isPending } from "../operation.ts"

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
