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

/** `quorate linearizable`: whether what clients saw can be explained by one copy of the data. */
export function linearizableCommand(context: Context): Command {
  return new Command("linearizable")
    .summary("decide whether a history of clients is linearizable")
    .description(
      "Decides whether every operation of a recorded history can be given one moment between its call and its return, " +
        "such that all answers are right; and shows the smallest part of it for which there is none. " +
        "Reads Jepsen's and Knossos' EDN, Porcupine's logs of etcd and of key-value stores, and quorate's JSON lines.",
    )
    .argument("<files...>", "histories; - for the standard input")
    .addOption(
      new Option("--from <format>", "what the files are (default: seen from how they begin)").choices(
        historyFormats,
      ),
    )
    .addOption(
      new Option("--model <model>", "what the operations must be of (default: seen from them)").choices(
        historyModels,
      ),
    )
    .option(
      "--initial <value>",
      "what everything holds at first; nil for nothing, any if it is not known (default: etcd and jsonl nil, kv the empty text, edn nil or 0)",
    )
    .option("--limit <seconds>", "give up on a file, with unknown, after so long", seconds, 60)
    .option("--sessions", "judge the four session guarantees as well", false)
    .addOption(new Option("-f, --format <format>", "how to print").choices(["text", "json"]).default("text"))
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
          // One file that cannot be read does not keep the others from being judged.
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
  etcd    lines of a Jepsen log, of one register: INFO  jepsen.util - 3 :invoke :cas [1 2]
          (a cas that failed has found another value; nil is nothing)
  edn     Jepsen's and Knossos' maps, in a vector or one after another; registers, mutexes,
          [key value] tuples of jepsen.independent, transactions on several registers
          (what failed did not happen, and a read of nil says nothing, as Knossos has it)
  kv      the same maps with a :key, as Porcupine's (nothing is the empty text)
  jsonl   quorate's own, of get, put, append, delete and cas:
  {"process":"3","type":"invoke","f":"cas","key":"x","expected":"1","value":"2"}
  {"process":"3","type":"ok","f":"cas","key":"x","result":true}
          (the result of a get is what it found, null for nothing)
What never returned, or returned with :info, may have taken effect at any later time, or not.

Examples:
  $ quorate linearizable etcd_000.log
  $ quorate linearizable jepsen/store/latest/history.edn --initial 0
  $ quorate linearizable test_data/jepsen/*.log       a line for each file
  $ quorate linearizable history.jsonl --format json
  $ quorate linearizable history.jsonl --sessions     who could notice: read your writes, …
  $ quorate swarm --first 7 --seeds 1 --history run.jsonl && quorate linearizable run.jsonl

${exitCodeHelp}`

function seconds(text: string): number {
  const value = number(text)
  if (value >= 0 && value <= 1e6) return value
  throw new UsageError(`--limit is ${quoted(text)}; it must be a number of seconds from 0 to 1e6.`)
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
