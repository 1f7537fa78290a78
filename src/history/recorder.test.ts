import { expect, test } from "vitest"
import { HistoryRecorder } from "./recorder.ts"
import { neverReturned } from "./operation.ts"

test("only the first answer to the request a client waits for is recorded", () => {
  const recorder = new HistoryRecorder<string, number>()
  recorder.call("a", 1, "get", 10)
  expect(recorder.answer("a", 1, 7, 20)).toBe(true)
  expect(recorder.answer("a", 1, 8, 21)).toBe(false)
  recorder.call("a", 2, "get", 30)
  recorder.call("a", 3, "get", 40)
  expect(recorder.answer("a", 2, 9, 50)).toBe(false)
  expect(recorder.answer("b", 1, 9, 51)).toBe(false)
  expect(recorder).toMatchObject({ late: 2, duplicates: 1 })
  expect(recorder.history().map(({ output, returned, times }) => [output, returned, times])).toEqual([
    [7, 1, { called: 10, returned: 20 }],
    [undefined, neverReturned, { called: 30 }],
    [undefined, neverReturned, { called: 40 }],
  ])
})

test("a client request numbers must increase", () => {
  const recorder = new HistoryRecorder<string, number>()
  recorder.call("a", 2, "get", 0)
  expect(() => recorder.call("a", 2, "get", 1)).toThrow("request numbers must increase")
})
