import fc from "fast-check"
import { expect, test } from "vitest"
import { shellWords } from "../../test/support/documents.ts"
import { shellWord, visible, wrap, wrapHelp, wrapLines } from "./text.ts"

test("lines are broken at spaces, and keep their indent", () => {
  expect(wrapLines("one two three\n  four five six", 10)).toBe("one two\nthree\n  four\n  five six")
})

test("a word that is too wide stays whole, and spaces stay as many", () => {
  expect(wrapLines("a  incomprehensible b", 8)).toBe("a \nincomprehensible\nb")
  expect(wrapLines("", 8)).toBe("")
})

test("a help text keeps its columns", () => {
  expect(wrapHelp("  name  what it is good for", 18)).toBe("  name  what it is\n        good for")
  expect(wrapHelp("a sentence that is too long", 14)).toBe("a sentence\nthat is too\nlong")
  expect(wrapHelp("as  it  is", 10)).toBe("as  it  is")
})

test("a command too long for a line goes on after a backslash, its quotes whole", () => {
  expect(wrapHelp('  $ quorate check "a b" --rule "c d" --for n=3 && quorate list', 30)).toBe(
    '  $ quorate check "a b" \\\n      --rule "c d" --for n=3 \\\n      && quorate list',
  )
  expect(wrapHelp('  $ quorate check "quorums that are long"', 20)).toBe(
    '  $ quorate check "quorums that are long"',
  )
})

test("words are wrapped by any measure", () => {
  expect(wrap(["one", "two", "three"], 7)).toEqual(["one two", "three"])
  expect(wrap(["one", "two", "three"], 14, (text) => 2 * text.length)).toEqual(["one two", "three"])
  expect(wrap(["(a b)", "c"], 4)).toEqual(["(a b)", "c"])
})

test("a shell reads a quoted word back", () => {
  expect(shellWord("a1@100-500")).toBe("a1@100-500")
  expect(shellWord("simple(5, 4, 2)")).toBe('"simple(5, 4, 2)"')
  expect(shellWord('a "b" $c `d` \\e')).toBe('"a \\"b\\" \\$c \\`d\\` \\\\e"')
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (word) => {
      expect(shellWords(shellWord(word))).toEqual([word])
    }),
  )
})

test("control characters and marks of direction are shown, except those that stay", () => {
  expect(visible("a\u001b[31mb\r\nc\u009b\u202ed")).toBe("a\\u{1b}[31mb\\u{d}\\u{a}c\\u{9b}\\u{202e}d")
  expect(visible("a\nb\tc\u0007", "\n\t")).toBe("a\nb\tc\\u{7}")
  expect(visible("é – 日本 \u{1f600}")).toBe("é – 日本 \u{1f600}")
})
