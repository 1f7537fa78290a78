import { type DiagramItem, type SequenceDiagram, itemsByRow, rowOf } from "./model.ts"

/**
 * The diagram for a terminal: one line per row, lifelines as columns, states to
 * the right of the row after which they hold. A message is drawn where it
 * arrives; one that took time says so by the order of the lines only. ASCII
 * except where names and labels are not.
 */
export function renderText(diagram: SequenceDiagram): string {
  const gap = columnGap(diagram)
  const lines = [header(diagram, gap)]
  const details = diagram.participants.map(({ detail }) => detail ?? "")
  if (details.some((detail) => detail !== "")) lines.push(centred(details, gap))
  const items = itemsByRow(diagram)
  for (const row of new Set(items.map(rowOf))) {
    const together = items.filter((item) => rowOf(item) === row)
    lines.push(...renderRow(diagram, together, gap))
  }
  const title = diagram.title === undefined ? [] : [diagram.title, ""]
  return [...title, ...lines].map((line) => `${line.trimEnd()}\n`).join("")
}

const margin = 2
const narrowestGap = 8

/** Columns between lifelines: every label fits between the lifelines it spans, and names do not touch. */
function columnGap({ participants, items }: SequenceDiagram): number {
  const names = participants.map(({ name, detail = "" }) => Math.max(name.length, detail.length) + 2)
  const labels = items.flatMap((item) =>
    item.type === "message" && item.from !== item.to
      ? [Math.ceil((item.label.length + 8) / Math.abs(item.from - item.to))]
      : [],
  )
  return Math.max(narrowestGap, ...names, ...labels)
}

function header({ participants }: SequenceDiagram, gap: number): string {
  return centred(
    participants.map(({ name }) => name),
    gap,
  )
}

/** Texts centred on their lifelines. */
function centred(texts: readonly string[], gap: number): string {
  return texts.reduce((line, text, p) => {
    const start = Math.max(0, column(p, gap) - Math.floor(text.length / 2))
    return line.padEnd(start) + text
  }, "")
}

function column(participant: number, gap: number): number {
  return margin + Math.floor(gap / 2) + participant * gap
}

function renderRow(diagram: SequenceDiagram, items: readonly DiagramItem[], gap: number): string[] {
  const states = items.flatMap((item) =>
    item.type === "state" ? [`${diagram.participants[item.participant]!.name} = ${item.text}`] : [],
  )
  const others = items.filter((item) => item.type !== "state")
  const blank = lifelines(diagram, gap)
  const drawn = others.map((item) => draw(item, blank, gap))
  if (states.length === 0) return drawn
  const last = drawn.pop() ?? blank
  return [...drawn, `${last.padEnd(blank.length)}  ${states.join(", ")}`]
}

function lifelines({ participants }: SequenceDiagram, gap: number): string {
  const line = Array<string>(column(participants.length - 1, gap) + Math.ceil(gap / 2)).fill(" ")
  participants.forEach((_, p) => (line[column(p, gap)] = "|"))
  return line.join("")
}

function draw(item: Exclude<DiagramItem, { type: "state" }>, blank: string, gap: number): string {
  switch (item.type) {
    case "remark":
      return `== ${item.text}`
    case "event":
      return overwrite(blank, column(item.participant, gap), `* ${item.text}`)
    case "message":
      return item.from === item.to
        ? overwrite(blank, column(item.from, gap), `@ ${item.label}`)
        : arrow(item.from, item.to, item.label, item.receivedAt === null, blank, gap)
  }
}

/** `|-- label -->|`, from right to left `|<-- label --|`; a lost message ends in an x before its receiver. */
function arrow(from: number, to: number, label: string, lost: boolean, blank: string, gap: number): string {
  const left = column(Math.min(from, to), gap) + 1
  const width = column(Math.max(from, to), gap) - left
  const text = ` ${label} `
  const before = Math.floor((width - text.length) / 2)
  const shaft = "-".repeat(before) + text + "-".repeat(width - before - text.length)
  const head = lost ? "x" : to > from ? ">" : "<"
  return overwrite(blank, left, to > from ? shaft.slice(0, -1) + head : head + shaft.slice(1))
}

function overwrite(line: string, at: number, text: string): string {
  return line.slice(0, at) + text + line.slice(at + text.length)
}
