import { expect, test } from "vitest"
import { renderLatex } from "./render/latex.ts"
import { renderMarkdown } from "./render/markdown.ts"
import type { Table } from "./table.ts"
import { numberText } from "./column.ts"

test("a number by decimals, and by significant digits however small it is", () => {
  const by = (value: number) => [numberText(value, { digits: 4 }), numberText(value, { significant: 3 })]
  expect([0, 1, 0.0137389, 1.2345e-13, -12.5].map(by)).toEqual([
    ["0.0000", "0"],
    ["1.0000", "1.00"],
    ["0.0137", "1.37e-2"],
    ["0.0000", "1.23e-13"],
    ["-12.5000", "-1.25e+1"],
  ])
})

test("a column by significant digits: rounded in Markdown, with room for the exponent in LaTeX", () => {
  const table: Table = {
    id: "small",
    caption: "Small.",
    columns: [{ heading: "p", significant: 2 }],
    rows: [[1.234e-13], [-0.5], [0]],
    notes: [],
  }
  expect(renderMarkdown(table)).toContain("1.2e-13")
  expect(renderLatex(table)).toContain("S[table-format=-1.1e-2]")
})
