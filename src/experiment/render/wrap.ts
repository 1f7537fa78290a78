import stringWidth from "string-width"

type Measure = (text: string) => number

/** The text in lines of at most `width`: broken at spaces, inside brackets only if need be, never inside `code`. */
export function wrap(text: string, width: number, measure: Measure = stringWidth): string[] {
  const whole = wordsOutsideBrackets(text)
  const lines: string[] = []
  let line = ""
  for (const word of widest(whole, measure) <= width ? whole : words(text)) {
    const longer = line === "" ? word : `${line} ${word}`
    if (line !== "" && measure(longer) > width) {
      lines.push(line)
      line = word
    } else line = longer
  }
  return [...lines, line]
}

export function widest(parts: readonly string[], measure: Measure): number {
  return Math.max(...parts.map((part) => measure(part)))
}

/** Split at spaces, but a command between backquotes stays whole: broken, it could not be copied. */
export function words(text: string): string[] {
  return splitAtSpaces(text, "`", "`")
}

/** The same, and `grid(2, 3)` or `[0.1, 0.2]` stay whole, too. */
export function wordsOutsideBrackets(text: string): string[] {
  return splitAtSpaces(text, "([{`", ")]}`")
}

function splitAtSpaces(text: string, openers: string, closers: string): string[] {
  const parts: string[] = []
  let [part, depth, inCode] = ["", 0, false]
  for (const char of text) {
    if (char === "`") inCode = !inCode
    else if (openers.includes(char)) depth++
    else if (closers.includes(char)) depth = Math.max(0, depth - 1)
    if (char === " " && depth === 0 && !inCode) {
      parts.push(part)
      part = ""
    } else part += char
  }
  return [...parts, part]
}
