import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { quorumSystemFrom } from "../quorums/from-text.ts"
import { failureProbability } from "../src/analysis/exact/availability.ts"
import { resilienceOfPair, smallestOverlap } from "../src/analysis/exact/resilience.ts"
import { nodeTable } from "../src/analysis/nodes.ts"
import { search } from "../src/analysis/search.ts"
import { optimalStrategy } from "../src/analysis/strategy/optimal.ts"
import { workloadOf } from "../src/analysis/strategy/workload.ts"

/**
 * What the analyses cost: the sizes that were promised, each in a process of
 * its own with everything it loads, and how each grows. Run with
 * `npm run bench:analysis`.
 *
 * The yardstick is the process that does nothing: node and the imports.
 */
interface Job {
  readonly name: string
  /** The promise for the whole process, in seconds. */
  readonly atMost?: number
  readonly run: () => Promise<string>
}

async function load(text: string, failures = 0): Promise<string> {
  const system = quorumSystemFrom(text)
  const found = await optimalStrategy({
    system,
    workload: workloadOf(0.5),
    table: nodeTable(system),
    objective: "load",
    limits: {},
    failures,
  })
  return `load ${found.exact ?? found.value}`
}

async function resilience(text: string): Promise<string> {
  return `survives ${await resilienceOfPair(quorumSystemFrom(text))}`
}

/** A majority of so many majorities of so many, every node with a failure probability of its own. */
async function unevenMajorities(groups: number, size: number): Promise<string> {
  const system = quorumSystemFrom(majorities(groups, size, false))
  const nodes = system.nodes.map((name, i) => [name, { failureProbability: 0.01 + (i % 37) / 200 }] as const)
  const answer = failureProbability(system, 1, nodeTable(system, { nodes: Object.fromEntries(nodes) }))
  return answer.kind === "exact" ? `F ${answer.value.toPrecision(6)}` : answer.kind
}

/** A majority of majorities over a square of nodes, by rows or by columns. */
function majorities(groups: number, size: number, byColumns: boolean): string {
  const max = (n: number): number => Math.floor(n / 2) + 1
  const group = (g: number): string => {
    const names = Array.from({ length: size }, (_, i) => (byColumns ? `x${i}_${g}` : `x${g}_${i}`))
    return `choose(${max(size)}, ${names.join(", ")})`
  }
  return `choose(${max(groups)}, ${Array.from({ length: groups }, (_, g) => group(g)).join(", ")})`
}

async function overlap(n: number): Promise<string> {
  const system = quorumSystemFrom(`split(${majorities(n, n, false)}, ${majorities(n, n, true)})`)
  return `share ${(await smallestOverlap(system, [1, 2])).shared} at least`
}

async function found(n: number): Promise<string> {
  const nodes = Object.fromEntries(
    Array.from({ length: n }, (_, i) => [
      `x${i}`,
      { capacity: i + 1, latency: ((i * 7) % n) + 1, failureProbability: 0.01 * (i + 1) },
    ]),
  )
  const { best, considered, optimised, complete } = await search({ nodes, resilience: 1 })
  return `${complete ? "best" : "incomplete"} ${best?.exact ?? "none"}, ${optimised} of ${considered} solved`
}

const promised: readonly Job[] = [
  { name: "nothing", run: async () => "" },
  { name: "load of majority(15)", atMost: 0.3, run: () => load("majority(15)") },
  { name: "load of majority(1001)", atMost: 1.5, run: () => load("majority(1001)") },
  { name: "load of grid(31, 31)", atMost: 1.5, run: () => load("grid(31, 31)") },
  {
    name: "load and resilience of classicGrid(3, 3)",
    atMost: 0.5,
    run: async () => `${await load("classicGrid(3, 3)")}, ${await resilience("classicGrid(3, 3)")}`,
  },
  { name: "resilience of classicGrid(8, 8)", atMost: 20, run: () => resilience("classicGrid(8, 8)") },
  { name: "F of majorities 9 x 11, all different", atMost: 0.5, run: () => unevenMajorities(9, 11) },
  { name: "overlap of majorities 15 x 15, transposed", atMost: 1, run: () => overlap(15) },
  { name: "load of grid(8, 8), 1 failure", atMost: 3, run: () => load("grid(8, 8)", 1) },
  { name: "search over 5 different nodes", atMost: 2, run: () => found(5) },
  { name: "search over 6 different nodes", atMost: 20, run: () => found(6) },
]

const growing: readonly Job[] = [
  ...[101, 301, 1001, 3001].map((n) => ({
    name: `load of majority(${n})`,
    run: () => load(`majority(${n})`),
  })),
  ...[10, 20, 40].map((n) => ({ name: `load of grid(${n}, ${n})`, run: () => load(`grid(${n}, ${n})`) })),
  ...[4, 8, 12].map((n) => ({
    name: `load of classicGrid(${n}, ${n})`,
    run: () => load(`classicGrid(${n}, ${n})`),
  })),
  ...[20, 40, 80].map((n) => {
    const votes = Array.from({ length: n }, (_, i) => (i % 7) + 1)
    const half = Math.floor(votes.reduce((sum, vote) => sum + vote) / 2) + 1
    return {
      name: `load of weighted, ${n} nodes`,
      run: () => load(`weighted([${votes.join(", ")}], ${half}, ${half})`),
    }
  }),
  ...[8, 16, 32].map((n) => ({
    name: `resilience of classicGrid(${n}, ${n})`,
    run: () => resilience(`classicGrid(${n}, ${n})`),
  })),
  ...[5, 15, 31].map((n) => ({ name: `F of majorities ${n} x ${n}`, run: () => unevenMajorities(n, n) })),
  ...[5, 11, 15].map((n) => ({ name: `overlap of majorities ${n} x ${n}`, run: () => overlap(n) })),
  ...[4, 6, 8].map((n) => ({
    name: `load of grid(${n}, ${n}), 1 failure`,
    run: () => load(`grid(${n}, ${n})`, 1),
  })),
  ...[3, 4, 5, 6].map((n) => ({ name: `search over ${n} different nodes`, run: () => found(n) })),
]

/** Wall seconds and CPU seconds of a job in a process of its own. */
function inOwnProcess(index: number): { wall: number; cpu: number; answer: string } {
  const start = performance.now()
  const { stdout } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), String(index)], {
    encoding: "utf8",
  })
  const [cpu = "", answer = ""] = stdout.split("\t")
  return { wall: (performance.now() - start) / 1000, cpu: Number(cpu), answer: answer.trim() }
}

const only = process.argv[2]
if (only !== undefined) {
  const answer = await promised[Number(only)]!.run()
  const { user, system } = process.cpuUsage()
  console.log(`${(user + system) / 1e6}\t${answer}`)
} else {
  console.log("whole process                              promised s  wall s   CPU s  answer")
  promised.forEach(({ name, atMost }, i) => {
    const { wall, cpu, answer } = inOwnProcess(i)
    console.log(
      [name.padEnd(42), String(atMost ?? "").padStart(10), wall.toFixed(2).padStart(7), cpu.toFixed(2).padStart(7), ` ${answer}`].join(" "), // prettier-ignore
    )
  })
  console.log("\nin this process                                        wall s   CPU s  answer")
  for (const { name, run } of growing) {
    const start = performance.now()
    const before = process.cpuUsage()
    const answer = await run()
    const { user, system } = process.cpuUsage(before)
    const wall = (performance.now() - start) / 1000
    console.log(
      [name.padEnd(53), wall.toFixed(2).padStart(7), ((user + system) / 1e6).toFixed(2).padStart(7), ` ${answer}`].join(" "), // prettier-ignore
    )
  }
}
