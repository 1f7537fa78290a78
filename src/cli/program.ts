import { type Argument, Command, CommanderError } from "commander"
import { ExperimentError, InvariantError, UsageError, didYouMean } from "../base/errors.ts"
import { quoted, wrapHelp, wrapLines } from "../base/text.ts"
import { type Context, type ExitCode, type Io, exitCodeHelp, exitCodes } from "./shared/context.ts"

import { version } from "./shared/package.ts"

/** Carries out one command line and answers the exit code; nothing is thrown past it. */
export async function runCli(args: readonly string[], io: Io): Promise<ExitCode> {
  let code: ExitCode = exitCodes.fine
  try {
    const program = await quorate({ io, args, end: (ended) => (code = ended) })
    refuseHelpOfNothing(args, program)
    await program.parseAsync(args.length === 0 ? ["help"] : [...args], { from: "user" })
    return code
  } catch (error) {
    return explain(error, io)
  }
}

/** Every command, and how to get it; what is not asked for is not imported. */
const commands: Readonly<Record<string, () => Promise<(context: Context) => Command>>> = {
  list: async () => (await import("./list.ts")).listCommand,
  check: async () => (await import("./check/command.ts")).checkCommand,
  analyze: async () => (await import("./analyze/command.ts")).analyzeCommand,
  search: async () => (await import("./search/command.ts")).searchCommand,
  run: async () => (await import("./run/command.ts")).runCommand,
  merge: async () => (await import("./run/merge.ts")).mergeCommand,
  verify: async () => (await import("./run/verify.ts")).verifyCommand,
  worker: async () => (await import("./run/worker.ts")).workerCommand,
  simulate: async () => (await import("./simulate/command.ts")).simulateCommand,
  log: async () => (await import("./log/command.ts")).logCommand,
  explore: async () => (await import("./explore/command.ts")).exploreCommand,
  replay: async () => (await import("./replay/command.ts")).replayCommand,
  swarm: async () => (await import("./swarm/command.ts")).swarmCommand,
  linearizable: async () => (await import("./linearizable/command.ts")).linearizableCommand,
  figure: async () => (await import("./figure/command.ts")).figureCommand,
  report: async () => (await import("./report.ts")).reportCommand,
  compare: async () => (await import("./compare.ts")).compareCommand,
  table: async () => (await import("./table.ts")).tableCommand,
  explain: async () => (await import("./explain/command.ts")).explainCommand,
}

/** The command a line begins with; all of them where it begins with none: for help, and for suggestions. */
async function commandsFor(context: Context): Promise<Command[]> {
  const [first = ""] = context.args
  const wanted = Object.hasOwn(commands, first) ? [commands[first]!] : Object.values(commands)
  return Promise.all(wanted.map(async (load) => (await load())(context)))
}

/** Commander would answer `help lgo` with the help of everything, as an error, without saying why. */
function refuseHelpOfNothing([first, name]: readonly string[], program: Command): void {
  if (first !== "help" || name === undefined || name.startsWith("-")) return
  const known = ["help", ...program.commands.flatMap((command) => [command.name(), ...command.aliases()])]
  if (known.includes(name)) return
  throw new UsageError(
    `There is no command ${quoted(name)}.${didYouMean(name, known)} The commands are ${known.join(", ")}.`,
  )
}

async function quorate(context: Context): Promise<Command> {
  const { io } = context
  const program = new Command("quorate")
    .description(
      "Quorum systems, Paxos and a deterministic simulator: from an expression to a thesis-style table.",
    )
    .version(version(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .configureHelp({ subcommandTerm })
    .addHelpText("after", examples)
  for (const command of await commandsFor(context)) program.addCommand(command)
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({
      writeOut: (text) => io.out(wrapHelp(text, io.width)),
      writeErr: (text) => io.err(text),
      getOutHelpWidth: () => io.width,
      getErrHelpWidth: () => io.width,
      getOutHasColors: () => io.color,
      getErrHasColors: () => false,
      outputError: (text, write) => write(text + unquotedHint(command, text)),
    })
    command.showHelpAfterError(
      `${command === program ? "quorate help" : `quorate help ${command.name()}`} shows what can be asked, with examples.`,
    )
  }
  return program
}

/** "run <experiments...>": that every command has options goes without saying, and leaves room for what it does. */
function subcommandTerm(command: Command): string {
  const names = [command.name(), ...command.aliases().slice(0, 1)].join("|")
  return [names, ...command.registeredArguments.map(argumentTerm)].join(" ")
}

function argumentTerm(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? "..." : ""}`
  return argument.required ? `<${name}>` : `[${name}]`
}

/** A shell makes several words, or names of files, of a system that is not in quotes. */
function unquotedHint(command: Command, text: string): string {
  const takesSystem = command.registeredArguments[0]?.name().startsWith("system") === true
  if (!takesSystem || !text.includes("too many arguments")) return ""
  return `Put the system in quotes, for the shell: quorate ${command.name()} "a*b + c*d"\n`
}

const examples = `
Examples:
  $ quorate check "majority(5)"                   is it safe? 0 yes, 1 no with a witness
  $ quorate check "simple(4, 2, 2)"               two quorums that do not meet
  $ quorate analyze "grid(3, 3)"                  load, resilience, failure probability
  $ quorate simulate "grid(2, 3)" --latency paxi  one run on measured latencies
  $ quorate log "simple(5, 4, 2)" --latency paxi  a replicated log under load
  $ quorate explore "simple(4, 2, 2)"             every run, and the shortest that goes wrong
  $ quorate run all                               every experiment, into results/
  $ quorate list                                  what there is to check, simulate and run
  $ quorate explain epoch                         what a word means, here and elsewhere

${exitCodeHelp}`

/** Prints what went wrong; a mistake of the caller without a stack, a defect of ours with all we know. */
function explain(error: unknown, io: Io): ExitCode {
  // Commander has printed its message already; help and version are no errors.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.fine : exitCodes.usage
  if (error instanceof UsageError || isSystemError(error)) {
    const text = `error: ${error.message}`
    io.err(`${io.errIsTerminal ? wrapLines(text, io.width) : text}\n`)
  } else if (error instanceof ExperimentError) {
    // Its lines of code are for whoever wrote the experiment.
    io.err(`error: ${error.message}\n`)
  } else if (error instanceof InvariantError) {
    io.err(`internal error: ${error.message}\nThis is a defect of quorate, not of your input.\n`)
  } else
    io.err(`internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  return exitCodes.usage
}

/** A file that cannot be read, and the like: "EACCES: permission denied, open 'x.csv'" says all there is to say. */
function isSystemError(error: unknown): error is Error {
  return error instanceof Error && "syscall" in error
}
