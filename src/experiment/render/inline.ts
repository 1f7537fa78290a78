/**
 * A caption or note is a sentence with `code` between backquotes. This renders
 * it by two functions: one for the words, one for the code.
 */
export function renderInline(
  text: string,
  { words, code }: { words: (text: string) => string; code: (text: string) => string },
): string {
  return text
    .split("`")
    .map((part, i) => (part === "" ? "" : i % 2 === 0 ? words(part) : code(part)))
    .join("")
}
