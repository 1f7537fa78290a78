import { UsageError } from "../base/errors.ts"
import { type History, type Operation, historyOf, neverReturned } from "./operation.ts"

/**
 * Records the requests of clients and their replies as a history.
 *
 * A client's requests are numbered. Only the first reply to its current request counts:
 * a reply to an earlier request is late, as the client had abandoned it, and a second reply
 * is a duplicate; both are dropped and counted. Abandoned and unanswered requests have an
 * unknown outcome.
 */
export class HistoryRecorder<Input, Output> {
  /** Replies to abandoned requests. */
  late = 0
  /** Second replies. */
  duplicates = 0
  private position = 0
  private readonly operations: Draft<Input, Output>[] = []
  private readonly latest = new Map<string, Draft<Input, Output>>()

  /** Records a request; `at` is the time, for reports. Throws UsageError unless request numbers increase. */
  call(client: string, request: number, input: Input, at: number): void {
    const before = this.latest.get(client)
    if (before !== undefined && before.request >= request) {
      throw new UsageError(
        `client ${client}: request ${request} after request ${before.request}; request numbers must increase.`,
      )
    }
    const draft = { client, request, input, called: this.position++, calledAt: at }
    this.operations.push(draft)
    this.latest.set(client, draft)
  }

  /** Records a reply; true if it is the first reply to the current request. */
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

  /** The history recorded so far. */
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
