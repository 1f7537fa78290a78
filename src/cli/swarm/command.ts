import { Command } from "commander"
import { UsageError } from "../../base/errors.ts"
import { wrapText } from "../../experiment/render/terminal.ts"
import { type Context, exitCodeHelp, exitCodes } from "../shared/context.ts"
import { whole } from "../shared/options.ts"
import { countsByName, printJson } from "../shared/output.ts"
import { progressOn } from "../shared/progress.ts"
import { addSettings, settingsFrom } from "../shared/setting-options.ts"
import { type SwarmSetup, swarmSettings } from "../../run/swarm-settings.ts"
import type { CaseSafety } from "../../experiment/define.ts"
import type { SwarmFailure, SwarmTally, SwarmTask } from "./share.ts"

interface SwarmFlags extends SwarmSetup {
  readonly workers?: number
  readonly history?: string
  readonly format: "text" | "json"
}

/** `quorate swarm`: random runs of the replicated log under random faults, until one goes wrong or none does. */
export function swarmCommand(context: Context): Command {
  const command = new Command("swarm")
    .summary("run the replicated log under random faults, seed by seed")
    .description(
      "Runs the replicated log once for each seed: system, machines, clients and faults are drawn from it. " +
        "Each run is checked for safety while faults last and for progress when they are over; failures are shrunk to the fewest faults.",
    )
  return addSettings(command, swarmSettings)
    .option("-w, --workers <count>", "threads (default: one for each core)", whole("--workers", 1))
    .option(
      "--history <file>",
      "write what the clients of the one seed saw, for quorate linearizable: JSON lines, or with a name in .edn as Porcupine's",
    )
    .option("-f, --format <format>", "text or json", readFormat, "text")
    .addHelpText("after", help)
    .action(async (flags: SwarmFlags) => {
      if (flags.history !== undefined) await refuseHistory(flags.history, flags)
      const tally = await swarm(context, flags)
      if (flags.history !== undefined) await writeHistory(flags.history, flags)
      const safety = await safetyOfSwarm(flags)
      const { safeCells } = await import("../../experiment/safety.ts")
      const { safetyWarnings, heldRemark } = await import("../../run/safety.ts")
      if (flags.format === "json") {
        const coverage = countsByName(Object.entries(tally.coverage))
        printJson(context.io, { command: "swarm", ...tally, coverage, ...safeCells(safety) })
      } else {
        print(context, flags, tally, heldRemark(safety))
        for (const warning of safetyWarnings(safety))
          context.io.out(`${wrapText(`WARNING: ${warning}`, context.io.width).join("\n")}\n`)
      }
      const { warnOfSafety } = await import("../shared/cautions.ts")
      warnOfSafety(context.io, safety)
      if (tally.failed > 0) context.end(exitCodes.violated)
      else if (tally.undecided > 0) context.end(exitCodes.unknown)
    })
}

const help = `
Examples:
  $ quorate swarm --seeds 20000
  $ quorate swarm --seeds 500 --system "simple(5, 4, 2)"
  $ quorate swarm --bug reports-ignored --seeds 100
  $ quorate swarm --seeds 50 --system "simple(4, 2, 2)"    quorums that do not meet
  $ quorate swarm --first 7 --seeds 1 --history run.jsonl && quorate linearizable run.jsonl

${exitCodeHelp}`

function readFormat(text: string): "text" | "json" {
  if (text === "text" || text === "json") return text
  throw new UsageError(`--format is ${text}; must be text or json.`)
}

async function swarm(context: Context, flags: SwarmFlags): Promise<SwarmTally> {
  const task = await taskOf(flags)
  const { runSwarm } = await import("./parallel.ts")
  const progress = await progressOn(context.io)
  progress.start("swarm", flags.seeds)
  const began = performance.now()
  const tally = await runSwarm(task, flags.workers, (done) => progress.update(done))
  const seconds = (performance.now() - began) / 1000
  progress.finish(`swarm: ${tally.runs} seeds in ${seconds.toFixed(1)} s, ${tally.failed} failed`)
  return tally
}

