#!/usr/bin/env node
import { exitCodes, processIo } from "./shared/context.ts"
import { runCli } from "./program.ts"

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // A reader that closes the pipe early (`quorate list | head -1`) is not an error.
  if (error.code === "EPIPE") process.exit()
  // A full disk is an error; Node's own exit code 1 would mean a violation.
  process.stderr.write(`error: cannot write the output: ${error.message}.\n`)
  process.exit(exitCodes.usage)
})
// If stderr is closed, the exit code still reports the error.
process.stderr.on("error", () => undefined)

process.exitCode = await runCli(process.argv.slice(2), processIo())
