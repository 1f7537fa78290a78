import { schemaVersion } from "../../experiment/define.ts"
import type { Table } from "../../experiment/table.ts"
import type { Io } from "./context.ts"
import type { Format } from "./options.ts"

/** Prints a JSON object; its first key is the schema version. */
export function printJson(io: Io, value: object): void {
  io.out(`${JSON.stringify({ schemaVersion, ...value }, null, 2)}\n`)
}

/** Counts by name as a JSON object with camelCase keys: "heartbeat-ack" becomes "heartbeatAck". */
export function countsByName(counts: Iterable<readonly [string, number]>): Record<string, number> {
  const camelCase = (name: string): string =>
    name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
  return Object.fromEntries([...counts].map(([name, count]) => [camelCase(name), count]))
}

/** Prints tables in any format but JSON, separated by blank lines. Renderers are imported on demand. */
export async function printTables(
  io: Io,
  format: Exclude<Format, "json">,
  tables: readonly Table[],
): Promise<void> {
  const render = await renderer(io, format)
  io.out(tables.map(render).join("\n"))
}

async function renderer(io: Io, format: Exclude<Format, "json">): Promise<(table: Table) => string> {
  switch (format) {
    case "table": {
      const { renderTerminal } = await import("../../experiment/render/terminal.ts")
      const bold = await styler(io, "bold")
      return (table) => renderTerminal(table, { width: io.width, bold })
    }
    case "md":
      return (await import("../../experiment/render/markdown.ts")).renderMarkdown
    case "latex":
      return (await import("../../experiment/render/latex.ts")).renderLatex
    case "csv":
      return (await import("../../experiment/csv.ts")).renderCsv
  }
}

/** A function that styles text where the output is coloured; the identity elsewhere. */
export async function styler(
  io: Io,
  style: "bold" | "red" | "green" | "yellow",
): Promise<(text: string) => string> {
  if (!io.color) return (text) => text
  const { styleText } = await import("node:util")
  // `io.color` has decided already; styleText would inspect the stream again.
  return (text) => styleText(style, text, { validateStream: false })
}
