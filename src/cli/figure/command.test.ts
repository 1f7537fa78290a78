import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, test } from "vitest"
import { quorate, quorateOn } from "../../../test/support/listen.ts"
import { renderPng } from "./png.ts"

const folder = mkdtempSync(join(tmpdir(), "quorate-figure-"))
afterAll(() => rmSync(folder, { recursive: true }))

const [time, heat] = ["phase2-size-time", "phase2-size-heat"]

describe("quorate figure of results", () => {
  test("prints one figure as it lies beside its CSV", async () => {
    const { code, out } = await quorate("figure", "phase2-size", "--only", time)
    expect([code, out]).toEqual([0, readFileSync(`results/phase2-size/${time}.svg`, "utf8")])
    const tex = await quorate("figure", "results/phase2-size/phase2-size.csv", "--format", "tex")
    expect(tex.out).toBe(
      [time, heat].map((id) => readFileSync(`results/phase2-size/${id}.tex`, "utf8")).join("\n"),
    )
  })

  test("writes a folder of all, or a file in the format of its ending", async () => {
    const all = join(folder, "all")
    expect((await quorate("figure", "phase2-size", "--out", all)).code).toBe(0)
    expect(readdirSync(all).sort()).toEqual([`${heat}.svg`, `${time}.svg`])
    const image = join(folder, "one.png")
    const { err } = await quorate("figure", "phase2-size", "--only", heat, "--out", image)
    expect(err).toBe(`${image}\n`)
    expect(readFileSync(image).subarray(1, 4).toString()).toBe("PNG")
    await quorate("figure", "phase2-size", "--only", heat, "--out", join(folder, "one.json"))
    expect(readFileSync(join(folder, "one.json"), "utf8")).toContain("vega-lite/v6.json")
  })

  test("draws the message sequence diagrams of results, too", async () => {
    const { out } = await quorate("figure", "counterexamples", "--only", "half-and-half")
    expect(out).toBe(readFileSync("results/counterexamples/half-and-half.svg", "utf8"))
    const { code, err } = await quorate("figure", "counterexamples", "--only", "half-and-half", "-f", "tex")
    expect([code, err]).toEqual([2, expect.stringContaining("--format must be svg or png")])
  })

  test.each([
    [["figure", "phase2-size"], "Choose one with --only"],
    [["figure", "phase2-size", "--only", "phase2-size-tine"], 'did you mean "phase2-size-time"'],
    [["figure", "phase2-size", "--out", "x.svg"], "is one file for 2 figures"],
    [["figure", "phase2-size", "--only", time, "--out", `${folder}/x.gif`], "must be .svg"],
    [["figure", "unsafe"], "unsafe has no figures"],
    [["figure", "2.4", "phase2-size"], "use one command for each"],
    [["figure", "nothing-of-the-kind"], "no result nothing-of-the-kind"],
  ])("refuses %j", async (args, message) => {
    const { code, err } = await quorate(...args)
    expect(code).toBe(2)
    expect(err).toContain(message)
  })

  test("writes figures of the thesis, too, and has no data of them to plot", async () => {
    const place = join(folder, "thesis")
    const { code, err } = await quorate("figure", "2.2", "7.4", "--format", "png", "--out", `${place}/`)
    expect([code, err]).toEqual([0, `${place}/figure-2.2.png\n${place}/figure-7.4.png\n`])
    expect(readFileSync(join(place, "figure-7.4.png")).subarray(1, 4).toString()).toBe("PNG")
    await quorate("figure", "2.2", "--out", join(place, "one.svg"))
    expect(readFileSync(join(place, "one.svg"), "utf8")).toBe(
      (await quorate("figure", "2.2", "-d", "svg")).out,
    )
    expect((await quorate("figure", "2.2", "--format", "tex")).err).toContain("--format must be svg or png")
  })

  test("does not print an image on a terminal", async () => {
    const { code, err } = await quorateOn(
      { outIsTerminal: true },
      "figure",
      "phase2-size",
      "--only",
      heat,
      "-f",
      "png",
    )
    expect([code, err]).toEqual([2, expect.stringContaining("--out figure.png")])
  })
})

describe("quorate search --figure", () => {
  test("draws the front it prints, in the format of the ending", async () => {
    for (const ending of ["svg", "tex", "png"]) {
      const file = join(folder, `front.${ending}`)
      const { code, out, err } = await quorate("search", "4", "--figure", file)
      expect([code, err]).toEqual([0, `${file}\n`])
      expect(out).toContain("failure probability (log scale)")
      expect(readFileSync(file).length).toBeGreaterThan(1000)
    }
    expect(readFileSync(join(folder, "front.svg"), "utf8")).toContain(">load<")
  })

  test("refuses an ending that it does not know", async () => {
    const { code, err } = await quorate("search", "3", "--figure", "front.jpg")
    expect([code, err]).toEqual([2, expect.stringContaining("must be .svg")])
  })
})

test("an image has the text of its drawing: without a font it would be blank", async () => {
  const svg = (content: string): string =>
    `<svg xmlns="http://www.w3.org/2000/svg" width="60" height="20"><rect width="60" height="20" fill="white"/>${content}</svg>`
  const text = (family: string): string =>
    `<text x="5" y="15" font-family="${family}" font-size="10">Text</text>`
  const blank = await renderPng(svg(""))
  for (const family of ["DejaVu Sans", "monospace", "No Such Font"])
    expect(Buffer.compare(await renderPng(svg(text(family))), blank)).not.toBe(0)
})
