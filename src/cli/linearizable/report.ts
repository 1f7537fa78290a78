import { UsageError } from "../../base/errors.ts"
import { type ReadHistory, type ReadOptions, readHistory } from "../../history/formats/read-history.ts"
import { LinearizabilityCheck, type LinearizabilityVerdict } from "../../history/linearizability.ts"
import type { History, Operation } from "../../history/operation.ts"
import { type SessionVerdict, checkSessionGuarantees } from "../../history/session-guarantees.ts"
import { type FailingWindow, drawWindow } from "../../history/window.ts"
import { wrap } from "../../base/text.ts"
import { writeFile } from "../shared/files.ts"
import { readText } from "../shared/read-text.ts"
import type { KeyValueInput } from "../../history/key-value.ts"
import type { CellOutput } from "../../history/cell.ts"
import { writePorcupineEdn } from "../../history/formats/edn-history.ts"
import { writeJsonLines } from "../../history/formats/json-lines.ts"

/** The result of checking one file. */
export interface HistoryReport {
  readonly file: string
  readonly read: ReadHistory
  readonly result: LinearizabilityVerdict<unknown, unknown>
  /** Empty without `--sessions`. */
  readonly sessions: readonly SessionVerdict[]
  readonly json: object
}

/** Reads and checks a file, for at most `limit` seconds. */
export function reportOn(
  path: string,
  options: ReadOptions & { readonly limit: number; readonly sessions: boolean },
): HistoryReport {
  const { file } = options
  const read = readHistory(readText(path, wanted), options)
  const result = checked(read, options.limit)
  const sessions = options.sessions ? sessionsOf(read, file) : []
  return { file, read, result, sessions, json: jsonOf(file, read, result, sessions) }
}

const wanted =
  "quorate linearizable takes histories of Jepsen or Knossos (EDN), of Porcupine, or of quorate log --history FILE."

function sessionsOf({ cells, initial, model }: ReadHistory, file: string): SessionVerdict[] {
  if (cells === undefined) {
    throw new UsageError(
      `${file}: --sessions requires reads and writes of single keys; the history is of a ${model}.`,
    )
  }
  return checkSessionGuarantees(cells, ["nil", "nil or 0", "any"].includes(initial) ? null : initial)
}

/** Checks the clock between portions of some milliseconds. */
function checked(
  { history, specification }: ReadHistory,
  limit: number,
): LinearizabilityVerdict<unknown, unknown> {
  const end = performance.now() + limit * 1000
  const check = new LinearizabilityCheck(history, specification)
  while (performance.now() < end) {
    if (check.advance(20_000)) return check.verdict()
  }
  check.advance(0)
  const result = check.verdict()
  if (result.verdict !== "unknown") return result
  return { verdict: "unknown", because: `${result.because}, at --limit ${limit}` }
}

const verdictWords = { holds: "linearizable", violated: "not linearizable", unknown: "unknown" } as const

/** One line per file: "etcd_001.log  not linearizable: no linearization point for …". */
export function summaryLine({ file, result, read }: HistoryReport): string {
  const count = plural(read.history.length, "operation")
  const why = result.verdict === "holds" ? "" : `: ${result.because}`
  return `${file}  ${verdictWords[result.verdict]}, ${count}${why}\n`
}

/** A report of lines of at most `width` columns, with the failing window if there is one. */
export function describeReport({ file, read, result, sessions }: HistoryReport, width: number): string {
  const { history, model, initial, failed } = read
  const clients = new Set(history.map(({ client }) => client)).size
  const dropped = failed === 0 ? "" : ` (${failed} failed, ignored)`
  const first = initial === "" ? "the empty text" : initial === "any" ? "unknown" : initial
  const lines = [
    `${file}: ${plural(history.length, "operation")} of ${plural(clients, "client")}${dropped}; ${model}, initially ${first}`,
    `${capital(verdictWords[result.verdict])}: ${result.because}`,
    ...(result.verdict === "violated" ? windowLines(result.witness, read, width) : []),
    ...(sessions.length > 0 ? [""] : []),
    ...sessions.map(({ guarantee, verdict }) => `${guarantee}: ${verdict.verdict}; ${verdict.because}`),
  ]
  return lines.flatMap((line) => wrapped(line, width)).join("\n") + "\n"
}

function windowLines(window: FailingWindow<unknown, unknown>, read: ReadHistory, width: number): string[] {
  const { operations, object, unplaceable, source, isMinimal } = window
  const of = object === undefined || object === "" ? "" : ` on ${object}`
  const show = shownBy(read)
  const size = isMinimal ? "Minimal failing window" : "Failing window (not minimised)"
  return [
    `${size}: ${plural(operations.length, "operation")}${of}; other operations may take effect or not:`,
    "",
    ...(operations.length > maxDrawn ? [`  … ${operations.length - maxDrawn} earlier operations`] : []),
    ...drawWindow({ operations: operations.slice(-maxDrawn), unplaceable }, show, width),
    ...(source === undefined ? [] : ["", `Value last written by: ${inFull(show(source), source)}.`]),
  ]
}

const inFull = (
  { operation, place }: ReturnType<ReturnType<typeof shownBy>>,
  { client }: { client: string },
) => `${operation} of client ${client}, ${place}`

function shownBy({ specification, lines }: ReadHistory) {
  return (operation: Operation<unknown, unknown>): { operation: string; place: string } => {
    const { called, returned } = lines.get(operation)!
    const place = returned === undefined ? `line ${called}` : `lines ${called}-${returned}`
    return { operation: specification.describe(operation.input, operation.output), place }
  }
}

function jsonOf(
  file: string,
  read: ReadHistory,
  result: LinearizabilityVerdict<unknown, unknown>,
  sessions: readonly SessionVerdict[],
): object {
  const { format, model, initial, history, failed } = read
  const { verdict, because } = result
  return {
    file,
    from: format,
    model,
    initial,
    operations: history.length,
    failed,
    verdict,
    because,
    ...(result.verdict === "violated" && { window: windowJson(result.witness, read) }),
    ...(sessions.length > 0 && {
      sessions: sessions.map(({ guarantee, verdict: { verdict: found, because: why } }) => ({
        guarantee,
        verdict: found,
        because: why,
      })),
    }),
  }
}

function windowJson(
  { object, operations, unplaceable, states, source, isMinimal }: FailingWindow<unknown, unknown>,
  { lines, specification }: ReadHistory,
): object {
  const shown = (operation: Operation<unknown, unknown>): object => ({
    client: operation.client,
    operation: specification.describe(operation.input, operation.output),
    calledInLine: lines.get(operation)!.called,
    returnedInLine: lines.get(operation)!.returned ?? null,
  })
  return {
    object: object ?? null,
    operations: operations.map(shown),
    unplaceable: operations.indexOf(unplaceable),
    states,
    source: source === undefined ? null : shown(source),
    isMinimal,
  }
}

/** The maximum number of operations printed; JSON has all of them. */
const maxDrawn = 40

const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** A line wrapped at spaces to `width`; drawn lines are left as they are. */
function wrapped(line: string, width: number): string[] {
  return line.startsWith("  ") ? [line] : wrap(line.split(" "), width)
}

/** Writes the history of a run: as EDN if the file name ends in .edn, as JSON lines otherwise. */
export function writeHistoryFile(file: string, history: History<KeyValueInput, CellOutput>): void {
  writeFile(file, file.endsWith(".edn") ? writePorcupineEdn(history) : writeJsonLines(history))
}
