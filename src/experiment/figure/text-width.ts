/** The font of the figures; its widths are below, and it comes with this package (dejavu-fonts-ttf). */
export const fontFamily = "DejaVu Sans"

/** Advance widths of DejaVu Sans from the space to the tilde, of 2048 to an em. */
const widths = [
  651, 821, 942, 1716, 1303, 1946, 1597, 563, 799, 799, 1024, 1716, 651, 739, 651, 690, 1303, 1303, 1303,
  1303, 1303, 1303, 1303, 1303, 1303, 1303, 690, 690, 1716, 1716, 1716, 1087, 2048, 1401, 1405, 1430, 1577,
  1294, 1178, 1587, 1540, 604, 604, 1343, 1141, 1767, 1532, 1612, 1235, 1612, 1423, 1300, 1251, 1499, 1401,
  2025, 1403, 1251, 1403, 799, 690, 799, 1716, 1024, 1024, 1255, 1300, 1126, 1300, 1260, 721, 1300, 1298, 569,
  569, 1186, 569, 1995, 1298, 1253, 1300, 1300, 842, 1067, 803, 1298, 1212, 1675, 1212, 1212, 1075, 1303, 690,
  1303, 1716,
]

/** Signs beyond ASCII are mostly as wide as a plus sign, those of raised digits as narrow as they look. */
const otherWidths = new Map(Array.from("⁰¹²³⁴⁵⁶⁷⁸⁹", (digit) => [digit, 821]))
otherWidths.set("⁻", 1081)
const otherWidth = 1716

/**
 * The width of a text in pixels, set in DejaVu Sans of this size. The same on
 * every machine, whatever fonts it has: layout must not depend on it.
 */
export function textWidth(text: string, size: number): number {
  let sum = 0
  for (const char of text) {
    sum += widths[char.codePointAt(0)! - 32] ?? otherWidths.get(char) ?? otherWidth
  }
  return (sum / 2048) * size
}

/** The text in as few lines of at most `width` pixels as it takes, and these as even as can be: no word stands alone below. */
export function evenLines(text: string, size: number, width: number): string[] {
  const fewest = wrapText(text, size, width).length
  let least = Math.floor(width / 2)
  while (wrapText(text, size, least).length > fewest) least += 4
  return wrapText(text, size, Math.min(least, width))
}

/** The text in lines of at most `width` pixels, broken at spaces; a longer word has a line of its own. */
export function wrapText(text: string, size: number, width: number): string[] {
  const lines: string[] = []
  let line = ""
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`
    if (line !== "" && textWidth(longer, size) > width) {
      lines.push(line)
      line = word
    } else line = longer
  }
  return [...lines, line]
}
