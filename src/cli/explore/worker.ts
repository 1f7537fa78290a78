import { parentPort, workerData } from "node:worker_threads"
import { Shard, type ShardTask } from "../../world/spec/shard.ts"

/** A request of the coordinator to a worker, which answers each with one message. */
export type Request =
  | { readonly type: "expand" }
  | { readonly type: "receive"; readonly batches: readonly Uint32Array[] }
  | { readonly type: "end-level" }

const shard = new Shard(workerData as ShardTask)
const port = parentPort!

port.on("message", (request: Request) => {
  switch (request.type) {
    case "expand": {
      const expanded = shard.expandRound()
      port.postMessage(
        expanded,
        expanded.outboxes.map(({ buffer }) => buffer as ArrayBuffer),
      )
      break
    }
    case "receive":
      for (const batch of request.batches) shard.receive(batch)
      port.postMessage({})
      break
    case "end-level":
      port.postMessage(shard.endLevel())
      break
  }
})
