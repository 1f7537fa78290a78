import fc from "fast-check"
import { type CellOutput, type Content, cellStep } from "../../src/history/cell.ts"
import { type KeyValueInput, asCell, registerKey } from "../../src/history/key-value.ts"
import {
  type History,
  type Operation,
  historyOf,
  isPending,
  neverReturned,
} from "../../src/history/operation.ts"

export type KeyValueOperation = Operation<KeyValueInput, CellOutput>

/**
 * Linearizability of one cell by trying every order: the slow twin of the
 * search. An operation may come first if none had returned when it was called;
 * what is left must then have an order of its own. Those in `optional`, and
 * those of unknown outcome, may be left out.
 */
export function hasOrder(
  operations: readonly KeyValueOperation[],
  content: Content = null,
  optional: ReadonlySet<KeyValueOperation> = new Set(),
): boolean {
  const required = operations.filter((one) => !isPending(one) && !optional.has(one))
  if (required.length === 0) return true
  const firstReturn = Math.min(...operations.map(({ returned }) => returned))
  return operations.some((one) => {
    if (one.called > firstReturn) return false
    const others = operations.filter((other) => other !== one)
    if (optional.has(one) && hasOrder(others, content, optional)) return true
    const next = cellStep(content, asCell(one.input), one.output)
    return next !== undefined && hasOrder(others, next, optional)
  })
}

const value = fc.constantFrom("a", "b", "c")
const content = fc.oneof(value, fc.constant(null))

const input: fc.Arbitrary<KeyValueInput> = fc.oneof(
  fc.constant<KeyValueInput>({ type: "get", key: registerKey }),
  value.map((v): KeyValueInput => ({ type: "put", key: registerKey, value: v })),
  fc
    .oneof(value, fc.constant(""))
    .map((v): KeyValueInput => ({ type: "append", key: registerKey, value: v })),
  fc
    .tuple(content, content)
    .map(([expected, v]): KeyValueInput => ({ type: "cas", key: registerKey, expected, value: v })),
  fc.constant<KeyValueInput>({ type: "delete", key: registerKey }),
)

interface Draft {
  readonly input: KeyValueInput
  readonly span: readonly [number, number]
  readonly isUnknown: boolean
  /** When, of its span, it takes effect; and, if its outcome is unknown, whether. */
  readonly moment: number
  /** Tells a wrong answer from others. */
  readonly lie: number
}

const draft: fc.Arbitrary<Draft> = fc.record({
  input,
  span: fc.tuple(fc.nat(15), fc.integer({ min: 1, max: 9 })).map(([a, length]) => [a, a + length] as const),
  isUnknown: fc.nat(6).map((n) => n === 0),
  moment: fc.nat(100),
  lie: fc.nat(20),
})

/**
 * Histories of one cell of up to `most` operations, with whatever happened to
 * concur: the answers of an atomic cell, some of which may then be made up.
 */
export function smallHistories(max: number): fc.Arbitrary<History<KeyValueInput, CellOutput>> {
  const drafts = fc.array(draft, { minLength: 1, maxLength: max })
  return fc.tuple(drafts, fc.nat(8)).map(([list, lies]) => recorded(list, lies))
}

function recorded(drafts: readonly Draft[], lies: number): History<KeyValueInput, CellOutput> {
  const answers = answered(drafts)
  const events = drafts.flatMap(({ span }, i) => span.map((time, end) => ({ time, end, i })))
  events.sort((a, b) => a.time - b.time || a.end - b.end || a.i - b.i)
  const place = (i: number, end: number): number => events.findIndex((e) => e.i === i && e.end === end)
  return historyOf(
    drafts.map(({ input: asked, isUnknown, lie }, i) => ({
      client: String(i),
      input: asked,
      output: isUnknown ? undefined : lie < lies ? madeUp(asked, lie) : answers[i],
      called: place(i, 0),
      returned: isUnknown ? neverReturned : place(i, 1),
    })),
  )
}

function answered(drafts: readonly Draft[]): (CellOutput | undefined)[] {
  const answers: (CellOutput | undefined)[] = []
  const at = ({ span: [from, to], moment }: Draft): number => from + ((to - from) * (moment + 1)) / 102
  let now: Content = null
  for (const i of [...drafts.keys()].sort((a, b) => at(drafts[a]!) - at(drafts[b]!))) {
    const { input: asked, isUnknown, moment } = drafts[i]!
    if (isUnknown && moment % 2 === 0) continue
    if (asked.type === "get") answers[i] = now
    if (asked.type === "cas") answers[i] = now === asked.expected
    now = cellStep(now, asCell(asked), undefined)!
  }
  return answers
}

function madeUp(asked: KeyValueInput, lie: number): CellOutput | undefined {
  if (asked.type === "cas") return lie % 2 === 0
  return asked.type === "get" ? (["a", "b", null, "ab"] as const)[lie % 4]! : undefined
}
