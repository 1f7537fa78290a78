/**
 * The texts of tables and figures are sentences that may hold `code` between
 * backquotes and maths between dollar signs: "Unavailability by $|Q2|$, $n$ = 9".
 *
 * Maths is written as plain text would have it (`|Q2|`, `⌊n/2⌋ + 1`, `σ`), so that
 * media without maths print what stands between the dollar signs, and LaTeX sets it
 * as maths. As in Markdown, a dollar sign opens maths only before something that is no
 * space and closes it only after such, and not before a digit: "$5 or $6" is no maths.
 */
export interface InlineRenderer {
  readonly words: (text: string) => string
  readonly code: (text: string) => string
  /** Like words unless given. */
  readonly maths?: (text: string) => string
}

/** A text with its words, its code and its maths rendered each by its own function. */
export function renderInline(text: string, { words, code, maths = words }: InlineRenderer): string {
  return text
    .split("`")
    .map((part, i) => (i % 2 === 1 ? code(part) : renderWords(part, words, maths)))
    .join("")
}

function renderWords(text: string, words: (text: string) => string, maths: (text: string) => string): string {
  return text
    .split(/\$(?=\S)([^$]*[^$\s])\$(?!\d)/)
    .map((part, i) => (part === "" ? "" : i % 2 === 1 ? maths(part) : words(part)))
    .join("")
}

/** A text as media without maths print it: code keeps its backquotes, maths loses its dollar signs. */
export function plainText(text: string): string {
  const same = (part: string): string => part
  return text
    .split("`")
    .map((part, i) => (i % 2 === 1 ? part : renderWords(part, same, same)))
    .join("`")
}

/** A table or a figure with every one of its texts as media without maths print it. */
export function plainTexts<T>(shown: T): T {
  if (typeof shown === "string") return plainText(shown) as T
  if (Array.isArray(shown)) return shown.map((item: unknown) => plainTexts(item)) as T
  if (typeof shown !== "object" || shown === null) return shown
  return Object.fromEntries(Object.entries(shown).map(([key, value]) => [key, plainTexts(value)])) as T
}
