import { snakeCase } from "./column.ts"
import { rowsToCsv } from "./csv.ts"
import type { Manifest } from "./manifest.ts"
import { escapeHtml, inlineHtml, renderHtml } from "./render/html.ts"
import { type Result, drawingsOf, figuresOf, reproducingCommand, tablesOf } from "./result.ts"

/**
 * One HTML page with everything about a result: the question, tables, figures,
 * the configuration, what the columns mean, the rows themselves, and the
 * manifest. It needs nothing from anywhere else: no script, no style sheet, no
 * font, no image. The same result and manifest give the same page.
 */
export async function reportHtml(result: Result, manifest: Manifest): Promise<string> {
  const { experiment } = result
  return [
    "<!doctype html>",
    '<html lang="en">',
    "<head>",
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeHtml(experiment.id)} – quorate</title>`,
    `<style>${style}</style>`,
    "</head>",
    "<body>",
    `<h1>${escapeHtml(experiment.id)}</h1>`,
    `<p class="question">${inlineHtml(experiment.question)}</p>`,
    `<p>${inlineHtml(experiment.reference)}</p>`,
    `<p>Reproduce with <code>${escapeHtml(reproducingCommand(result))}</code>.</p>`,
    ...section("Tables", tablesOf(result).map(renderHtml)),
    ...section("Figures", await figureParts(result)),
    ...section("Configuration", [configuration(result, manifest)]),
    ...section("Columns", [columnList(result)]),
    ...section("Rows", [rows(result)]),
    ...section("Manifest", [`<pre>${escapeHtml(JSON.stringify(manifest, null, 2))}</pre>`]),
    "</body>",
    "</html>",
    "",
  ].join("\n")
}

function section(title: string, parts: readonly string[]): string[] {
  return parts.length === 0 ? [] : [`<h2>${title}</h2>`, ...parts]
}

async function figureParts(result: Result): Promise<string[]> {
  const drawn: { id: string; svg: string }[] = []
  const figures = figuresOf(result)
  if (figures.length > 0) {
    const { renderSvg } = await import("./render/svg.ts")
    for (const figure of figures) drawn.push({ id: figure.id, svg: await renderSvg(figure) })
  }
  return [...drawn, ...drawingsOf(result)].map(
    ({ id, svg }) => `<figure id="figure-${id}">\n${withOwnIds(svg, id).trim()}\n</figure>`,
  )
}

/** Several drawings in one page: what they name within themselves is named apart. */
function withOwnIds(svg: string, prefix: string): string {
  return svg
    .replace(/^<\?xml[^>]*\?>\s*/, "")
    .replace(/ id="([^"]+)"/g, ` id="${prefix}-$1"`)
    .replace(/url\(#([^)]+)\)/g, `url(#${prefix}-$1)`)
    .replace(/href="#([^"]+)"/g, `href="#${prefix}-$1"`)
}

function configuration({ experiment, rootSeed, runs, rows: all }: Result, manifest: Manifest): string {
  const { environment } = manifest
  const entries = [
    ["seed", String(rootSeed)],
    ["runs per configuration", String(runs)],
    ["cases", String(manifest.result.configuration.cases)],
    ["rows", String(all.length)],
    ["configuration SHA-256", manifest.result.configurationSha256],
    ["quorate", `${environment.quorate}, commit ${environment.gitCommit ?? "unknown"}`],
    ["Node", environment.node],
  ] as const
  const lines = entries.map(([name, value]) => `<dt>${name}</dt><dd>${escapeHtml(value)}</dd>`)
  return `<dl id="configuration-${experiment.id}">\n${lines.join("\n")}\n</dl>`
}

function columnList({ experiment }: Result): string {
  const lines = experiment.columns.map(({ name, meaning, unit, empty }) => {
    const details = [
      ...(unit === undefined ? [] : [`Unit: ${unit}.`]),
      ...(empty === undefined ? [] : [`Empty: ${empty}.`]),
    ]
    return `<dt><code>${snakeCase(name)}</code></dt><dd>${inlineHtml([meaning, ...details].join(" "))}</dd>`
  })
  return `<dl>\n${lines.join("\n")}\n</dl>`
}

/** The CSV as it is, to be copied: folded, because it may be long. */
function rows({ experiment, rows: all }: Result): string {
  const csv = rowsToCsv(experiment.columns, all)
  return `<details><summary>${all.length} rows as CSV</summary>\n<pre>${escapeHtml(csv)}</pre>\n</details>`
}

const style = `
body { font: 16px/1.5 "DejaVu Sans", Verdana, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a; background: #fff; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.25rem; margin-top: 2.5rem; }
.question { font-size: 1.15rem; }
figure { margin: 2rem 0; overflow-x: auto; }
figcaption { font-weight: bold; margin-bottom: 0.5rem; }
table { border-collapse: collapse; border-top: 2px solid; border-bottom: 2px solid; font-size: 0.9rem; }
th, td { padding: 0.15rem 0.6rem; font-weight: normal; }
th { vertical-align: bottom; } thead tr:last-child th, tbody + tbody tr:first-child td { border-bottom: 1px solid; }
tbody + tbody tr:first-child td { border-bottom: 0; border-top: 1px solid; }
.left { text-align: left; } .right { text-align: right; font-variant-numeric: tabular-nums; } td.right { white-space: nowrap; } .center, .group { text-align: center; } .group:not(:empty) { border-bottom: 1px solid; }
.note { font-size: 0.8rem; margin: 0.4rem 0; color: #404040; }
dt { font-weight: bold; } dd { margin: 0 0 0.4rem 1.5rem; overflow-wrap: anywhere; }
pre { font-size: 0.75rem; overflow: auto; max-height: 30rem; background: #f5f5f5; padding: 0.7rem; }
svg { max-width: 100%; height: auto; }
`
