import { spawn } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { availableParallelism, tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

/** `npm run bench:scale`: what a second worker buys, what the journal costs, and the memory of a million rows. */
const main = fileURLToPath(new URL("../src/cli/main.js", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "quorate-bench-"))

/** Eight cases of some thousand short runs each. */
const sweep = (runs: number): string => `id: bench
runs: ${runs}
matrix:
  system: [majority(5), "simple(5, 4, 2)", "grid(2, 3)", majority(7)]
  latency: [paxi, exponential(10)]
  workload: {proposers: 2}
`

const million = `import { column, constantPlan, defineExperiment, latency, quorumSystemFrom, runDecree, decreeDefaults } from "quorate"
const setup = { ...decreeDefaults, plan: constantPlan(quorumSystemFrom("majority(3)")), latency: { kind: "everywhere", model: latency.exponentialLatency(10) } }
export default defineExperiment({
  id: "million", question: "How much memory do a million rows take?", reference: "-",
  columns: [column.count("block", "Block."), column.count("messages", "Messages."), column.measure("decideMs", "Time.", { empty: "never" })],
  cases: () => Array.from({ length: 1000 }, (_, block) => ({ block })), runs: 1000,
  observe: (_, seed) => { const { measures } = runDecree(setup, seed); return { messages: measures.messagesSent, decideMs: measures.decidedAt / 1000 } },
  summarise: ({ block }, all) => all.map((one) => ({ block, ...one })), tables: [],
})
`

interface Run {
  readonly seconds: number
  readonly peakMb: number
}

/** Runs the command line in a process of its own, and looks at its memory as it goes. */
function run(...args: string[]): Promise<Run> {
  return new Promise((resolve, reject) => {
    const started = performance.now()
    const child = spawn(process.execPath, [main, "run", ...args], { stdio: ["ignore", "ignore", "inherit"] })
    let peakMb = 0
    const timer = setInterval(() => (peakMb = Math.max(peakMb, peakOf(child.pid!))), 100)
    child.on("error", reject)
    child.on("close", (code) => {
      clearInterval(timer)
      if (code === 0) resolve({ seconds: (performance.now() - started) / 1000, peakMb })
      else reject(new Error(`quorate run ended with ${code}`))
    })
  })
}

/** Linux: the most memory a process had, in megabytes; 0 elsewhere. */
function peakOf(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!

/** One worker thread, two, and one that keeps nothing: medians of rounds in which they take turns. */
async function compareWorkers(runs: number, workers: number, rounds: number): Promise<void> {
  const file = join(folder, "bench.yaml")
  writeFileSync(file, sweep(runs))
  const [one, many, unwritten]: [number[], number[], number[]] = [[], [], []]
  for (let round = 0; round < rounds; round++) {
    one.push((await run(file, "--workers", "1", "--out", folder)).seconds)
    many.push((await run(file, "--workers", String(workers), "--out", folder)).seconds)
    unwritten.push((await run(file, "--workers", "1", "--no-write")).seconds)
  }
  const [single, several, fleeting] = [median(one), median(many), median(unwritten)]
  console.log(
    `${(8 * runs).toLocaleString("en")} runs: 1 worker ${single.toFixed(2)} s, ${workers} workers ${several.toFixed(2)} s, ` +
      `ratio ${(single / several).toFixed(2)}; ` +
      `journal, CSV and manifest ${((100 * single) / fleeting - 100).toFixed(1)} % longer than --no-write`,
  )
}

try {
  const workers = Math.min(2, availableParallelism())
  // The shorter ones show what starting and warming up cost.
  for (const runs of [4000, 60_000, 180_000]) await compareWorkers(runs, workers, 3)
  writeFileSync(join(folder, "million.mjs"), million)
  const { seconds, peakMb } = await run(
    join(folder, "million.mjs"),
    "--workers",
    String(workers),
    "--out",
    folder,
  )
  console.log(`1,000,000 rows: ${seconds.toFixed(1)} s, at most ${peakMb.toFixed(0)} MB`)
} finally {
  rmSync(folder, { recursive: true })
}
