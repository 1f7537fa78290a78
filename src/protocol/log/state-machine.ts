import type { Batch, Command, Result } from "./command.ts"

/**
 * The replicated key–value store and its client table. It executes commands
 * in log order, each once: a request that the table knows already gives the
 * result it gave then.
 */
export class StateMachine {
  /** By key: its value, or null. An array, for keys are numbers and every replica keeps all of them. */
  private data: Result[]
  /** By client: the request executed last, and its result. */
  private requests: number[]
  private results: Result[]

  constructor(from?: MachineState) {
    this.data = [...(from?.data ?? [])]
    this.requests = [...(from?.requests ?? [])]
    this.results = [...(from?.results ?? [])]
  }

  /** The number of the last request of a client that was executed; 0 if none was. */
  lastRequest(client: number): number {
    return this.requests[client] ?? 0
  }

  /** The result of that request. */
  lastResult(client: number): Result {
    return this.results[client] ?? null
  }

  /** Executes a command, or gives the result of the one with its number that was executed before. */
  apply(command: Command): Result {
    const { client, request } = command
    if (request <= this.lastRequest(client)) return this.lastResult(client)
    const result = this.carryOut(command)
    while (this.requests.length <= client) {
      this.requests.push(0)
      this.results.push(null)
    }
    this.requests[client] = request
    this.results[client] = result
    return result
  }

  /** Executes a batch in order; its results. */
  applyAll(batch: Batch): readonly Result[] {
    // The common case, and the most frequent result of it, without a list of its own.
    if (batch.length === 1) {
      const result = this.apply(batch[0]!)
      return result === "ok" ? ok : [result]
    }
    return batch.map((command) => this.apply(command))
  }

  /** What a key holds, or null. Changes nothing. */
  read(key: number): Result {
    return this.data[key] ?? null
  }

  private carryOut({ operation, key, value, expected }: Command): Result {
    switch (operation) {
      case "get":
        return this.read(key)
      case "put":
        this.write(key, value)
        return "ok"
      case "append":
        this.write(key, (this.read(key) ?? "") + value)
        return "ok"
      case "cas":
        if (this.read(key) !== expected) return "no"
        this.write(key, value)
        return "ok"
    }
  }

  private write(key: number, value: string): void {
    while (this.data.length <= key) this.data.push(null)
    this.data[key] = value
  }

  /** A copy that later commands leave as it is. Cost: linear in keys and clients. */
  copy(): MachineState {
    return { data: [...this.data], requests: [...this.requests], results: [...this.results] }
  }
}

const ok: readonly Result[] = ["ok"]

/** All of the machine's state as plain arrays: what a snapshot holds. Indices are keys and clients. */
export interface MachineState {
  readonly data: readonly Result[]
  readonly requests: readonly number[]
  readonly results: readonly Result[]
}

/** The state that all slots before `upTo` led to. */
export interface Snapshot {
  readonly upTo: number
  readonly machine: MachineState
}
