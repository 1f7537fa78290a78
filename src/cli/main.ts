#!/usr/bin/env node
import { exitCodes, processIo } from "./shared/context.ts"
import { runCli } from "./program.ts"

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // A reader that has seen enough (`quorate list | head -1`) is no error.
  if (error.code === "EPIPE") process.exit()
  // A full disk is one, and must not look like a violation, as Node's own exit code would.
  process.stderr.write(`error: Cannot write the output: ${error.message}.\n`)
  process.exit(exitCodes.usage)
})
// Where nobody hears of errors, the exit code still says it.
process.stderr.on("error", () => undefined)

process.exitCode = await runCli(process.argv.slice(2), processIo())
