import { schemaVersion } from "../../experiment/define.ts"
import type { Table } from "../../experiment/table.ts"
import type { Io } from "./context.ts"
import type { Format } from "./options.ts"

/** Prints one JSON object; its first key is the version of its schema. */
export function printJson(io: Io, value: object): void {
  io.out(`${JSON.stringify({ schemaVersion, ...value }, null, 2)}\n`)
}

/** Counts by name as keys of a JSON object, in camelCase as all its keys: `heartbeat-ack` is `heartbeatAck`. */
export function countsByName(counts: Iterable<readonly [string, number]>): Record<string, number> {
  const camelCase = (name: string): string =>
    name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
  return Object.fromEntries([...counts].map(([name, count]) => [camelCase(name), count]))
}

/** Prints tables in any format but JSON, a blank line between them. The renderers are imported when they are needed. */
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
      return (await import("../../experiment/render/csv.ts")).renderCsv
  }
}

/** Styles text where the output has colours, and leaves it as it is elsewhere. */
export async function styler(
  io: Io,
  style: "bold" | "red" | "green" | "yellow",
): Promise<(text: string) => string> {
  if (!io.color) return (text) => text
  const { styleText } = await import("node:util")
  // Whether there are colours was decided above; styleText would ask the stream again.
  return (text) => styleText(style, text, { validateStream: false })
}
