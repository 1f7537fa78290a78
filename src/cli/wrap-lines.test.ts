import { expect, test } from "vitest"
import { wrapLines } from "./wrap-lines.ts"

test("lines are broken at spaces, and keep their indent", () => {
  expect(wrapLines("one two three\n  four five six", 10)).toBe("one two\nthree\n  four\n  five six")
})

test("a word that is too wide stays whole, and spaces stay as many", () => {
  expect(wrapLines("a  incomprehensible b", 8)).toBe("a \nincomprehensible\nb")
  expect(wrapLines("", 8)).toBe("")
})
