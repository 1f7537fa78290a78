import { describe, expect, it } from "vitest"
import { type Box, LabelPlaces } from "./svg.ts"

const arrow = { x1: 0, y1: 0, x2: 300, y2: 0 }

/** What a label on a level arrow covers. */
function covered(x: number, width: number): Box {
  return { x: x - width / 2, y: -14, width, height: 12 }
}

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
}

describe("the label of an arrow", () => {
  it("is in the middle where nothing is in its way, and reads from left to right", () => {
    expect(new LabelPlaces().place(arrow, 60)).toEqual({ x: 150, y: 0, angle: 0, isBelow: false })
    const back = new LabelPlaces().place({ x1: 100, y1: 0, x2: 0, y2: 100 }, 40)
    expect([back.x, back.y, Math.round(back.angle)]).toEqual([50, 50, -45])
  })

  it("gives way to a box and to earlier labels, as little as it can", () => {
    const places = new LabelPlaces()
    const box = { x: 140, y: -20, width: 20, height: 20 }
    places.reserve(box)
    const first = places.place(arrow, 60)
    const second = places.place(arrow, 60)
    const all = [box, covered(first.x, 60), covered(second.x, 60)]
    expect(all.flatMap((a, i) => all.slice(i + 1).filter((b) => overlap(a, b)))).toEqual([])
    expect(Math.abs(first.x - 150)).toBeLessThan(70)
  })

  it("goes below where there is room only there, and keeps off other arrows", () => {
    const below = new LabelPlaces()
    below.reserve({ x: 0, y: -20, width: 300, height: 18 })
    expect(below.place(arrow, 60)).toEqual({ x: 150, y: 0, angle: 0, isBelow: true })
    const crossed = new LabelPlaces()
    for (const own of [arrow, { x1: 140, y1: -40, x2: 160, y2: 0 }]) crossed.cross(own)
    const { x, isBelow } = crossed.place(arrow, 60)
    // Above the middle the other arrow comes down, at 156.
    expect([isBelow, Math.abs(x - 156) > 30]).toEqual([false, true])
  })

  it("stays on its arrow where there is no room, over as little as possible", () => {
    const places = new LabelPlaces()
    places.reserve({ x: 0, y: -30, width: 160, height: 60 })
    const { x } = places.place(arrow, 200)
    expect(x).toBeGreaterThan(150)
    expect(x).toBeLessThanOrEqual(200)
  })
})
