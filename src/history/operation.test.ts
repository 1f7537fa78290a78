import { expect, test } from "vitest"
import { type TimedOperation, historyFromTimes, historyOf, neverReturned } from "./operation.ts"

const operation = (client: string, called: number, returned: number) => ({
  client,
  input: null,
  output: undefined,
  called,
  returned,
})

test("a history is in the order of calls", () => {
  const [a, b] = [operation("a", 3, 4), operation("b", 0, 5)]
  expect(historyOf([a, b])).toEqual([b, a])
})

test("a client does one thing at a time, except after an unknown outcome", () => {
  expect(() => historyOf([operation("a", 0, 5), operation("a", 1, 6)])).toThrow(
    "one operation open at a time",
  )
  expect(historyOf([operation("a", 0, neverReturned), operation("a", 1, 6)])).toHaveLength(2)
})

test("calls and returns have places of their own, in the right order", () => {
  expect(() => historyOf([operation("a", 2, 1)])).toThrow("a return must follow its call")
  expect(() => historyOf([operation("a", 0, 1), operation("b", 1, 2)])).toThrow("two events")
})

const timed = (client: string, called: number, returned?: number): TimedOperation<null, null> => ({
  client,
  input: null,
  output: null,
  called,
  returned,
})

test("operations whose times touch are concurrent, but for those of one client", () => {
  const [first, second] = historyFromTimes([timed("a", 0, 10), timed("b", 10, 20)])
  expect(second!.called).toBeLessThan(first!.returned)
  const [mine, next] = historyFromTimes([timed("a", 0, 10), timed("a", 10, 20)])
  expect(mine!.returned).toBeLessThan(next!.called)
})

test("times that are none are refused", () => {
  expect(() => historyFromTimes([timed("a", 5, 4)])).toThrow("must not precede its call")
  expect(() => historyFromTimes([timed("a", NaN)])).toThrow("finite")
})
