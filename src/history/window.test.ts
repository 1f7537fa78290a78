import { expect, test } from "vitest"
import { drawWindow } from "./window.ts"
import { neverReturned, type Operation } from "./operation.ts"

const operation = (
  client: string,
  input: string,
  called: number,
  returned: number,
): Operation<string, string> => ({
  client,
  input,
  output: undefined,
  called,
  returned,
})

test("bars show which operations overlap, and which outcomes are unknown", () => {
  const [write, lost, read] = [
    operation("1", "write 1", 0, 20),
    operation("12", "write 2", 10, neverReturned),
    operation("3", "read: 3", 15, 30),
  ]
  const show = ({ input, called }: Operation<string, string>) => ({
    operation: input,
    place: `line ${called}`,
  })
  expect(drawWindow({ operations: [write, lost, read], unplaceable: read }, show, 80)).toEqual([
    "  client 1   line 0   write 1  |-----------------|",
    "  client 12  line 10  write 2        |--- ?",
    "  client 3   line 15  read: 3              |-----------| <- violation",
  ])
})

test("no line is wider than asked for, however long values are", () => {
  const operations = Array.from({ length: 30 }, (_, i) =>
    operation(String(i), `put ${"x".repeat(99)}${i}`, 2 * i, 2 * i + 5),
  )
  const lines = drawWindow(
    { operations, unplaceable: operations[29]! },
    ({ input }) => ({ operation: input, place: "" }),
    80,
  )
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80)
  expect(lines[29]).toContain("…")
})
