import { type DiagramItem, type SequenceDiagram, itemsByRow, rowOf } from "./model.ts"

/**
 * The diagram for a terminal: one line per row, lifelines as columns, states to
 * the right of the row after which they hold. A message is drawn where it
 * arrives; one that took time says so by the order of the lines only. ASCII
 * except where names and labels are not.
 */
export function renderText(diagram: SequenceDiagram): string {
  const columns = columnsOf(diagram)
  const lines = [header(diagram, columns)]
  const details = diagram.participants.map(({ detail }) => detail ?? "")
  if (details.some((detail) => detail !== "")) lines.push(centred(details, columns))
  const items = itemsByRow(diagram)
  for (const row of new Set(items.map(rowOf))) {
    const together = items.filter((item) => rowOf(item) === row)
    lines.push(...renderRow(diagram, together, columns))
  }
  const title = diagram.title === undefined ? [] : [diagram.title, ""]
  return [...title, ...lines].map((line) => `${line.trimEnd()}\n`).join("")
}

const margin = 2
const narrowestGap = 8
/** What a message needs beside its label: the lifeline, two spaces and the least of an arrow. */
const arrowRoom = 8

/**
 * The column of each lifeline: every label fits between the lifelines it spans,
 * and names do not touch. Neighbours are only as far apart as their own labels
 * and names want, so that five processes fit a terminal.
 */
function columnsOf({ participants, items }: SequenceDiagram): number[] {
  const widths = participants.map(({ name, detail = "" }) => Math.max(name.length, detail.length) + 2)
  const gaps = widths.slice(1).map((width, i) => Math.max(narrowestGap, Math.ceil((width + widths[i]!) / 2)))
  const spans = items
    .flatMap((item) =>
      item.type === "message" && item.from !== item.to
        ? [{ from: Math.min(item.from, item.to), to: Math.max(item.from, item.to), label: item.label }]
        : [],
    )
    .sort((a, b) => a.to - a.from - (b.to - b.from))
  for (const { from, to, label } of spans) widen(gaps, from, to, label.length + arrowRoom)
  const first = margin + Math.max(narrowestGap / 2, Math.ceil((widths[0] ?? 0) / 2))
  return gaps.reduce((before, gap) => [...before, before[before.length - 1]! + gap], [first])
}

/** Widens the gaps from one lifeline to another, the narrowest first, until they are so wide together. */
function widen(gaps: number[], from: number, to: number, wanted: number): void {
  const between = Array.from({ length: to - from }, (_, i) => from + i)
  for (let missing = wanted - between.reduce((sum, i) => sum + gaps[i]!, 0); missing > 0; missing--) {
    const narrowest = between.reduce((a, b) => (gaps[b]! < gaps[a]! ? b : a))
    gaps[narrowest]!++
  }
}

function header({ participants }: SequenceDiagram, columns: readonly number[]): string {
  return centred(
    participants.map(({ name }) => name),
    columns,
  )
}

/** Texts centred on their lifelines. */
function centred(texts: readonly string[], columns: readonly number[]): string {
  return texts.reduce((line, text, p) => {
    const start = Math.max(0, columns[p]! - Math.floor(text.length / 2))
    return line.padEnd(start) + text
  }, "")
}

function renderRow(
  diagram: SequenceDiagram,
  items: readonly DiagramItem[],
  columns: readonly number[],
): string[] {
  const states = items.flatMap((item) =>
    item.type === "state" ? [`${diagram.participants[item.participant]!.name} = ${item.text}`] : [],
  )
  const others = items.filter((item) => item.type !== "state")
  const blank = lifelines(diagram, columns)
  const drawn = others.map((item) => draw(item, blank, columns))
  if (states.length === 0) return drawn
  const last = drawn.pop() ?? blank
  return [...drawn, `${last.padEnd(blank.length)}  ${states.join(", ")}`]
}

function lifelines({ participants }: SequenceDiagram, columns: readonly number[]): string {
  const line = Array<string>(columns[columns.length - 1]! + narrowestGap / 2).fill(" ")
  participants.forEach((_, p) => (line[columns[p]!] = "|"))
  return line.join("")
}

function draw(
  item: Exclude<DiagramItem, { type: "state" }>,
  blank: string,
  columns: readonly number[],
): string {
  switch (item.type) {
    case "remark":
      return `== ${item.text}`
    case "event":
      return overwrite(blank, columns[item.participant]!, `* ${item.text}`)
    case "message":
      return item.from === item.to
        ? overwrite(blank, columns[item.from]!, `@ ${item.label}`)
        : arrow(item.from, item.to, item.label, item.receivedAt === null, blank, columns)
  }
}

/** `|-- label -->|`, from right to left `|<-- label --|`; a lost message ends in an x before its receiver. */
function arrow(
  from: number,
  to: number,
  label: string,
  lost: boolean,
  blank: string,
  columns: readonly number[],
): string {
  const left = columns[Math.min(from, to)]! + 1
  const width = columns[Math.max(from, to)]! - left
  const text = ` ${label} `
  const before = Math.floor((width - text.length) / 2)
  const shaft = "-".repeat(before) + text + "-".repeat(width - before - text.length)
  const head = lost ? "x" : to > from ? ">" : "<"
  return overwrite(blank, left, to > from ? shaft.slice(0, -1) + head : head + shaft.slice(1))
}

function overwrite(line: string, at: number, text: string): string {
  return line.slice(0, at) + text + line.slice(at + text.length)
}

/**
 * The diagram as Mermaid `sequenceDiagram` text, which GitHub and many editors
 * draw. Messages are in the order of their arrival: Mermaid has no slanted arrows.
 */
export function renderMermaid(diagram: SequenceDiagram): string {
  const title = diagram.title === undefined ? [] : ["---", `title: ${JSON.stringify(diagram.title)}`, "---"]
  const participants = diagram.participants.map(
    ({ name, detail }, p) =>
      `  participant P${p} as ${escapeText(detail === undefined ? name : `${name}\n${detail}`)}`,
  )
  const all = `P0,P${diagram.participants.length - 1}`
  const lines = itemsByRow(diagram).map((item) => `  ${renderItem(item, all)}`)
  return [...title, "sequenceDiagram", ...participants, ...lines].map((line) => `${line}\n`).join("")
}

function renderItem(item: DiagramItem, all: string): string {
  switch (item.type) {
    case "message": {
      const arrow = item.receivedAt === null ? "-x" : "->>"
      return `P${item.from}${arrow}P${item.to}: ${escapeText(item.label)}`
    }
    case "event":
      return `Note over P${item.participant}: ${escapeText(item.text)}`
    case "state":
      return `Note right of P${item.participant}: ${escapeText(item.text)}`
    case "remark":
      return `Note over ${all}: ${escapeText(item.text)}`
  }
}

/** Mermaid ends a statement at a semicolon or a line's end, and reads # as the start of an entity. */
function escapeText(text: string): string {
  return text
    .replaceAll("#", "#35;")
    .replaceAll(/(?<!#35);/g, "#59;")
    .replaceAll("\n", "<br/>")
}
