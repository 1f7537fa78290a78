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
