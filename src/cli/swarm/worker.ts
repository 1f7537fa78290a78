import { parentPort, workerData } from "node:worker_threads"
import { type SwarmTask, runSwarmHere } from "./share.ts"

const port = parentPort!
void runSwarmHere(workerData as SwarmTask, (done) => port.postMessage({ done })).then((tally) =>
  port.postMessage({ tally }),
)
