import { logger } from "vega"
import { type TopLevelSpec, compile } from "vega-lite"
import { describe, expect, test } from "vitest"
import type { BarFigure, Figure, HeatFigure, LineFigure, ScatterFigure } from "../figure/figure.ts"
import { inksFor, maxSeries, shadeColor } from "../figure/ink.ts"
import { placeLabels } from "../figure/labels.ts"
import { evenLines, panelLayout, textWidth, wrapInFont } from "../figure/layout.ts"
import { renderPgfplots } from "./pgfplots.ts"
import { renderSvg } from "./svg.ts"
import { vegaLiteSpec } from "./vega-lite.ts"

const names = ["majority(5)", "weighted([2, 2, 1, 1, 1, 1], 5, 4)", "100 % & more_", "d", "e", "f", "g", "h"]
const points = (by: number): LineFigure["panels"][number]["series"][number]["points"] =>
  [1, 2, 3, 4].map((x) => ({ x, y: by * x, low: by * x * 0.9, high: by * x * 1.2 }))

const lines: LineFigure = {
  kind: "lines",
  id: "lines",
  caption: "Time by |Q2| < 5, with `code`.",
  notes: ["Means of 40 runs with 95 % intervals."],
  x: { title: "|Q2|" },
  y: { title: "latency", unit: "ms" },
  join: "line",
  interval: "bars",
  panels: ["aws", "paxi"].map((title) => ({
    title,
    series: names.map((name, i) => ({ name, points: points(i + 1) })),
  })),
  events: [{ x: 2, label: "crash" }],
}
const curves: LineFigure = {
  ...lines,
  id: "curves",
  join: "step",
  interval: "band",
  y: { title: "slower", scale: "log" },
  panels: [
    {
      title: "",
      series: [{ name: "one", points: [...points(0.1), { x: 5, y: 0, low: 0, high: 0 }] }],
    },
  ],
}
const bars: BarFigure = {
  kind: "bars",
  id: "bars",
  caption: "Bars.",
  notes: [],
  groups: "matrix",
  value: { title: "latency", unit: "ms" },
  panels: [
    {
      title: "",
      bars: ["aws", "paxi"].flatMap((group) =>
        names.map((series, i) => ({ group, series, value: i + 4, low: i + 3, high: i + 5 })),
      ),
    },
  ],
}
const lying: BarFigure = {
  ...bars,
  id: "lying",
  panels: ["left", "right"].map((title) => ({
    title,
    bars: names.flatMap((group) =>
      ["read", "write"].map((series) => ({ group, series, value: group.length, low: null, high: null })),
    ),
  })),
}
const heat: HeatFigure = {
  kind: "heat",
  id: "heat",
  caption: "Heat.",
  notes: [],
  x: { title: "|Q1|" },
  y: { title: "|Q2|" },
  value: { title: "time", unit: "ms" },
  digits: 1,
  panels: [
    {
      title: "",
      cells: [
        { x: 10, y: 1, value: 3 },
        { x: 2, y: 1, value: 5.25 },
      ],
    },
  ],
}
const scatter: ScatterFigure = {
  kind: "scatter",
  id: "scatter",
  caption: "Scatter.",
  notes: [],
  x: { title: "load" },
  y: { title: "failure probability", scale: "log" },
  series: [
    {
      name: "best",
      points: [
        { x: 0.3, y: 1e-4, label: "grid(3, 3)" },
        { x: 0.3, y: 1e-4, label: "mGrid(3, 1)" },
        { x: 0.31, y: 1.2e-4, label: "paths(2)" },
        { x: 0.5, y: 0, label: "never" },
      ],
    },
  ],
  front: [
    { x: 0.3, y: 1e-4 },
    { x: 0.5, y: 1e-6 },
  ],
}
const all: readonly Figure[] = [lines, curves, bars, lying, heat, scatter]

