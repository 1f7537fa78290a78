import { Command, Option } from "commander"
import { UsageError } from "../../base/errors.ts"
import {
  type HistoryFormat,
  type HistoryModel,
  type ReadOptions,
  historyFormats,
  historyModels,
} from "../../history/formats/read-history.ts"
import { type Context, exitCodeHelp, exitCodeOf } from "../shared/context.ts"
import { printJson } from "../shared/output.ts"
import type { HistoryReport } from "./report.ts"
import { number, quoted } from "../../base/text.ts"

interface LinearizableFlags {
  readonly from?: HistoryFormat
  readonly model?: HistoryModel
  readonly initial?: string
  readonly limit: number
  readonly sessions: boolean
  readonly format: "text" | "json"
}

/** `quorate linearizable`: checks recorded histories of client operations for linearizability. */
export function linearizableCommand(context: Context): Command {
  return new Command("linearizable")
    .summary("check a history of client operations for linearizability")
    .description(
      "Decides whether a recorded history is linearizable, and prints a smallest failing part if it is not. " +
        "Reads EDN of Jepsen and Knossos, Porcupine's logs of etcd and of key-value stores, and quorate's JSON lines.",
    )
    .argument("<files...>", "histories; - for standard input")
    .addOption(
      new Option("--from <format>", "format of the files (default: detected)").choices(historyFormats),
    )
    .addOption(
      new Option("--model <model>", "required model of the history (default: detected)").choices(
        historyModels,
      ),
    )
    .option(
      "--initial <value>",
      "initial value of every object; nil for none, any if unknown (default: etcd and jsonl nil, kv the empty text, edn nil or 0)",
    )
    .option("--limit <seconds>", "time limit per file; the verdict is then unknown", seconds, 60)
    .option("--sessions", "also check the four session guarantees", false)
    .addOption(new Option("-f, --format <format>", "output format").choices(["text", "json"]).default("text"))
    .addHelpText("after", help)
    .action(async (files: readonly string[], flags: LinearizableFlags) => {
      const { reportOn, describeReport, summaryLine } = await import("./report.ts")
      const reports: HistoryReport[] = []
      const mistakes: UsageError[] = []
      for (const file of files) {
        try {
          const options = { ...optionsOf(file, flags), limit: flags.limit, sessions: flags.sessions }
          const report = reportOn(file, options)
          reports.push(report)
          if (flags.format === "json") continue
          context.io.out(files.length === 1 ? describeReport(report, context.io.width) : summaryLine(report))
        } catch (error) {
          // One unreadable file does not prevent checking the others.
          if (!(error instanceof UsageError) || files.length === 1) throw error
          mistakes.push(error)
        }
      }
      if (flags.format === "json") printJson(context.io, jsonOf(reports))
      context.end(exitCodeOf(reports.map(({ result }) => result)))
      if (mistakes.length > 0) throw new UsageError(mistakes.map(({ message }) => message).join("\n"))
    })
}

const help = `
Formats:
  etcd    Jepsen log of one register: INFO  jepsen.util - 3 :invoke :cas [1 2]
          (a failed cas observed another value; nil is no value)
  edn     maps of Jepsen and Knossos, in a vector or in sequence: registers, mutexes,
          [key value] tuples of jepsen.independent, multi-register transactions
          (failed operations did not happen; a read of nil constrains nothing)
  kv      the same maps with a :key, as in Porcupine (no value is the empty text)
  jsonl   quorate's own, with get, put, append, delete and cas:
  {"process":"3","type":"invoke","f":"cas","key":"x","expected":"1","value":"2"}
  {"process":"3","type":"ok","f":"cas","key":"x","result":true}
          (the result of a get is its value, null if the key is absent)
Operations without a return, or with :info, have an unknown outcome: they may take effect at any later time, or not.

Examples:
  $ quorate linearizable etcd_000.log
  $ quorate linearizable jepsen/store/latest/history.edn --initial 0
  $ quorate linearizable test_data/jepsen/*.log       one line per file
  $ quorate linearizable history.jsonl --format json
  $ quorate linearizable history.jsonl --sessions     read your writes, monotonic reads, …
  $ quorate swarm --first 7 --seeds 1 --history run.jsonl && quorate linearizable run.jsonl

${exitCodeHelp}`

function seconds(text: string): number {
  const value = number(text)
  if (value >= 0 && value <= 1e6) return value
  throw new UsageError(`--limit is ${quoted(text)}; must be a number of seconds from 0 to 1e6.`)
}

function optionsOf(file: string, { from, model, initial }: LinearizableFlags): ReadOptions {
  return {
    file: file === "-" ? "standard input" : file,
    ...(from !== undefined && { format: from }),
    ...(model !== undefined && { model }),
    ...(initial !== undefined && { initial }),
  }
}

function jsonOf(reports: readonly HistoryReport[]): object {
  const histories = reports.map(({ json }) => json)
  const [only, ...more] = histories
  return { command: "linearizable", ...(more.length === 0 ? only : { histories }) }
}
