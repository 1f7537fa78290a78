import { UsageError } from "../../base/errors.ts"
import { type ReadHistory, type ReadOptions, readHistory } from "../../history/formats/read-history.ts"
import { LinearizabilityCheck, type LinearizabilityVerdict } from "../../history/linearizability.ts"
import type { Operation } from "../../history/operation.ts"
import { type SessionVerdict, checkSessionGuarantees } from "../../history/session-guarantees.ts"
import { type FailingWindow, drawWindow } from "../../history/window.ts"
import { readText } from "../shared/read-text.ts"

/** What became of the check of one file. */
export interface HistoryReport {
  readonly file: string
  readonly read: ReadHistory
  readonly result: LinearizabilityVerdict<unknown, unknown>
  /** Empty unless asked for. */
  readonly sessions: readonly SessionVerdict[]
  readonly json: object
}

/** Reads and checks a file; gives up after `limit` seconds. */
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
  "quorate linearizable takes histories: of Jepsen or Knossos (EDN), of Porcupine, or of quorate log --history FILE."

function sessionsOf({ cells, initial, model }: ReadHistory, file: string): SessionVerdict[] {
  if (cells === undefined) {
    throw new UsageError(`${file}: --sessions is for reads and writes of single keys; this is a ${model}.`)
  }
  return checkSessionGuarantees(cells, ["nil", "nil or 0", "any"].includes(initial) ? null : initial)
}

/** The clock is looked at between portions of some milliseconds. */
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
  return { verdict: "unknown", because: `${result.because}, at the limit of ${limit} s` }
}

const verdictWords = { holds: "linearizable", violated: "not linearizable", unknown: "unknown" } as const

/** One of many: "etcd_001.log  not linearizable: there is no place for …". */
export function summaryLine({ file, result, read }: HistoryReport): string {
  const count = plural(read.history.length, "operation")
  const why = result.verdict === "holds" ? "" : `: ${result.because}`
  return `${file}  ${verdictWords[result.verdict]}, ${count}${why}\n`
}

/** A report of several lines of `width` columns, with the failing window if there is one. */
export function describeReport({ file, read, result, sessions }: HistoryReport, width: number): string {
  const { history, model, initial, failed } = read
  const clients = new Set(history.map(({ client }) => client)).size
  const dropped = failed === 0 ? "" : `, and ${failed} that failed`
  const first = initial === "" ? "the empty text" : initial === "any" ? "anything" : initial
  const lines = [
    `${file}: ${plural(history.length, "operation")} of ${plural(clients, "client")}${dropped}; ${model}, at first ${first}`,
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
  const size = operations.length === 1 ? "One operation" : `${operations.length} operations`
  const show = shownBy(read)
  const minimal = isMinimal ? "and none can be left out" : "and perhaps fewer would do"
  return [
    `${size}${of} ${operations.length === 1 ? "shows" : "show"} it, ${minimal}; all else may have taken effect or not:`,
    "",
    ...(operations.length > mostDrawn ? [`  … ${operations.length - mostDrawn} before these`] : []),
    ...drawWindow({ operations: operations.slice(-mostDrawn), unplaceable }, show, width),
    ...(source === undefined
      ? []
      : [
          "",
          `What ${show(unplaceable).operation} found was last there before: ${inFull(show(source), source)}.`,
        ]),
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

/** A window that could not be made small is not printed whole; JSON has all of it. */
const mostDrawn = 40

const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** Broken between words where it is longer than `width`; lines that are drawn are left alone. */
function wrapped(line: string, width: number): string[] {
  if (line.length <= width || line.startsWith("  ")) return [line]
  const at = line.lastIndexOf(" ", width)
  if (at <= 0) return [line]
  return [line.slice(0, at), ...wrapped(line.slice(at + 1), width)]
}
