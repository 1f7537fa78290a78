import { type Argument, Command, CommanderError } from "commander"
import { ExperimentError, InvariantError, UsageError, describeUnknown } from "../base/errors.ts"
import { wrapHelp, wrapLines } from "../base/text.ts"
import { type Context, type ExitCode, type Io, exitCodeHelp, exitCodes, guarded } from "./shared/context.ts"
import { version } from "./shared/package.ts"

/** Runs one command line and returns its exit code. Never throws. */
export async function runCli(args: readonly string[], streams: Io): Promise<ExitCode> {
  const io = guarded(streams)
  let code: ExitCode = exitCodes.fine
  try {
    const program = await quorate({ io, args, end: (ended) => (code = ended) })
    refuseHelpOfUnknown(args, program)
    await program.parseAsync(args.length === 0 ? ["help"] : [...args], { from: "user" })
    return code
  } catch (error) {
    return reportError(error, io)
  }
}

/** Every command with its loader: only the command that is called is imported. */
export const commands: Readonly<Record<string, () => Promise<(context: Context) => Command>>> = {
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

/** The command that the line starts with; all commands if it starts with none, for help and suggestions. */
async function commandsFor(context: Context): Promise<Command[]> {
  const [first = ""] = context.args
  const wanted = Object.hasOwn(commands, first) ? [commands[first]!] : Object.values(commands)
  return Promise.all(wanted.map(async (load) => (await load())(context)))
}

/** Refuses `help lgo`, for which Commander prints the general help, as an error, without a reason. */
function refuseHelpOfUnknown([first, name]: readonly string[], program: Command): void {
  if (first !== "help" || name === undefined || name.startsWith("-")) return
  const known = ["help", ...program.commands.flatMap((command) => [command.name(), ...command.aliases()])]
  if (known.includes(name)) return
  throw new UsageError(describeUnknown("command", name, known))
}

async function quorate(context: Context): Promise<Command> {
  const { io } = context
  const program = new Command("quorate")
    .description(
      "Checks, analyses, simulates and explores Paxos with flexible quorum systems, and produces tables and figures.",
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
      `Run ${command === program ? "quorate help" : `quorate help ${command.name()}`} for usage and examples.`,
    )
  }
  return program
}

/** "run <experiments...>": without `[options]`, which every command has, to leave room for the summary. */
function subcommandTerm(command: Command): string {
  const names = [command.name(), ...command.aliases().slice(0, 1)].join("|")
  return [names, ...command.registeredArguments.map(argumentTerm)].join(" ")
}

function argumentTerm(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? "..." : ""}`
  return argument.required ? `<${name}>` : `[${name}]`
}

/** A hint for an unquoted system, which a shell splits into words or expands to file names. */
function unquotedHint(command: Command, text: string): string {
  const takesSystem = command.registeredArguments[0]?.name().startsWith("system") === true
  if (!takesSystem || !text.includes("too many arguments")) return ""
  return `Quote the system: quorate ${command.name()} "a*b + c*d"\n`
}

const examples = `
Examples:
  $ quorate check "majority(5)"                   a safe system: exit code 0
  $ quorate check "simple(4, 2, 2)"               an unsafe system: exit code 1 and a witness
  $ quorate analyze "grid(3, 3)"                  load, resilience, failure probability
  $ quorate simulate "grid(2, 3)" --latency paxi  one run with measured latencies
  $ quorate log "simple(5, 4, 2)" --latency paxi  a replicated log under load
  $ quorate explore "simple(4, 2, 2)"             all runs, and a shortest violation
  $ quorate run all                               all experiments, into results/
  $ quorate list                                  experiments, systems, latencies, requirements
  $ quorate explain epoch                         a term, here and in other systems

${exitCodeHelp}`

/** Prints an error: a usage error without a stack trace, an internal error with it. */
function reportError(error: unknown, io: Io): ExitCode {
  // Commander has printed its message; help and version are not errors.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.fine : exitCodes.usage
  if (error instanceof UsageError || isSystemError(error)) {
    const text = `error: ${error.message}`
    io.err(`${io.errIsTerminal ? wrapLines(text, io.width) : text}\n`)
  } else if (error instanceof ExperimentError) {
    // The message contains the stack lines of the experiment's own code.
    io.err(`error: ${error.message}\n`)
  } else if (error instanceof InvariantError) {
    io.err(`internal error: ${error.message}\nThis is a defect of quorate, not of your input.\n`)
  } else
    io.err(`internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  return exitCodes.usage
}

/** An error of a system call, such as "EACCES: permission denied, open 'x.csv'": its message suffices. */
function isSystemError(error: unknown): error is Error {
  return error instanceof Error && "syscall" in error
}