describe.each(all.map((figure) => [figure.id, figure] as const))("a figure of %s", (_, figure) => {
  test("is the same bytes each time, in any order", async () => {
    const first = await renderSvg(figure)
    await renderSvg(lines)
    expect(await renderSvg(figure)).toBe(first)
    expect(renderPgfplots(figure)).toBe(renderPgfplots(figure))
  })

  test("is a specification that Vega-Lite takes without a warning, and plain JSON", () => {
    const warnings: unknown[] = []
    const listening = logger(1)
    listening.warn = (...args: unknown[]) => {
      warnings.push(args)
      return listening
    }
    const spec = vegaLiteSpec(figure)
    compile(spec as unknown as TopLevelSpec, { logger: listening })
    expect(warnings).toEqual([])
    expect(JSON.parse(JSON.stringify(spec))).toEqual(spec)
  })

  test("has its caption, its notes and the units of its axes in every medium", async () => {
    const svg = await renderSvg(figure)
    const tex = renderPgfplots(figure)
    const axes = figure.kind === "bars" ? [figure.value] : [figure.x, figure.y]
    for (const { title, unit } of axes) {
      const text = unit === undefined ? title : `${title} (${unit})`
      expect(svg).toContain(`>${text}<`)
      expect(tex).toContain(text.replaceAll("|", "\\textbar{}"))
    }
    for (const note of figure.notes) expect(svg).toContain(note)
    expect(tex).toContain(`\\label{fig:${figure.id}}`)
  })

  test("asks for the font its texts are measured in, and no other", async () => {
    const fonts = [...(await renderSvg(figure)).matchAll(/font-family="([^"]*)"/g)].map(([, font]) => font)
    expect(new Set(fonts)).toEqual(new Set(["DejaVu Sans"]))
  })
})

describe("in grey", () => {
  test("series differ in dash, in mark and in hatching", () => {
    const inks = inksFor(names, "x")
    expect(inks).toHaveLength(maxSeries)
    for (const trait of ["dash", "mark", "hatch", "color"] as const)
      expect(new Set(inks.map((ink) => String(ink[trait]))).size).toBe(maxSeries)
  })

  test("bars are hatched, each series in its own way", async () => {
    const svg = await renderSvg(bars)
    const filled = new Set([...svg.matchAll(/fill="url\(#(\w+)\)"/g)].map(([, id]) => id))
    expect(filled.size).toBe(maxSeries - 1)
    for (const id of filled) expect(svg).toContain(`<pattern id="${id}"`)
  })

  test("heat maps grow darker steadily", () => {
    const light = Array.from({ length: 101 }, (_, i) => {
      const [red, green, blue] = shadeColor(i / 100)
      return 0.299 * red + 0.587 * green + 0.114 * blue
    })
    for (let i = 1; i < light.length; i++) expect(light[i]).toBeLessThan(light[i - 1]!)
  })
})

describe("what cannot be shown", () => {
  test("is refused where there are too many series to tell apart", () => {
    const one = { name: "i", points: [{ x: 1, y: 1 }] }
    const many = { ...lines, panels: [{ title: "", series: [...lines.panels[0]!.series, one] }] }
    expect(() => vegaLiteSpec(many)).toThrow("has 9 series; at most 8 are distinguishable")
    expect(() => renderPgfplots(many)).toThrow("Show fewer, or split them over panels")
  })

  test("is left out of a logarithmic axis, and nothing else is", () => {
    expect(renderPgfplots(curves).match(/\d \\\\$/gm)?.length).toBe(12)
    expect(renderPgfplots(scatter)).not.toContain("never")
  })
})

describe("labels of points", () => {
  test("share a place where their points do, and do not overlap else", () => {
    const placed = placeLabels(scatter, panelLayout(scatter))
    expect(placed.map(({ label }) => label)).toEqual(["grid(3, 3), mGrid(3, 1)", "paths(2)"])
    expect(placed[0]!.y === placed[1]!.y && Math.abs(placed[0]!.x - placed[1]!.x) < 0.05).toBe(false)
  })
})