/** Refuses a history of several runs, and a file that cannot be written, before the runs. */
async function refuseHistory(file: string, { seeds }: SwarmFlags): Promise<void> {
  if (seeds !== 1) {
    throw new UsageError(`--history is for one run, and this is ${seeds}; add --first <seed> --seeds 1.`)
  }
  const { refuseUnwritable } = await import("../shared/files.ts")
  refuseUnwritable(file, `--history ${file}`)
}

/** The run of the one seed once more, for what its clients saw. */
async function writeHistory(file: string, flags: SwarmFlags): Promise<void> {
  const { optionsOf } = await import("./share.ts")
  const { swarmRun } = await import("../../run/swarm.ts")
  const { writeHistoryFile } = await import("../linearizable/report.ts")
  const { clients } = swarmRun(flags.first, await optionsOf(await taskOf(flags)))
  writeHistoryFile(file, clients.history)
}

/** What threads are given; a protocol or a bug that there is not is said before there are any. */
async function taskOf(flags: SwarmFlags): Promise<SwarmTask> {
  const { protocol, bug } = flags
  const [{ readLogProtocol }, { mutantOf }] = await Promise.all([
    import("../shared/protocol-argument.ts"),
    import("../../run/protocol.ts"),
  ])
  const found = await readLogProtocol(protocol)
  if (bug !== null) mutantOf(found, bug, "bug")
  return settingsFrom(swarmSettings, { ...flags })
}

/** Runs whose requests were not all answered have no last answer: they are counted instead. */
function lastAnswer({ runs, unanswered, longestAfterFaultsMs }: SwarmTally): string {
  const without = `${unanswered} of ${runs} runs ended with requests unanswered`
  if (unanswered === runs) return `${without}.`
  const last = `The last answer came at most ${(longestAfterFaultsMs / 1000).toFixed(3)} s after the faults`
  return unanswered === 0 ? `${last}.` : `${last}; ${without}, not counted here.`
}

/** How many failures are shown in full. */
const maxShown = 10

/** Systems that are drawn are safe; one that is given need not be. */
async function safetyOfSwarm({ system, protocol, first }: SwarmFlags): Promise<CaseSafety> {
  if (system === null) return { verdict: "holds", because: [] }
  const [{ readSystem }, { logSafety }, { readLogProtocol }, { randomLog }] = await Promise.all([
    import("../shared/system-argument.ts"),
    import("../../run/safety.ts"),
    import("../shared/protocol-argument.ts"),
    import("../../run/random-log.ts"),
  ])
  const given = await readSystem(system)
  const setup = randomLog(first, [() => given])
  return logSafety(await readLogProtocol(protocol), setup)
}

function print({ io }: Context, flags: SwarmFlags, tally: SwarmTally, remark: string): void {
  const { runs, events, answered, failed, failures, undecided, undecidedSeeds, coverage } = tally
  const unknown = undecided === 0 ? "" : `, ${undecided} undecided`
  io.out(
    `${runs} random runs, ${answered} requests answered, ${events} events: ${failed} failed${unknown}${remark}\n`,
  )
  io.out(`${lastAnswer(tally)}\n`)
  if (undecided > 0)
    io.out(`Undecided within the effort of the checks: seeds ${undecidedSeeds.join(", ")}.\n`)
  const struck = Object.entries(coverage).map(([name, count]) => `${name} ${count}`)
  if (struck.length > 0)
    io.out(`${wrapText(`Faults that took effect: ${struck.join(", ")}`, io.width).join("\n")}\n`)
  for (const failure of failures.slice(0, maxShown)) io.out(`\n${describe(failure, io.width)}`)
  if (failed > maxShown) io.out(`\n… and ${failed - maxShown} more\n`)
  if (flags.seeds === 1) io.out(`Trace ${tally.lastTraceHash}\n`)
}

function describe({ seed, system, violations, faultTexts, replay }: SwarmFailure, width: number): string {
  const indented = (text: string): string[] =>
    wrapText(text, width - 4).map((line, i) => `${i === 0 ? "  " : "    "}${line}`)
  return [
    `seed ${seed}, ${system}`,
    ...violations.flatMap(({ name, because }) => indented(`${name}: ${because}`)),
    `  faults of the seed that are left: ${faultTexts.length === 0 ? "none" : ""}`,
    ...faultTexts.map((text) => `    ${text}`),
    `  replay: ${replay}`,
    "",
  ].join("\n")
}
