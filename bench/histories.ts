import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { writeJsonLines } from "../src/history/formats/json-lines.ts"
import { generateHistory, plantStaleRead } from "../src/history/generate.ts"
import { keyValueStore } from "../src/history/key-value.ts"
import { checkLinearizability } from "../src/history/linearizability.ts"
import { cpuSeconds } from "./timing.ts"

const plans = {
  "10 keys, puts and gets": { keys: 10 },
  "10 keys, appends": { keys: 10, puts: 0.1, appends: 0.4 },
  "10 keys, all, 1 % unknown": { keys: 10, puts: 0.3, appends: 0.1, cas: 0.1, unknown: 0.01 },
  "1 key, every value its own": { keys: 1 },
  "1 key, 20 values, cas": { keys: 1, values: 20, puts: 0.2, cas: 0.5 },
  "1 key, appends": { keys: 1, puts: 0.05, appends: 0.4 },
}

/**
 * The check of 10,000 operations of 50 clients that are busy all the time, as a
 * linearizable history and with one stale read in it: CPU seconds in this
 * process, and wall seconds of a whole `quorate linearizable`, median of three.
 */
export function benchHistories(): void {
  console.log("\nLinearizability of 10,000 operations, 50 clients; seconds of CPU, and of a whole process")
  const folder = mkdtempSync(join(tmpdir(), "histories-"))
  for (const [name, plan] of Object.entries(plans)) {
    const valid = generateHistory({ seed: 1, operations: 10_000, clients: 50, ...plan })
    const stale = plantStaleRead(valid, 0.6)?.history
    for (const [kind, history] of [["valid", valid] as const, ["stale read", stale] as const]) {
      if (history === undefined) continue
      const file = join(folder, "history.jsonl")
      writeFileSync(file, writeJsonLines(history))
      let verdict = ""
      const seconds = median(() =>
        cpuSeconds(() => (verdict = checkLinearizability(history, keyValueStore()).verdict)),
      )
      const whole = median(() => wallSeconds(["linearizable", file]))
      const what = `${name}, ${kind}`.padEnd(46)
      console.log(`  ${what} ${verdict.padEnd(8)} ${seconds.toFixed(2)} s ${whole.toFixed(2).padStart(6)} s`)
    }
  }
  rmSync(folder, { recursive: true })
}

function wallSeconds(args: readonly string[]): number {
  const main = fileURLToPath(new URL("../src/cli/main.js", import.meta.url))
  const start = performance.now()
  const { status } = spawnSync(process.execPath, [main, ...args])
  if (status !== 0 && status !== 1) throw new Error(`${args.join(" ")} exited with ${String(status)}`)
  return (performance.now() - start) / 1000
}

const median = (measured: () => number): number =>
  [measured(), measured(), measured()].sort((a, b) => a - b)[1]!