describe("a label far from its point", () => {
  // A knot of points so tight that not all labels have room beside theirs.
  const knot: ScatterFigure = {
    ...scatter,
    front: [],
    y: { title: "y" },
    series: [
      {
        name: "all",
        points: Array.from({ length: 9 }, (_, i) => ({
          x: 1 + (i % 3) / 40,
          y: 1 + Math.floor(i / 3) / 40,
          label: `wheel(${i})`,
        })).concat({ x: 0, y: 0, label: "" }, { x: 3, y: 3, label: "" }),
      },
    ],
  }

  test("has a line to it in every medium, and one beside its point has none", async () => {
    const placed = placeLabels(knot, panelLayout(knot))
    const led = placed.filter(({ leader }) => leader !== undefined)
    expect(led.length).toBeGreaterThan(0)
    expect(placeLabels(scatter, panelLayout(scatter)).some(({ leader }) => leader !== undefined)).toBe(false)
    expect(renderPgfplots(knot).match(/\\draw\[black!60, very thin\]/g)).toHaveLength(led.length)
    expect((await renderSvg(knot)).match(/<line [^>]*stroke="#606060" stroke-width="0.6"/g)).toHaveLength(
      led.length,
    )
  })
})

describe("intervals", () => {
  const sure: LineFigure = {
    ...lines,
    y: { title: "share", zero: false, max: 1 },
    panels: [
      {
        title: "",
        series: [
          {
            name: "a",
            points: [
              { x: 1, y: 0.98, low: 0.9, high: 1.06 },
              { x: 2, y: 0.5 },
            ],
          },
        ],
      },
    ],
  }

  test("end where their axis does, which is no further than values can be", () => {
    expect(panelLayout(sure).y!.high).toBe(1)
    expect(renderPgfplots(sure)).toContain("  1 0.98 0.02 0.08 \\\\")
    const { y: unlimited } = panelLayout({ ...sure, y: { title: "share", zero: false } })
    expect(unlimited!.high).toBeGreaterThan(1.05)
  })
})

test("every axis of numbers has its grid, beside a marked moment too", async () => {
  for (const figure of [{ ...lines, events: [] }, lines]) {
    const grid = (await renderSvg(figure)).match(
      /role-axis-grid"[^>]*>(?:<line[^>]*stroke="#e4e4e4"[^>]*>)+/g,
    )
    // Across and along in each of two panels.
    expect(grid).toHaveLength(4)
  }
})

test("clouds of several series are drawn hollow, so that none hides another", () => {
  const both = { ...scatter, series: [...scatter.series, { ...scatter.series[0]!, name: "more" }] }
  expect(renderPgfplots({ ...scatter, series: scatter.series.slice(0, 1) })).toContain("mark=*,")
  expect(renderPgfplots(both)).toContain("mark=o,")
})

describe("pgfplots", () => {
  test("has the data of the figure, errors as distances", () => {
    expect(renderPgfplots(lines)).toContain("  2 4 0.8 0.4 \\\\")
  })

  test("escapes names, and numbers need no file beside it", () => {
    const tex = renderPgfplots(lines)
    expect(tex).toContain("\\addlegendentry{100~\\% \\& more\\_}")
    expect(tex).not.toMatch(/\.(csv|dat)/)
  })
})

test("texts are as wide as the font makes them, and are broken at spaces", () => {
  // Advance widths of DejaVu Sans: M 1767, i 569, of 2048.
  expect(textWidth("Mi", 2048)).toBe(2336)
  expect(wrapInFont("one two three", 10, textWidth("one two", 10))).toEqual(["one two", "three"])
  expect(wrapInFont("unbreakable", 10, 1)).toEqual(["unbreakable"])
  const two = textWidth("one two three four", 10)
  expect(wrapInFont("one two three four five", 10, two)).toEqual(["one two three four", "five"])
  expect(evenLines("one two three four five", 10, two)).toEqual(["one two three", "four five"])
  expect(evenLines("one two", 10, two)).toEqual(["one two"])
})
