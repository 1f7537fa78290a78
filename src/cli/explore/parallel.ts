import { Worker } from "node:worker_threads"
import { compareStates } from "../../world/spec/agreement.ts"
import { type SpecExploration, reasonToStop } from "../../world/spec/explore.ts"
import { layoutOf } from "../../world/spec/layout.ts"
import { defaultMaxBytes, formatBytes } from "../../base/text.ts"
import { type SpecOptions, refuseTooLarge } from "../../world/spec/memory.ts"
import type { SpecModel } from "../../world/spec/model.ts"
import { specOutcomes } from "../../world/spec/outcome.ts"
import type { Expanded, LevelEnd, ShardTask } from "../../world/spec/shard.ts"
import type { Request } from "./worker.ts"

/**
 * Breadth-first exploration on several threads: states are partitioned by hash,
 * with a barrier after each level.
 *
 * Counts, verdicts and traces equal those of `exploreSpec` for any number of
 * workers; only `bytesMax` and the speed differ. Faster than one thread from
 * some hundred thousand states on.
 */
export async function exploreInParallel(
  model: SpecModel,
  options: SpecOptions,
  workers: number,
): Promise<SpecExploration> {
  refuseTooLarge(model, options)
  const shards = Array.from({ length: workers }, (_, shard) =>
    startWorker({ model, symmetry: options.symmetry, shard, shards: workers }),
  )
  try {
    return await new Coordinator(model, options, shards).run()
  } finally {
    await Promise.all(shards.map((worker) => worker.terminate()))
  }
}

function startWorker(task: ShardTask): Worker {
  const fromSource = import.meta.url.endsWith(".ts")
  const file = new URL(fromSource ? "./worker.ts" : "./worker.js", import.meta.url)
  if (!fromSource) return new Worker(file, { workerData: task })
  // Node does not load TypeScript, and a worker does not inherit the loader.
  const loader = import.meta.resolve("tsx/esm/api")
  const bootstrap = `import("${loader}").then(({ register }) => (register(), import("${file.href}")))`
  return new Worker(bootstrap, { eval: true, workerData: task })
}

class Coordinator {
  private readonly model: SpecModel
  private readonly options: SpecOptions
  private readonly shards: readonly Worker[]
  private readonly witnesses: (Uint32Array | undefined)[]
  private readonly levels: number[] = [1]
  private distinct = 1
  private generated = 1
  private bytesMax = 0
  private stopped: string | undefined

  constructor(model: SpecModel, options: SpecOptions, shards: readonly Worker[]) {
    this.model = model
    this.options = options
    this.shards = shards
    this.witnesses = model.phase2.map(() => undefined)
  }

  async run(): Promise<SpecExploration> {
    for (let found = 1; found > 0 && this.stopped === undefined;) {
      await this.expandLevel()
      found = await this.endLevel()
    }
    const { distinct, generated, levels, bytesMax, stopped } = this
    return {
      distinct,
      generated,
      depth: levels.length,
      complete: stopped === undefined,
      levels,
      bytesMax,
      outcomes: specOutcomes(this.model, this.witnesses, distinct, stopped),
    }
  }

  /** Rounds of expansion and exchange, until no shard has states of the level left. */
  private async expandLevel(): Promise<void> {
    for (let done = false; !done;) {
      const parts = await this.askAll<Expanded>(() => ({ type: "expand" }))
      for (const { generated } of parts) this.generated += generated
      done = parts.every((part) => part.done)
      await this.askAll((shard) => ({
        type: "receive",
        batches: parts.map(({ outboxes }) => outboxes[shard]!),
      }))
    }
  }

  private async endLevel(): Promise<number> {
    const ends = await this.askAll<LevelEnd>(() => ({ type: "end-level" }))
    const found = ends.reduce((sum, end) => sum + end.found, 0)
    const bytes = ends.reduce((sum, end) => sum + end.bytes, 0)
    this.bytesMax = Math.max(this.bytesMax, bytes)
    this.distinct += found
    if (found > 0) this.levels.push(found)
    this.takeWitnesses(ends)
    const settled = this.witnesses.every((witness) => witness !== undefined)
    this.stopped = reasonToStop(this.options, this.distinct, settled)
    if (bytes > (this.options.maxBytes ?? defaultMaxBytes)) {
      this.stopped ??= `stopped when the states took ${formatBytes(bytes)}`
    }
    const { levels, distinct, generated } = this
    this.options.onProgress?.({ level: levels.length, distinct, generated })
    return found
  }

  /** Of the first level that violates a system, the least witness in `compareStates`, whichever shard has it. */
  private takeWitnesses(ends: readonly LevelEnd[]): void {
    const layout = layoutOf(this.model)
    this.witnesses.forEach((known, system) => {
      if (known !== undefined) return
      const found = ends.flatMap(({ witnesses }) => witnesses[system] ?? [])
      this.witnesses[system] = found.sort((a, b) => compareStates(layout, a, b))[0]
    })
  }

  /** Sends every worker a request and awaits all answers, in the order of the workers. */
  private askAll<Answer>(request: (shard: number) => Request): Promise<Answer[]> {
    return Promise.all(this.shards.map((worker, shard) => ask<Answer>(worker, request(shard))))
  }
}

function ask<Answer>(worker: Worker, request: Request): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      worker.removeListener("error", onError)
      worker.removeListener("message", onMessage)
      act()
    }
    const onError = (error: Error): void => settle(() => reject(error))
    const onMessage = (answer: Answer): void => settle(() => resolve(answer))
    worker.once("error", onError)
    worker.once("message", onMessage)
    // Transferred, not copied.
    const moved = request.type === "receive" ? request.batches.map(({ buffer }) => buffer as ArrayBuffer) : []
    worker.postMessage(request, moved)
  })
}
