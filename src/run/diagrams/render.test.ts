import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { quorumSystemFrom } from "../../../quorums/from-text.ts"
import { DiagramBuilder, type SequenceDiagram } from "../../experiment/diagram/model.ts"
import { renderSvg } from "../../experiment/diagram/svg.ts"
import { renderMermaid, renderText } from "../../experiment/diagram/text.ts"
import { exploreSpec } from "../../world/spec/explore.ts"
import { specModel } from "../../world/spec/model.ts"
import { violationDiagram } from "./spec.ts"

/** One of everything: slanted, crossing, lost and self-addressed messages, a time-out, a crash, a state, a remark. */
function sample(): SequenceDiagram {
  const builder = new DiagramBuilder([{ name: "p1", detail: "epoch 0" }, { name: "a1" }, { name: "a2" }])
  const first = builder.send(0, 1, "prepare(0)")
  builder.send(0, 2, "prepare(0)")
  builder.receive(first)
  builder.state(1, "0; nil")
  builder.event(0, "timeout", "timeout")
  builder.event(2, "crash", "crash")
  builder.message(2, 0, "promise(0)")
  builder.message(1, 1, "note")
  builder.remark("5 < 6; all & sundry #1")
  return builder.build("A sample")
}

const violation = (() => {
  const model = specModel(quorumSystemFrom("simple(2, 1, 1)"), { values: 2, epochs: 2 })
  const { verdict } = exploreSpec(model).outcomes[0]!
  if (verdict.verdict !== "violated") throw new Error("simple(2, 1, 1) is unsafe")
  return violationDiagram(verdict.witness)
})()

describe("a diagram as text", () => {
  it("has a line per row and a column per participant", () => {
    expect(renderText(sample())).toMatchInlineSnapshot(`
      "A sample

            p1                a1      a2
          epoch 0
             |------ prepare(0) ------x|
             |-- prepare(0) -->|       |     a1 = 0; nil
             * timeout         |       |
             |                 |       * crash
             |<----- promise(0) -------|
             |                 @ note  |
      == 5 < 6; all & sundry #1
      "
    `)
  })

  it("tells a violation from its first prepare to its disjoint quorums", () => {
    expect(renderText(violation)).toMatchInlineSnapshot(`
      "simple(2, 1, 1): agreement violated in 8 steps

            p1            p2            a1            a2
          epoch 0       epoch 1
             * prepare(0)  |             |             |
             |------- prepare(0) ------->|             |
             |<- promise(0, nil, nil) ---|             |     a1 = 0; nil
             * propose(0, A) by {a1}     |             |
             |------ propose(0, A) ----->|             |
             |<------- accept(0) --------|             |     a1 = 0; (0, A)
      == A is decided in epoch 0: {a1} is a phase-2 quorum
             |             * prepare(1)  |             |
             |             |------- prepare(1) ------->|
             |             |<- promise(1, nil, nil) ---|     a2 = 1; nil
             |             * propose(1, B) by {a2}     |
             |             |------ propose(1, B) ----->|
             |             |<------- accept(1) --------|     a2 = 1; (1, B)
      == B is decided in epoch 1: {a2} is a phase-2 quorum
      == the phase-1 quorum {a2} that allowed proposing B in epoch 1 shares no acceptor with the phase-2 quorum {a1}.
      "
    `)
  })
})

describe("a diagram in Mermaid", () => {
  it("escapes what Mermaid would take for its own", () => {
    expect(renderMermaid(sample())).toMatchInlineSnapshot(`
      "---
      title: "A sample"
      ---
      sequenceDiagram
        participant P0 as p1<br/>epoch 0
        participant P1 as a1
        participant P2 as a2
        P0-xP2: prepare(0)
        P0->>P1: prepare(0)
        Note right of P1: 0#59; nil
        Note over P0: timeout
        Note over P2: crash
        P2->>P0: promise(0)
        P1->>P1: note
        Note over P0,P2: 5 < 6#59; all & sundry #35;1
      "
    `)
  })
})

describe("a diagram in SVG", () => {
  const texts = fc.string({ unit: "binary", minLength: 1, maxLength: 12 })

  it("is well formed whatever the texts, and the same each time", () => {
    fc.assert(
      fc.property(texts, texts, fc.integer({ min: 0, max: 2 }), fc.boolean(), (label, name, to, lost) => {
        const builder = new DiagramBuilder([{ name }, { name: "b", detail: label }, { name: "c" }])
        const message = builder.send(0, to, label)
        builder.event(1, "other", label)
        if (!lost) builder.receive(message)
        builder.remark(label)
        const svg = renderSvg(builder.build(name))
        expectWellFormed(svg)
        expect(renderSvg(builder.build(name))).toBe(svg)
      }),
    )
  })

  it("draws a lost message as a cross and a received one with a head at its receiver", () => {
    const svg = renderSvg(sample())
    expectWellFormed(svg)
    expect(svg.match(/stroke-width="1.6"/g)).toHaveLength(1)
    expect(svg).toContain(">5 &lt; 6; all &amp; sundry #1</text>")
  })

  it("keeps everything inside its frame", () => {
    for (const diagram of [sample(), violation]) {
      const svg = renderSvg(diagram)
      const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg)!.map(Number)
      for (const [, x, y] of svg.matchAll(/<text x="([\d.]+)" y="([\d.]+)"/g)) {
        expect(Number(x)).toBeLessThan(width!)
        expect(Number(y)).toBeLessThan(height!)
      }
    }
  })
})

/** Tags nest, and no text holds a bare < or &. */
function expectWellFormed(svg: string): void {
  const open: string[] = []
  for (const [, close, name, selfClosing] of svg.matchAll(/<(\/?)([a-z]+)[^<>]*?(\/?)>/g)) {
    if (close === "/") expect(open.pop()).toBe(name)
    else if (selfClosing !== "/") open.push(name!)
  }
  expect(open).toEqual([])
  const between = svg.replaceAll(/<[^<>]*>/g, "")
  // XML 1.0 allows no control characters but tab and line ends.
  const controls = Array.from(svg).filter((character) => character < " " && character !== "\n")
  expect(controls).toEqual([])
  expect(between).not.toMatch(/[<>]|&(?!amp;|lt;|gt;|quot;)/)
}
