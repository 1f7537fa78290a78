import { type Random, randomFromSeed } from "../base/random.ts"
import { EventQueue } from "../base/event-queue.ts"
import { type CellOutput, type Content, cellStep } from "./cell.ts"
import { type KeyValueInput, asCell } from "./key-value.ts"
import { type History, type Operation, historyOf, neverReturned } from "./operation.ts"

/** The parameters of a generated history. Shares are from 0 to 1, with a sum of at most 1. */
export interface GeneratedHistory {
  readonly seed: number
  readonly operations: number
  readonly clients: number
  /** The number of keys, named 0, 1, …; default 1. */
  readonly keys?: number
  /** The number of distinct values, drawn uniformly; default: every write has its own value. */
  readonly values?: number
  /** Shares of the operations; the rest are gets. */
  readonly puts?: number
  readonly appends?: number
  readonly deletes?: number
  readonly cas?: number
  /** The share of operations of unknown outcome; half of them take effect. */
  readonly unknown?: number
}

/**
 * A random linearizable history of clients of an atomic key–value store, for testing
 * checkers; `plantStaleRead` makes it violated.
 *
 * Clients are sequential. An operation takes 1 to 10 units of time, takes effect at a
 * uniformly random moment of them, and is followed by the next after up to 1 unit, so
 * that nearly all clients have an operation open at any time.
 */
export function generateHistory(plan: GeneratedHistory): History<KeyValueInput, CellOutput> {
  const random = randomFromSeed(plan.seed)
  const requests = schedule(plan, random.fork("times"))
  const draw = inputs(plan, random.fork("inputs"))
  const inputsOf = requests.map((_, index) => draw(index))
  const queue = new EventQueue<Moment>()
  requests.forEach(({ called, effect, returned }, request) => {
    queue.push(called, { request, kind: "call" })
    if (effect !== undefined) queue.push(effect, { request, kind: "effect" })
    if (returned !== undefined) queue.push(returned, { request, kind: "return" })
  })
  const store = new Map<string, Content>()
  const answers: (CellOutput | undefined)[] = []
  const positions = requests.map(() => ({ called: NaN, returned: neverReturned }))
  let position = 0
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const { request, kind } = next
    if (kind === "effect") answers[request] = apply(store, inputsOf[request]!)
    else positions[request]![kind === "call" ? "called" : "returned"] = position++
  }
  return historyOf(
    requests.map(({ client, returned }, request) => ({
      client,
      input: inputsOf[request]!,
      output: returned === undefined ? undefined : answers[request],
      ...positions[request]!,
    })),
  )
}

/** An event of a generated run. */
interface Moment {
  readonly request: number
  readonly kind: "call" | "effect" | "return"
}

/** The times of one request: its call, effect and return. */
interface Request {
  readonly client: string
  readonly called: number
  readonly effect: number | undefined
  readonly returned: number | undefined
}

/** The requests of each client in sequence; times are integers, in thousandths of a unit. */
function schedule({ operations, clients, unknown = 0 }: GeneratedHistory, random: Random): Request[] {
  return Array.from({ length: clients }, (_, client) => {
    const own = random.fork(String(client))
    const share = Math.floor(operations / clients) + (client < operations % clients ? 1 : 0)
    let now = own.below(10_000)
    return Array.from({ length: share }, (): Request => {
      const called = now
      const effect = called + 1 + own.below(9_000)
      const returned = Math.max(effect + 1, called + 1_000) + own.below(1_000)
      now = returned + 1 + own.below(1_000)
      const isUnknown = own.unit() < unknown
      const takesEffect = !isUnknown || own.below(2) === 0
      return {
        client: String(client),
        called,
        effect: takesEffect ? effect : undefined,
        returned: isUnknown ? undefined : returned,
      }
    })
  }).flat()
}

function inputs(
  { keys = 1, values, puts = 0.5, appends = 0, deletes = 0, cas = 0 }: GeneratedHistory,
  random: Random,
): (index: number) => KeyValueInput {
  const drawn = (): string => String(random.below(values ?? 2 ** 20))
  return (index) => {
    const key = String(random.below(keys))
    const value = values === undefined ? `v${index}` : drawn()
    const expected = drawn()
    const choice = random.unit()
    if (choice < puts) return { type: "put", key, value }
    if (choice < puts + appends) return { type: "append", key, value: `${value};` }
    if (choice < puts + appends + deletes) return { type: "delete", key }
    if (choice < puts + appends + deletes + cas) return { type: "cas", key, expected, value }
    return { type: "get", key }
  }
}

function apply(store: Map<string, Content>, input: KeyValueInput): CellOutput | undefined {
  const content = store.get(input.key) ?? null
  store.set(input.key, cellStep(content, asCell(input), undefined)!)
  if (input.type === "get") return content
  return input.type === "cas" ? content === input.expected : undefined
}

type KeyValueOperation = Operation<KeyValueInput, CellOutput>

/**
 * The history with one stale read: one get returns a value that had been overwritten before
 * its call and that nothing has written since, so that the history is not linearizable.
 * Of the eligible gets, the one nearest to `at`, from 0 for the first operation to 1 for the
 * last; undefined if there is none.
 */
export function plantStaleRead(
  history: History<KeyValueInput, CellOutput>,
  at: number,
): { readonly history: History<KeyValueInput, CellOutput>; readonly planted: KeyValueOperation } | undefined {
  const wanted = at * history.length
  const order = [...history.keys()].sort((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted) || a - b)
  for (const index of order) {
    const get = history[index]!
    if (get.input.type !== "get" || get.returned === neverReturned) continue
    const value = staleValue(history, get)
    if (value === undefined) continue
    const planted = { ...get, output: value }
    return { history: history.with(index, planted), planted }
  }
  return undefined
}

/** The latest value of the key that had been overwritten for good when the get was called. */
function staleValue(history: History<KeyValueInput, CellOutput>, get: KeyValueOperation): string | undefined {
  const others = history.filter(
    (one) => one.input.key === get.input.key && one.called < get.returned && one !== get,
  )
  const last = others.findLast(({ input, returned }) => input.type === "put" && returned < get.called)
  if (last === undefined) return undefined
  const later = others.filter(({ returned }) => returned > last.called).map(({ input }) => input)
  const left = new Set(later.flatMap((input) => ("value" in input ? [input.value] : [])))
  const mayLeave = (value: string): boolean =>
    left.has(value) || later.some((input) => input.type === "append" && value.endsWith(input.value))
  for (const { input, returned } of others.toReversed()) {
    if (input.type === "put" && returned < last.called && !mayLeave(input.value)) return input.value
  }
  return undefined
}
