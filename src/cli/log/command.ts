import { Command } from "commander"
import { UsageError } from "../../base/errors.ts"
import { wrapText } from "../../experiment/render/terminal.ts"
import { faultSummaries } from "../../world/faults/notation.ts"
import { type Context, type ExitCode, exitCodeHelp, exitCodeOf } from "../shared/context.ts"
import {
  type Format,
  formatOption,
  latencyOption,
  milliseconds,
  protocolOption,
  seedOption,
  setOption,
} from "../shared/options.ts"
import { addSettings } from "../shared/setting-options.ts"
import { defaultProtocol } from "../../run/common-settings.ts"
import { logSettings, refuseEmptyWindow } from "../../run/log-settings.ts"
import type { LogFlags } from "./setup.ts"

interface Flags extends LogFlags {
  readonly protocol: string
  readonly seed: number
  readonly intervalMs: number
  readonly timeline: boolean
  readonly history?: string | false
  readonly format: Format
}

/** `quorate log`: one run of the replicated log under stated conditions: what clients saw, what it cost, whether it was safe. */
export function logCommand(context: Context): Command {
  const command = new Command("log")
    .summary("simulate a replicated log under load and faults")
    .description(
      "Runs a replicated log, Multi-Paxos unless another is given, in virtual time: clients, machines and faults as the options say. " +
        "Checks that it is safe, and prints throughput, latency, messages and availability.",
    )
    .argument("<system>", 'a quorum system, such as "simple(5, 4, 2)"')
    .addOption(latencyOption())
    .addOption(protocolOption("a replicated log", defaultProtocol.log))
    .addOption(setOption())
  return addSettings(command, logSettings)
    .option(
      "--interval-ms <ms>",
      "answers are counted in intervals of this, in ms",
      milliseconds("--interval-ms"),
      100,
    )
    .option("--timeline", "print the answers in each interval, too", false)
    .option(
      "--history <file>",
      "write what clients saw, for quorate linearizable: JSON lines, or with a name in .edn as Porcupine's",
    )
    .option("--no-history", "check nothing that needs all answers remembered: for long runs")
    .addOption(seedOption())
    .addOption(formatOption())
    .addHelpText("after", help)
    .action(async (system: string, flags: Flags) => {
      if (flags.intervalMs <= 0)
        throw new UsageError("--interval-ms is 0; must be a number of milliseconds greater than 0.")
      context.end(await run(context, system, flags, command))
    })
}

async function run({ io }: Context, system: string, flags: Flags, command: Command): Promise<ExitCode> {
  const { readLogSetup, refuseForeignSettings } = await import("./setup.ts")
  const { factsOfMeasures, runLog } = await import("../../run/log.ts")
  const { traffic } = await import("../../run/log-measures.ts")
  const { printLogRun, warnIfShed } = await import("./report.ts")
  const { readLogProtocol } = await import("../shared/protocol-argument.ts")
  const protocol = await readLogProtocol(flags.protocol)
  refuseForeignSettings(command, protocol)
  const setup = await readLogSetup(protocol, system, flags)
  refuseEmptyWindow(setup)
  const { seed, intervalMs, timeline, history } = flags
  if (typeof history === "string") {
    const { refuseUnwritable } = await import("../shared/files.ts")
    refuseUnwritable(history, `--history ${history}`)
  }
  // What is written is judged as well, also where answers do not depend on the state.
  const checks = history === undefined ? {} : { linearizability: history !== false }
  const result = runLog(setup, seed, {
    protocol,
    intervalMs,
    ...checks,
    gather: [...traffic.needs, ...factsOfMeasures(protocol)],
    traceHash: "messages",
  })
  if (typeof history === "string") {
    const { writeHistoryFile } = await import("../linearizable/report.ts")
    writeHistoryFile(history, result.clients!.history)
  }
  const { logSafety } = await import("../../run/safety.ts")
  const safety = logSafety(protocol, setup)
  await printLogRun(io, flags.format, {
    setup,
    safety,
    seed,
    run: result,
    traffic: traffic.read(result.facts),
    intervalMs,
    timeline,
  })
  warnIfShed(io, result.measures)
  const { warnOfSafety } = await import("../shared/cautions.ts")
  warnOfSafety(io, safety)
  return exitCodeOf(result.judgements.map(({ verdict }) => verdict))
}

/** Every fault and what it does, in two columns. */
const faults = faultSummaries()
  .flatMap(({ fault, meaning }) =>
    wrapText(meaning, 52).map((line, i) => `  ${(i === 0 ? fault : "").padEnd(25)}${line}`),
  )
  .join("\n")

const help = `
Faults, with times in ms: "<what> <whom> @<from>-<until>"; @<from>-end lasts on.
${faults}
  What was being written at a crash is lost; partial keeps any of it, torn a
  first part; after lost the disk is empty. Whom: replicas by name, clients1 and
  on, "leader", a region, "replicas", "clients", "all". For messages two sides,
  "a1,a2|a3" both ways, "EU>rest" one way, and "of propose,accept" for types.

Examples:
  $ quorate log "simple(5, 4, 2)" -l paxi --client-regions all -c 1
  $ quorate log "majority(3)" -x "crash leader @3000" -x "loss(.05) @0-9000"
  $ quorate log "majority(5)" -l paxi -x "cut CA,OR|rest @3000-5000" --timeline
  $ quorate log "majority(5)" --receive-micros 30 --send-micros 50 --rate-per-second 800 --batch-max 8
  $ quorate log "grid(2, 3)" --reads lease --read-share .9 --think-ms 5
  $ quorate log "majority(3)" --read-share .5 --keys "uniform(5)" -d 3000 \\
      --history run.jsonl && quorate linearizable run.jsonl

${exitCodeHelp}`
