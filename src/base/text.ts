/** The width of a text in some medium: characters, terminal columns, pixels. */
export type Measure = (text: string) => number

const characters: Measure = (text) => text.length

/**
 * Words in lines of at most `width`, joined by single spaces. Greedy, so the number of lines is minimal.
 * A word wider than `width` has a line of its own. The caller splits the text into unbreakable words.
 * @example wrap("one two three".split(" "), 7) // => ["one two", "three"]
 */
export function wrap(words: readonly string[], width: number, measure: Measure = characters): string[] {
  const lines: string[] = []
  let line = ""
  for (const word of words) {
    const longer = line === "" ? word : `${line} ${word}`
    if (line !== "" && measure(longer) > width) {
      lines.push(line)
      line = word
    } else line = longer
  }
  return [...lines, line]
}

/** A text with each of its lines wrapped at spaces to at most `width` characters; continuations keep its indent. */
export function wrapLines(text: string, width: number): string {
  return text
    .split("\n")
    .flatMap((line) => wrapLine(line, width))
    .join("\n")
}

function wrapLine(line: string, width: number): string[] {
  const indent = /^ */.exec(line)![0]
  return wrap(line.slice(indent.length).split(" "), width - indent.length).map((part) => indent + part)
}

/**
 * A help text in lines of at most `width` characters. The text of a column is wrapped
 * within that column. A command is broken before an option only, after a backslash,
 * so that it can still be copied.
 */
export function wrapHelp(text: string, width: number): string {
  return text
    .split("\n")
    .flatMap((line) => (line.length <= width ? [line] : wrapHelpLine(line, width)))
    .join("\n")
}

function wrapHelpLine(line: string, width: number): string[] {
  const [, head, rest] = /^( *(?:\S+ )*\S+ {2,})(\S.*)$/.exec(line) ?? []
  if (head !== undefined && head.length <= 0.7 * width) {
    const [first, ...more] = wrapLine(rest!, width - head.length)
    return [head + first!, ...more.map((part) => " ".repeat(head.length) + part)]
  }
  return /^ *\$ /.test(line) ? wrapCommand(line, width) : wrapLine(line, width)
}

/** Broken at options only: quoted arguments must stay whole. */
function wrapCommand(line: string, width: number): string[] {
  const indent = " ".repeat(line.indexOf("$") + 4)
  const room = width - indent.length - " \\".length
  const lines = wrap(line.split(/ (?=--\w|&& )/), room).map((part, i) => (i === 0 ? part : indent + part))
  return lines.map((part, i) => (i < lines.length - 1 ? `${part} \\` : part))
}

/** The memory a search may take for states unless given. */
export const defaultMaxBytes = 2 ** 31

/** "1.5 GiB". */
export function formatBytes(bytes: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"]
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10))
  const scaled = bytes / 1024 ** power
  return `${power === 0 ? scaled : scaled.toPrecision(3)} ${units[power]!}`
}

/** A word as a POSIX shell reads it back: as it is, or in double quotes. */
export function shellWord(word: string): string {
  return /^[\w.,:@/=+-]+$/.test(word) ? word : `"${word.replaceAll(/["\\$`]/g, "\\$&")}"`
}

/** A text given by the user, for an error message: in quotes where it is empty or contains spaces. */
export function quoted(text: string): string {
  return text.trim() === "" || /\s/.test(text) ? JSON.stringify(text) : text
}

/** A text given by the user, for an error message: its two ends where it is longer than `most` characters. */
export function abbreviated(text: string, most = 200): string {
  if (text.length <= most) return text
  const half = Math.floor((most - 3) / 2)
  return `${text.slice(0, half)} … ${text.slice(text.length - half)}`
}

/**
 * A text that may hold anything, as one line of a terminal: control characters,
 * line breaks and marks that change the direction of writing become escapes,
 * such as \\u{1b}. `keep` are those that stay.
 */
export function visible(text: string, keep = ""): string {
  return text.replaceAll(unseen, (char) =>
    keep.includes(char) ? char : `\\u{${char.codePointAt(0)!.toString(16)}}`,
  )
}

const unseen = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g

/** The number a text spells; NaN for a blank text, where `Number` gives 0. */
export function number(text: string): number {
  return text.trim() === "" ? NaN : Number(text)
}

/** The items of a comma-separated list, trimmed. */
export function commaList(text: string): string[] {
  return text.split(",").map((part) => part.trim())
}
