import { type Random, randomFromSeed } from "../base/random.ts"
import { EventQueue } from "../base/event-queue.ts"
import { type CellOutput, type Content, cellStep } from "./cell.ts"
import { type KeyValueInput, asCell } from "./key-value.ts"
import { type History, type Operation, historyOf, neverReturned } from "./operation.ts"

/** What to generate. Shares are from 0 to 1, and of all operations together at most 1. */
export interface GeneratedHistory {
  readonly seed: number
  readonly operations: number
  readonly clients: number
  /** Keys are called 0, 1, …; 1 if not given. */
  readonly keys?: number
  /** How many different values are written, drawn alike; every write has its own if not given. */
  readonly values?: number
  /** What to do, in shares of the whole; what is left over are gets. */
  readonly puts?: number
  readonly appends?: number
  readonly deletes?: number
  readonly cas?: number
  /** The share of operations whose outcome stays unknown; half of them take effect. */
  readonly unknown?: number
}

/**
 * A history as clients of one atomic key–value store would record it, so that
 * it is linearizable: to try a checker on, with `plantStaleRead` for the
 * contrary.
 *
 * Every client does one thing after another. An operation takes 1 to 10 units of
 * time, has its effect at a uniformly random moment of them, and is followed by
 * the next after up to 1 unit, so that nearly all clients are busy all the time.
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

/** Something that happens in a generated run. */
interface Moment {
  readonly request: number
  readonly kind: "call" | "effect" | "return"
}

/** When one request is made, takes effect and returns, if it does. */
interface Request {
  readonly client: string
  readonly called: number
  readonly effect: number | undefined
  readonly returned: number | undefined
}

/** Who asks when, client by client; times are whole, in thousandths of a unit, and no client is in two places at once. */
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
 * The same history but for one get, which now finds a value that was put, and
 * put over, before it was called, and that nothing has brought about since: so
 * it is not linearizable. Of all gets for which there is such a value the one
 * nearest to `at`, from 0 for the first operation to 1 for the last; undefined
 * if there is none.
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

/** A value that was put to the key, and was gone for good when the get was called: the latest such. */
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
