import { Command, Option } from "commander"
import { UsageError } from "../../base/errors.ts"
import { renderDiagram } from "../explore/counterexample.ts"
import { type Context, exitCodes } from "../shared/context.ts"
import { whole } from "../shared/options.ts"
import { printJson } from "../shared/output.ts"
import { readText } from "../shared/read-text.ts"
import type { ReplayPosition, ReplayView } from "./view.ts"

interface ReplayOptions {
  readonly system?: string
  readonly step?: number
  readonly diagram?: "text" | "mermaid" | "svg"
  readonly format: "table" | "json"
}

/** `quorate replay`: a run that was saved, executed again and stepped through. */
export function replayCommand(context: Context): Command {
  return new Command("replay")
    .summary("step through a counterexample that was saved")
    .description(
      "Executes the run in a file again, step by step, and shows what every process remembers and what is decided.",
    )
    .argument("<file>", "what quorate explore --save FILE.json has written; or an ITF trace of Paxos.tla")
    .option("--system <system>", "of an ITF trace that does not say it: its quorum system")
    .option("--step <k>", "only the state after step k, and what could happen next", whole("--step", 0))
    .addOption(
      new Option("--diagram <form>", "a message sequence diagram").choices(["text", "mermaid", "svg"]),
    )
    .addOption(
      new Option("-f, --format <format>", "how to print").choices(["table", "json"]).default("table"),
    )
    .addHelpText("after", help)
    .action(async (file: string, options: ReplayOptions) => {
      const { replayView } = await import("./view.ts")
      const view = await replayView(readJson(file), options.system)
      await print(context, view, options)
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

Exit codes: 0 fine; 1 two values are decided at the end of the run; 2 usage or
internal error.`

function readJson(file: string): unknown {
  const text = readText(file, `A file to replay is written by quorate explore … --save FILE.json. ${itfToo}`)
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw new UsageError(
      `${file} is not JSON. A file to replay is written by quorate explore … --save FILE.json. ${itfToo}`,
    )
  }
}

const itfToo = "Traces of TLC, Apalache and Quint as ITF are read, too."

async function print({ io }: Context, view: ReplayView, options: ReplayOptions): Promise<void> {
  if (options.diagram !== undefined) {
    io.out(await renderDiagram(view.diagram, options.diagram))
    return
  }
  const chosen = options.step === undefined ? undefined : positionAt(view, options.step)
  if (options.format === "json") {
    const { title: because, violated, simulated, positions } = view
    const whole = { because, violated, simulated, positions }
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

/** The whole run: a line per step, with the states that changed in it. */
function runText({ title, positions, simulated }: ReplayView): string {
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
  return `${title}\n\n${lines.join("\n")}\n\n${simulated}\n`
}

function positionText(step: number, { step: text, states, decided, possible }: ReplayPosition): string {
  const width = Math.max(...Object.keys(states).map((name) => name.length), 7)
  const lines = [
    `after step ${step}: ${text}`,
    "",
    ...Object.entries(states).map(([name, state]) => `${name.padEnd(width)}  ${state}`),
    `${"decided".padEnd(width)}  ${decided.length === 0 ? "nothing" : decided.join(", ")}`,
    ...(possible.length === 0 ? [] : ["", "possible next:", ...possible.map((next) => `  ${next}`)]),
  ]
  return `${lines.join("\n")}\n`
}
