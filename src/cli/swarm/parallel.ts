import { availableParallelism } from "node:os"
import { Worker } from "node:worker_threads"
import { type SwarmTally, type SwarmTask, mergeTallies, runSwarmHere } from "./share.ts"

/** Fewer seeds than this are not worth a thread. */
const seedsForThreads = 100

/** Runs a swarm on all cores. The result does not depend on how many there are. */
export async function runSwarm(
  task: SwarmTask,
  workers: number | undefined,
  progress: (done: number) => void,
): Promise<SwarmTally> {
  const count = Math.min(workers ?? availableParallelism(), task.seeds)
  if (count === 1 || (workers === undefined && task.seeds < seedsForThreads)) {
    return mergeTallies([await runSwarmHere(task, progress)])
  }
  const done = new Array<number>(count).fill(0)
  const shares = done.map((_, share) => {
    const seeds = task.seeds - share
    return inWorker({ ...task, first: task.first + share, seeds, stride: count }, (runs) => {
      done[share] = runs
      progress(done.reduce((a, b) => a + b))
    })
  })
  return mergeTallies(await Promise.all(shares))
}

function inWorker(task: SwarmTask, progress: (done: number) => void): Promise<SwarmTally> {
  const worker = startWorker(task)
  return new Promise((resolve, reject) => {
    worker.on("message", (message: { done: number } | { tally: SwarmTally }) => {
      if ("done" in message) return progress(message.done)
      resolve(message.tally)
      void worker.terminate()
    })
    worker.on("error", reject)
  })
}

function startWorker(task: SwarmTask): Worker {
  const fromSource = import.meta.url.endsWith(".ts")
  const file = new URL(fromSource ? "./worker.ts" : "./worker.js", import.meta.url)
  if (!fromSource) return new Worker(file, { workerData: task })
  // Node reads no TypeScript by itself, and a worker does not inherit the loader of a run from source.
  const loader = import.meta.resolve("tsx/esm/api")
  const bootstrap = `import("${loader}").then(({ register }) => (register(), import("${file.href}")))`
  return new Worker(bootstrap, { eval: true, workerData: task })
}
