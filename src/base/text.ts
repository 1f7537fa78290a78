/**
 * Each line of a text broken at spaces into lines of at most `width` characters;
 * the rest of a line is indented as it is. A word that is wider stays whole.
 */
export function wrapLines(text: string, width: number): string {
  return text
    .split("\n")
    .flatMap((line) => wrapLine(line, width))
    .join("\n")
}

function wrapLine(line: string, width: number): string[] {
  const indent = /^ */.exec(line)![0]
  const lines: string[] = []
  let now = ""
  for (const word of line.slice(indent.length).split(" ")) {
    const longer = now === "" ? word : `${now} ${word}`
    if (now !== "" && indent.length + longer.length > width) {
      lines.push(indent + now)
      now = word
    } else now = longer
  }
  return [...lines, indent + now]
}

/**
 * A help text in lines of at most `width` characters. What follows a column
 * stays in that column; a command too long for a line goes on after a backslash,
 * before an option, so that it can still be copied.
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

/** At its options alone: what is quoted must not be broken. */
function wrapCommand(line: string, width: number): string[] {
  const indent = " ".repeat(line.indexOf("$") + 4)
  const lines: string[] = []
  let now = ""
  for (const part of line.split(/ (?=--\w|&& )/)) {
    const longer = now === "" ? part : `${now} ${part}`
    // With room for the backslash.
    if (now !== "" && longer.length > width - 2) {
      lines.push(`${now} \\`)
      now = indent + part
    } else now = longer
  }
  return [...lines, now]
}

/** The memory a search may take for states unless it is told otherwise. */
export const defaultMostBytes = 2 ** 31

/** "1.5 GiB". */
export function formatBytes(bytes: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"]
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10))
  const scaled = bytes / 1024 ** power
  return `${power === 0 ? scaled : scaled.toPrecision(3)} ${units[power]!}`
}

/** A word as a shell reads it back. */
export function shellWord(word: string): string {
  return /^[\w.,:@/=+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

/** Number, but of nothing it is NaN. */
export function number(text: string): number {
  return text.trim() === "" ? NaN : Number(text)
}

/** An empty text is visible in a message. */
export function quoted(text: string): string {
  return text.trim() === "" || /\s/.test(text) ? JSON.stringify(text) : text
}

/** The parts of a list with commas, without the space around them. */
export function commaList(text: string): string[] {
  return text.split(",").map((part) => part.trim())
}
