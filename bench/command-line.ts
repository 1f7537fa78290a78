import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"

const repeats = 15

/**
 * The wall time of `quorate check "majority(5)"` beside that of a Node that does
 * nothing, taken in turn, medians: heavy imports must stay off this path.
 */
export function benchCommandLine(): void {
  const main = fileURLToPath(new URL("../src/cli/main.js", import.meta.url))
  const times = Array.from({ length: repeats }, () => ({
    node: wallMs(["-e", "0"]),
    check: wallMs([main, "check", "majority(5)"]),
  }))
  const [node, check] = [median(times.map((t) => t.node)), median(times.map((t) => t.check))]
  console.log(`Whole process, medians of ${repeats} in turn`)
  console.log(`  node -e 0                 ${node.toFixed(0).padStart(5)} ms`)
  console.log(
    `  quorate check majority(5) ${check.toFixed(0).padStart(5)} ms   ${(check / node).toFixed(2)} times node`,
  )
}

function wallMs(args: readonly string[]): number {
  const start = performance.now()
  const { status } = spawnSync(process.execPath, args)
  if (status !== 0) throw new Error(`${args.join(" ")} exited with ${String(status)}`)
  return performance.now() - start
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!
}
