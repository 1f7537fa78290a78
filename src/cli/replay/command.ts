import { Command, Option } from "commander"
import { UsageError } from "../../base/errors.ts"
import { safeCells } from "../../experiment/safety.ts"
import { safetyWarnings } from "../../run/safety.ts"
import { renderDiagram } from "../explore/counterexample.ts"
import { warnOfSafety } from "../shared/cautions.ts"
import { type Context, exitCodes } from "../shared/context.ts"
import { whole } from "../shared/options.ts"
import { printJson } from "../shared/output.ts"
import { parseJson, readText } from "../shared/read-text.ts"
import type { ReplayPosition, ReplayView } from "./view.ts"

interface ReplayOptions {
  readonly system?: string
  readonly protocol?: string
  readonly step?: number
  readonly diagram?: "text" | "mermaid" | "svg"
  readonly format: "table" | "json"
}

/** `quorate replay`: re-executes a saved run step by step. */
export function replayCommand(context: Context): Command {
  return new Command("replay")
    .summary("step through a saved counterexample")
    .description(
      "Re-executes a saved run step by step, and prints the state of every process and the decided proposals.",
    )
    .argument("<file>", "a replay file of quorate explore --save FILE.json, or an ITF trace of Paxos.tla")
    .option("--system <system>", "quorum system of an ITF trace that does not name it")
    .option("-p, --protocol <file>", "run the code of the protocol of your own that the replay file names")
    .option("--step <k>", "print the state after step k and the enabled steps only", whole("--step", 0))
    .addOption(
      new Option("--diagram <form>", "print a message sequence diagram").choices(["text", "mermaid", "svg"]),
    )
    .addOption(
      new Option("-f, --format <format>", "output format").choices(["table", "json"]).default("table"),
    )
    .addHelpText("after", help)
    .action(async (file: string, options: ReplayOptions) => {
      const { replayView } = await import("./view.ts")
      const view = await replayView(readJson(file), options)
      await print(context, view, options)
      warnOfSafety(context.io, view.safety)
      if (view.violated) context.end(exitCodes.violated)
    })
}

const help = `
Examples:
  $ quorate explore "simple(4, 2, 2)" --save trace.json
  $ quorate replay trace.json
  $ quorate replay trace.json --step 5
  $ quorate replay trace.json --diagram svg > trace.svg
  $ quorate replay counterexample.itf.json --system "choose(2, a1, a2, a3)"

Exit codes: 0 success; 1 the run violates a property; 2 usage or internal error.`

function readJson(file: string): unknown {
  return parseJson(readText(file, accepted), file, accepted)
}

const accepted =
  "quorate replay takes a file written by quorate explore … --save FILE.json, or an ITF trace of TLC, Apalache or Quint."

async function print({ io }: Context, view: ReplayView, options: ReplayOptions): Promise<void> {
  if (options.diagram !== undefined) {
    io.out(await renderDiagram(view.diagram, options.diagram))
    return
  }
  const chosen = options.step === undefined ? undefined : positionAt(view, options.step)
  if (options.format === "json") {
    const { title: because, violated, simulated, positions, safety } = view
    const whole = { because, violated, ...safeCells(safety), simulated, positions }
    printJson(io, chosen === undefined ? whole : { ...chosen })
    return
  }
  io.out(chosen === undefined ? runText(view) : positionText(options.step!, chosen))
}

function positionAt(view: ReplayView, step: number): ReplayPosition {
  const position = view.positions[step]
  if (position !== undefined) return position
  throw new UsageError(`--step is ${step}; the run has ${view.positions.length - 1} steps.`)
}

/** The whole run: one line per step, with the states that it changed. */
function runText({ title, positions, simulated, violated, safety }: ReplayView): string {
  // A violation has said which quorums are apart.
  const warnings = safetyWarnings(safety)
    .map((warning) => `\nWARNING  ${warning}\n`)
    .join("")
  const width = Math.max(...positions.map(({ step }) => step.length))
  const lines = positions.map(({ step, states, decided }, i) => {
    const before = positions[i - 1]
    const changed = Object.entries(states).filter(
      ([name, text]) => before !== undefined && before.states[name] !== text,
    )
    const news = decided.filter((proposal) => before?.decided.includes(proposal) === false)
    const remarks = [
      ...changed.map(([name, text]) => `${name} = ${text}`),
      ...news.map((proposal) => `decided ${proposal}`),
    ]
    return `${String(i).padStart(3)}  ${step.padEnd(width)}  ${remarks.join(", ")}`.trimEnd()
  })
  return `${title}\n\n${lines.join("\n")}\n\n${simulated}\n${violated ? "" : warnings}`
}

function positionText(step: number, { step: text, states, decided, possible }: ReplayPosition): string {
  const width = Math.max(...Object.keys(states).map((name) => name.length), 7)
  const lines = [
    `state after step ${step}: ${text}`,
    "",
    ...Object.entries(states).map(([name, state]) => `${name.padEnd(width)}  ${state}`),
    `${"decided".padEnd(width)}  ${decided.length === 0 ? "nothing" : decided.join(", ")}`,
    ...(possible.length === 0 ? [] : ["", "enabled steps:", ...possible.map((next) => `  ${next}`)]),
  ]
  return `${lines.join("\n")}\n`
}
