import { UsageError } from "../../base/errors.ts"
import type { CellOutput, Content } from "../cell.ts"
import { type KeyValueInput, keyValueStore, registerKey } from "../key-value.ts"
import { multiRegister } from "../multi-register.ts"
import type { History, Operation } from "../operation.ts"
import { type Specification, withUnknownBeginning } from "../specification.ts"
import { type EdnEvent, cellEvents, readEdnEvents, transactionEvents } from "./edn-history.ts"
import { readEtcdLog } from "./etcd-log.ts"
import { readJsonLines } from "./json-lines.ts"
import { type Lines, type RecordedEvent, pairEvents } from "./recorded-event.ts"

/** The formats that can be read, by the names the command line has for them. */
export const historyFormats = ["etcd", "edn", "kv", "jsonl"] as const
/** One of these. */
export type HistoryFormat = (typeof historyFormats)[number]

/** What a history can be of, from the least to the most that can be done. */
export const historyModels = ["register", "cas-register", "mutex", "kv", "multi-register"] as const
/** One of these. */
export type HistoryModel = (typeof historyModels)[number]

/** What the reader of a file knows about it; what is not said is seen from the file. */
export interface ReadOptions {
  /** For errors. */
  readonly file: string
  /** Seen from the text, if not given. */
  readonly format?: HistoryFormat
  /** What the history must be of; seen from its operations, if not given. */
  readonly model?: HistoryModel
  /** What every object holds at first: `"nil"` for nothing, `"any"` for whatever it may have been, `"nil or 0"`. By the format, if not given. */
  readonly initial?: string
}

/** A history from a file, ready to be checked. */
export interface ReadHistory {
  readonly format: HistoryFormat
  readonly model: HistoryModel
  readonly initial: string
  readonly history: History<unknown, unknown>
  readonly specification: Specification<unknown, unknown, unknown>
  readonly lines: ReadonlyMap<Operation<unknown, unknown>, Lines>
  readonly failed: number
  /** The operations on a store or a register; undefined of a multi-register. */
  readonly cells: History<KeyValueInput, CellOutput> | undefined
}

/** Reads a history in any of the formats. UsageError, with the line, for what is malformed. */
export function readHistory(text: string, options: ReadOptions): ReadHistory {
  const { file } = options
  const format = options.format ?? formatOf(text, file)
  if (format === "etcd") return cellHistory(readEtcdLog(text, file), format, options)
  if (format === "jsonl") return cellHistory(readJsonLines(text, file), format, options)
  const events = readEdnEvents(text, file)
  if (events.some(({ name }) => name === "txn")) return transactionHistory(events, options)
  const isKeyed = format === "kv" || events.some(({ key }) => key !== undefined)
  const recorded = cellEvents(events, file)
  if (!isKeyed) return cellHistory(recorded, "edn", options, isMutex(events))
  return cellHistory(
    recorded.map((event) => emptyForNothing(event)),
    "kv",
    options,
  )
}

/** Seen from how the text begins. */
function formatOf(text: string, file: string): HistoryFormat {
  const start = text.replace(/^(\s|,|;[^\n]*(\n|$))*/, "").slice(0, 200)
  if (/^\{\s*"/.test(start)) return "jsonl"
  if (/^[[({#]/.test(start)) return "edn"
  if (/^[A-Z]+\s+\S+\s+-\s/.test(start)) return "etcd"
  if (start === "") throw new UsageError(`${file} has no events; a history has an :invoke line at least.`)
  throw new UsageError(
    `${file}: it is not to be seen which format this is; it begins with ${JSON.stringify(start.slice(0, 40))}. Say --from etcd, edn, kv or jsonl.`,
  )
}

/** Porcupine's key–value histories have the empty text where there is nothing. */
function emptyForNothing(
  event: RecordedEvent<KeyValueInput, CellOutput>,
): RecordedEvent<KeyValueInput, CellOutput> {
  if (event.type !== "ok" || event.name !== "get") return event
  return { ...event, output: event.output ?? "" }
}

const isMutex = (events: readonly EdnEvent[]): boolean => events.some(({ name }) => name === "acquire")

/** What objects hold at first, as each format's own tools have it. */
const usualInitial = { etcd: "nil", jsonl: "nil", kv: "", edn: "nil or 0" } as const

function cellHistory(
  events: readonly RecordedEvent<KeyValueInput, CellOutput>[],
  format: HistoryFormat,
  options: ReadOptions,
  ofMutex = false,
): ReadHistory {
  const { file } = options
  const initial = options.initial ?? (ofMutex ? "free" : usualInitial[format])
  const paired = pairEvents(events, file)
  const model = ofMutex ? "mutex" : cellModelOf(paired.history)
  refuseOthers(events, model, options)
  const specification = erased(storeThatBegins(initial))
  return { ...paired, format, model, initial, specification, cells: paired.history }
}

function storeThatBegins(initial: string): Specification<Content, KeyValueInput, CellOutput> {
  const nothing = keyValueStore()
  if (initial === "nil") return nothing
  if (initial === "any") return withUnknownBeginning(nothing, "something else")
  // Jepsen's registers begin in one way or the other, and histories do not tell.
  if (initial === "nil or 0") return { ...nothing, beginnings: () => [null, "0"] }
  return keyValueStore(initial)
}

/** The check asks no more of it than that it goes with its history. */
function erased<State, Input, Output>(
  specification: Specification<State, Input, Output>,
): Specification<unknown, unknown, unknown> {
  return specification as unknown as Specification<unknown, unknown, unknown>
}

function cellModelOf(history: History<KeyValueInput, CellOutput>): HistoryModel {
  if (history.some(({ input }) => input.key !== registerKey || !registerTypes.includes(input.type)))
    return "kv"
  return history.some(({ input }) => input.type === "cas") ? "cas-register" : "register"
}

const registerTypes: readonly string[] = ["get", "put", "cas"]

/** A model that was asked for and is not that of the history: the line is shown that it has no place for. */
function refuseOthers(
  events: readonly RecordedEvent<KeyValueInput, CellOutput>[],
  found: HistoryModel,
  { model = found, file }: ReadOptions,
): void {
  const order: readonly HistoryModel[] = ["register", "cas-register", "kv"]
  if (model === found || (order.includes(found) && order.indexOf(model) > order.indexOf(found))) return
  const culprit = events.find(({ input }) => input !== undefined && !allows(model, input))
  const where = culprit === undefined ? file : `${file}:${culprit.line}`
  const what = culprit === undefined ? "" : `, because of this ${culprit.name}`
  throw new UsageError(
    `${where}: the history is of a ${found} and not of a ${model}${what}. Try --model ${found}.`,
  )
}

function allows(model: HistoryModel, { type, key }: KeyValueInput): boolean {
  if (key !== registerKey || type === "append" || type === "delete") return model === "kv"
  return type !== "cas" || model === "cas-register" || model === "kv"
}

function transactionHistory(events: readonly EdnEvent[], options: ReadOptions): ReadHistory {
  const { file, model = "multi-register", initial = "0" } = options
  if (model !== "multi-register") {
    throw new UsageError(
      `${file}:${events[0]!.line}: the history has transactions (:txn), which a ${model} has not. Try --model multi-register.`,
    )
  }
  const paired = pairEvents(transactionEvents(events, file), file)
  const specification = erased(multiRegister(initial === "nil" ? null : initial))
  return { ...paired, format: "edn", model, initial, specification, cells: undefined }
}
