import { UsageError } from "../base/errors.ts"
import { type History, type Operation, historyOf, neverReturned } from "./operation.ts"

/**
 * Writes down what clients ask and what they are told, as a history.
 *
 * A client's requests are numbered. Only the first answer to the request it
 * waits for counts: one to an earlier request came too late for the client, which
 * had given up, and a second one is a duplicate; both are dropped, and counted.
 * What a client gave up, or still waits for at the end, is of unknown outcome.
 */
export class HistoryRecorder<Input, Output> {
  /** Answers that came after the client had asked for something else. */
  late = 0
  /** Second answers. */
  duplicates = 0
  private position = 0
  private readonly operations: Draft<Input, Output>[] = []
  private readonly latest = new Map<string, Draft<Input, Output>>()

  /** A client asks; `at` is the time, for reports. UsageError if the number is not greater than its last. */
  call(client: string, request: number, input: Input, at: number): void {
    const before = this.latest.get(client)
    if (before !== undefined && before.request >= request) {
      throw new UsageError(
        `Client ${client} makes request ${request} after request ${before.request}; a client numbers its requests upwards.`,
      )
    }
    const draft = { client, request, input, called: this.position++, calledAt: at }
    this.operations.push(draft)
    this.latest.set(client, draft)
  }

  /** A client is told; says whether that is news to it. */
  answer(client: string, request: number, output: Output | undefined, at: number): boolean {
    const latest = this.latest.get(client)
    if (latest?.request !== request) {
      this.late++
      return false
    }
    if (latest.returned !== undefined) {
      this.duplicates++
      return false
    }
    latest.returned = this.position++
    latest.returnedAt = at
    latest.output = output
    return true
  }

  /** What has been recorded so far. */
  history(): History<Input, Output> {
    return historyOf(this.operations.map(operationOf))
  }
}

interface Draft<Input, Output> {
  readonly client: string
  readonly request: number
  readonly input: Input
  readonly called: number
  readonly calledAt: number
  returned?: number
  returnedAt?: number
  output?: Output | undefined
}

function operationOf<Input, Output>(draft: Draft<Input, Output>): Operation<Input, Output> {
  const { client, input, output, called, returned = neverReturned, calledAt, returnedAt } = draft
  const times = { called: calledAt, ...(returnedAt !== undefined && { returned: returnedAt }) }
  return { client, input, output, called, returned, times }
}
