import { type DiagramItem, type SequenceDiagram, itemsByRow } from "./model.ts"

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
