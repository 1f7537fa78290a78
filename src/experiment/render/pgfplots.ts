import { type Figure, axisText, distinct, seriesNames } from "../figure.ts"
import { ordered } from "../figure/heat.ts"
import { inksFor } from "../figure/ink.ts"
import { type PanelLayout, legendLayout, lineShare, panelLayout } from "../figure/layout.ts"
import type { Scale } from "../figure/scale.ts"
import { escapeLatex, inlineLatex } from "./latex.ts"
import { type Plots, barPlots, heatPlots, legendImage, linePlots, scatterPlots } from "./pgfplots-plots.ts"

/**
 * The figure as LaTeX, drawn by pgfplots from the data in the file itself, with
 * caption, label and legend. It is as wide as the text and needs two runs of
 * LaTeX, as references do. The preamble needs what its first lines say.
 */
export function renderPgfplots(figure: Figure): string {
  const names = seriesNames(figure)
  const layout = panelLayout(figure)
  const plots = { names, inks: inksFor(names, figure.id), layout }
  const panels = figure.kind === "scatter" ? [""] : figure.panels.map(({ title }) => title)
  return [
    "% Needs \\usepackage{pgfplots}, \\pgfplotsset{compat=1.17},",
    "% \\usepgfplotslibrary{groupplots} and \\usetikzlibrary{patterns}.",
    "\\begin{figure}",
    "  \\centering",
    "  \\begin{tikzpicture}",
    `    \\begin{groupplot}[${groupOptions(figure, layout, panels.length).join(", ")}]`,
    ...panels.flatMap((title, i) => [
      `      \\nextgroupplot[${panelOptions(figure, plots, i, title).join(", ")}]`,
      ...(i === 0 && names.length > 1 ? legend(figure, plots) : []).map((line) => `      ${line}`),
      ...plotsOf(figure, plots, i).map((line) => `      ${line}`),
    ]),
    "    \\end{groupplot}",
    "  \\end{tikzpicture}",
    ...(names.length > 1 ? [`  \\par\\smallskip\\pgfplotslegendfromname{legend:${figure.id}}`] : []),
    `  \\caption[${inlineLatex(figure.caption)}]{${inlineLatex([figure.caption, ...notesOf(figure)].join(" "))}}`,
    `  \\label{fig:${figure.id}}`,
    "\\end{figure}",
    "",
  ].join("\n")
}

function notesOf(figure: Figure): readonly string[] {
  return figure.kind === "heat"
    ? [`Shade and number: ${axisText(figure.value)}.`, ...figure.notes]
    : figure.notes
}

function groupOptions(figure: Figure, layout: PanelLayout, panels: number): string[] {
  const { columns, width, height, left, lying } = layout
  const rows = Math.ceil(panels / columns)
  const apart = lying ? 24 : left + 12
  return [
    `group style={group size=${columns} by ${rows}, horizontal sep=${lineShare(apart)}, vertical sep=2.1cm}`,
    "scale only axis",
    `width=${lineShare(width)}`,
    `height=${lineShare(height)}`,
    "tick label style={font=\\scriptsize}",
    "label style={font=\\footnotesize}",
    "title style={font=\\footnotesize}",
    "axis x line*=bottom",
    "axis y line*=left",
    "tick align=outside",
    ...(figure.kind === "heat" ? [] : ["grid=major", "grid style={black!12}"]),
    "clip=false",
  ]
}

function panelOptions(figure: Figure, { layout, names }: Plots, index: number, title: string): string[] {
  const first = index % layout.columns === 0
  return [
    ...(title === "" ? [] : [`title={${escapeLatex(title)}}`]),
    ...axesOf(figure, layout, first),
    ...(index === 0 && names.length > 1
      ? [
          `legend to name=legend:${figure.id}`,
          `legend columns=${legendLayout(names).columns}`,
          "legend style={draw=none, font=\\scriptsize, /tikz/every even column/.append style={column sep=6pt}}",
          "legend cell align=left",
        ]
      : []),
  ]
}

function axesOf(figure: Figure, layout: PanelLayout, first: boolean): string[] {
  switch (figure.kind) {
    case "lines":
    case "scatter":
      return [
        ...measured("x", layout.x!, axisText(figure.x)),
        ...measured("y", layout.y!, first ? axisText(figure.y) : ""),
      ]
    case "bars": {
      const groups = distinct(figure.panels.flatMap(({ bars }) => bars.map(({ group }) => group)))
      const value = axisText(figure.value)
      return layout.lying
        ? [...measured("x", layout.x!, value), ...named("y", groups, figure.groups, first), "y dir=reverse"]
        : [...named("x", groups, figure.groups, true), ...measured("y", layout.y!, first ? value : "")]
    }
    case "heat":
      return [
        ...named("x", ordered(figure, "x").map(String), axisText(figure.x), true),
        ...named("y", ordered(figure, "y").map(String), first ? axisText(figure.y) : "", true),
      ]
  }
}

/** An axis of numbers, with the labels of the SVG. */
function measured(axis: "x" | "y", scale: Scale, title: string): string[] {
  const ticks = scale.ticks.map(({ value }) => value).join(",")
  const labels = scale.ticks.map(({ label }) => `{${raisedInLatex(label)}}`).join(",")
  return [
    ...(scale.log ? [`${axis}mode=log`] : []),
    `${axis}min=${scale.low}`,
    `${axis}max=${scale.high}`,
    `${axis}tick={${ticks}}`,
    `${axis}ticklabels={${labels}}`,
    ...titled(axis, title),
  ]
}

/** 10⁻³ as LaTeX sets it. */
function raisedInLatex(label: string): string {
  return label
    .split(/([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)/)
    .map((part, i) =>
      i % 2 === 0
        ? escapeLatex(part)
        : `$^{${part.replace(/./gu, (digit) => (digit === "⁻" ? "-" : String("⁰¹²³⁴⁵⁶⁷⁸⁹".indexOf(digit))))}}$`,
    )
    .join("")
}

/** An axis of names: they stand at 0, 1, 2 and so on. */
function named(axis: "x" | "y", names: readonly string[], title: string, shown: boolean): string[] {
  const labels = shown ? names.map((name) => `{${escapeLatex(name)}}`).join(",") : ""
  return [
    `${axis}min=-0.5`,
    `${axis}max=${names.length - 0.5}`,
    `${axis}tick={${names.map((_, i) => i).join(",")}}`,
    `${axis}ticklabels={${labels}}`,
    `${axis} tick style={draw=none}`,
    `${axis}majorgrids=false`,
    ...titled(axis, shown ? title : ""),
  ]
}

function titled(axis: "x" | "y", title: string): string[] {
  return title === "" ? [] : [`${axis}label={${escapeLatex(title)}}`]
}

function legend(figure: Figure, { names, inks }: Plots): string[] {
  return names.flatMap((name, i) => [
    `\\addlegendimage{${legendImage(figure, inks[i]!)}}`,
    `\\addlegendentry{${escapeLatex(name)}}`,
  ])
}

function plotsOf(figure: Figure, plots: Plots, index: number): string[] {
  switch (figure.kind) {
    case "lines":
      return linePlots(figure, figure.panels[index]!, plots)
    case "bars":
      return barPlots(figure, figure.panels[index]!, plots)
    case "heat":
      return heatPlots(figure, figure.panels[index]!)
    case "scatter":
      return scatterPlots(figure, plots)
  }
}
