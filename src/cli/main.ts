#!/usr/bin/env node
import { processIo } from "./io.ts"
import { runCli } from "./program.ts"

// A reader that has seen enough (`quorate list | head -1`) is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit()
  throw error
})

process.exitCode = await runCli(process.argv.slice(2), processIo())
