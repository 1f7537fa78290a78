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

/** The supported formats, by their names on the command line. */
export const historyFormats = ["etcd", "edn", "kv", "jsonl"] as const
export type HistoryFormat = (typeof historyFormats)[number]

/** The models of a history, in order of generality. */
export const historyModels = ["register", "cas-register", "mutex", "kv", "multi-register"] as const
export type HistoryModel = (typeof historyModels)[number]

/** Options of reading a history; defaults are detected from the file. */
export interface ReadOptions {
  /** The file name, for errors. */
  readonly file: string
  /** Default: detected from the text. */
  readonly format?: HistoryFormat
  /** The required model; default: detected from the operations. */
  readonly model?: HistoryModel
  /** The initial value of every object: `"nil"` for none, `"any"` if unknown, `"nil or 0"`. Default: by format. */
  readonly initial?: string
}

/** A history read from a file, with its specification. */
export interface ReadHistory {
  readonly format: HistoryFormat
  readonly model: HistoryModel
  readonly initial: string
  readonly history: History<unknown, unknown>
  readonly specification: Specification<unknown, unknown, unknown>
  readonly lines: ReadonlyMap<Operation<unknown, unknown>, Lines>
  readonly failed: number
  /** The operations on a store or register; undefined for a multi-register. */
  readonly cells: History<KeyValueInput, CellOutput> | undefined
}

/** Reads a history in any supported format. Throws UsageError, with the line, if it is malformed. */
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

/** Detects the format from the beginning of the text. */
function formatOf(text: string, file: string): HistoryFormat {
  const start = text.replace(/^(\s|,|;[^\n]*(\n|$))*/, "").slice(0, 200)
  if (/^\{\s*"/.test(start)) return "jsonl"
  if (/^[[({#]/.test(start)) return "edn"
  if (/^[A-Z]+\s+\S+\s+-\s/.test(start)) return "etcd"
  if (start === "") throw new UsageError(`${file} has no events; a history has at least one :invoke line.`)
  throw new UsageError(
    `${file}: cannot detect the history format; the file begins with ${JSON.stringify(start.slice(0, 40))}. Give --from etcd, edn, kv or jsonl.`,
  )
}

/** In Porcupine's key–value histories an absent key has the empty text. */
function emptyForNothing(
  event: RecordedEvent<KeyValueInput, CellOutput>,
): RecordedEvent<KeyValueInput, CellOutput> {
  if (event.type !== "ok" || event.name !== "get") return event
  return { ...event, output: event.output ?? "" }
}

const isMutex = (events: readonly EdnEvent[]): boolean => events.some(({ name }) => name === "acquire")

/** The initial values that the tools of each format assume. */
const defaultInitial = { etcd: "nil", jsonl: "nil", kv: "", edn: "nil or 0" } as const

function cellHistory(
  events: readonly RecordedEvent<KeyValueInput, CellOutput>[],
  format: HistoryFormat,
  options: ReadOptions,
  ofMutex = false,
): ReadHistory {
  const { file } = options
  const initial = options.initial ?? (ofMutex ? "free" : defaultInitial[format])
  const paired = pairEvents(events, file)
  const model = ofMutex ? "mutex" : cellModelOf(paired.history)
  refuseOtherModel(events, model, options)
  const specification = erased(storeThatBegins(initial))
  return { ...paired, format, model, initial, specification, cells: paired.history }
}

function storeThatBegins(initial: string): Specification<Content, KeyValueInput, CellOutput> {
  const nothing = keyValueStore()
  if (initial === "nil") return nothing
  if (initial === "any") return withUnknownBeginning(nothing, "something else")
  // Jepsen's registers start as nil or 0, and histories do not record which.
  if (initial === "nil or 0") return { ...nothing, beginnings: () => [null, "0"] }
  return keyValueStore(initial)
}

/** Erases the types; the caller pairs each specification with its own history. */
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

/** Refuses a history that the required model does not cover, naming the line of the first such operation. */
function refuseOtherModel(
  events: readonly RecordedEvent<KeyValueInput, CellOutput>[],
  found: HistoryModel,
  { model = found, file }: ReadOptions,
): void {
  const order: readonly HistoryModel[] = ["register", "cas-register", "kv"]
  if (model === found || (order.includes(found) && order.indexOf(model) > order.indexOf(found))) return
  const culprit = events.find(({ input }) => input !== undefined && !allows(model, input))
  const where = culprit === undefined ? file : `${file}:${culprit.line}`
  const what = culprit === undefined ? "" : ` (this ${culprit.name})`
  throw new UsageError(`${where}: the history is of a ${found}, not a ${model}${what}. Try --model ${found}.`)
}

function allows(model: HistoryModel, { type, key }: KeyValueInput): boolean {
  if (key !== registerKey || type === "append" || type === "delete") return model === "kv"
  return type !== "cas" || model === "cas-register" || model === "kv"
}

function transactionHistory(events: readonly EdnEvent[], options: ReadOptions): ReadHistory {
  const { file, model = "multi-register", initial = "0" } = options
  if (model !== "multi-register") {
    throw new UsageError(
      `${file}:${events[0]!.line}: transactions (:txn) require --model multi-register, not ${model}.`,
    )
  }
  const paired = pairEvents(transactionEvents(events, file), file)
  const specification = erased(multiRegister(initial === "nil" ? null : initial))
  return { ...paired, format: "edn", model, initial, specification, cells: undefined }
}
