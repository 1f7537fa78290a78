/** A line from one point to another, in pixels; y grows downwards. */
export interface Arrow {
  readonly x1: number
  readonly y1: number
  readonly x2: number
  readonly y2: number
}

/** A rectangle by its upper left corner, in pixels. */
export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Where along its arrow a label goes, and how it is turned. */
export interface LabelPlace {
  readonly x: number
  readonly y: number
  /** Degrees, clockwise. */
  readonly angle: number
  /** Whether it is on the lower side of its arrow. */
  readonly isBelow: boolean
}

/** How far from its arrow the middle of a label is. */
const rise = 8
/** A label is thought of as a string of beads, so far apart and so wide: boxes around slanted texts would be far too large. */
const beadGap = 6
const beadRadius = 6
/** What it costs a label, in beads that meet something: each bead on another arrow, to be below, to be at an end. */
const costs = { onArrow: 0.3, below: 0.5, atEnd: 0.4 }

/**
 * Where along their arrows labels go: above them and near the middle where they
 * meet neither the boxes reserved nor earlier labels nor, if it can be helped,
 * other arrows; or where they meet the least.
 */
export class LabelPlaces {
  private readonly boxes: Box[] = []
  private readonly beads: { x: number; y: number }[] = []
  private readonly arrows: Arrow[] = []

  /** Keeps labels off a box. */
  reserve(box: Box): void {
    this.boxes.push(box)
  }

  /** Keeps labels of other arrows off this one. */
  cross(arrow: Arrow): void {
    this.arrows.push(arrow)
  }

  place(arrow: Arrow, width: number): LabelPlace {
    let best = { place: placeAt(arrow, 0.5, false), cost: Infinity }
    for (const share of shares(arrow, width)) {
      for (const isBelow of [false, true]) {
        const place = placeAt(arrow, share, isBelow)
        const where = (isBelow ? costs.below : 0) + 2 * costs.atEnd * Math.abs(share - 0.5)
        const cost = where + this.costOf(beadsOf(place, width), arrow)
        if (cost < best.cost - 1e-9) best = { place, cost }
      }
    }
    this.beads.push(...beadsOf(best.place, width))
    return best.place
  }

  /** By how many of its beads a label would meet something; other arrows count less. */
  private costOf(beads: readonly { x: number; y: number }[], own: Arrow): number {
    const others = this.arrows.filter((other) => !isSame(other, own))
    const onArrows = beads.filter((bead) => others.some((other) => distanceTo(other, bead) < beadRadius))
    return this.meetings(beads) + costs.onArrow * onArrows.length
  }

  private meetings(beads: readonly { x: number; y: number }[]): number {
    return beads.filter(({ x, y }) => {
      const isOnBox = this.boxes.some(
        (box) =>
          x > box.x - beadRadius &&
          x < box.x + box.width + beadRadius &&
          y > box.y - beadRadius &&
          y < box.y + box.height + beadRadius,
      )
      return isOnBox || this.beads.some((other) => Math.hypot(other.x - x, other.y - y) < 2 * beadRadius)
    }).length
  }
}

/** From the middle outwards, as far as the label stays between the ends. */
function shares({ x1, y1, x2, y2 }: Arrow, width: number): number[] {
  const reach = Math.max(0, 0.5 - (width / 2 + 4) / Math.hypot(x2 - x1, y2 - y1))
  const steps = 12
  return Array.from({ length: 2 * steps + 1 }, (_, i) => {
    const out = (reach * Math.ceil(i / 2)) / steps
    return i % 2 === 0 ? 0.5 + out : 0.5 - out
  })
}

function isSame(a: Arrow, b: Arrow): boolean {
  return a.x1 === b.x1 && a.y1 === b.y1 && a.x2 === b.x2 && a.y2 === b.y2
}

/** From a point to the nearest point of an arrow. */
function distanceTo({ x1, y1, x2, y2 }: Arrow, { x, y }: { x: number; y: number }): number {
  const [dx, dy] = [x2 - x1, y2 - y1]
  const along = ((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy)
  const share = Math.min(1, Math.max(0, along))
  return Math.hypot(x - x1 - share * dx, y - y1 - share * dy)
}

function placeAt({ x1, y1, x2, y2 }: Arrow, share: number, isBelow: boolean): LabelPlace {
  // Read from left to right, whichever way the arrow points.
  const angle = (Math.atan2((y2 - y1) * Math.sign(x2 - x1), Math.abs(x2 - x1)) * 180) / Math.PI
  return { x: x1 + (x2 - x1) * share, y: y1 + (y2 - y1) * share, angle, isBelow }
}

function beadsOf({ x, y, angle, isBelow }: LabelPlace, width: number): { x: number; y: number }[] {
  const [dx, dy] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)]
  const count = Math.max(1, Math.round(width / beadGap))
  return Array.from({ length: count + 1 }, (_, i) => {
    const along = (i / count - 0.5) * (width - beadRadius)
    const up = isBelow ? -rise : rise
    return { x: x + along * dx + up * dy, y: y + along * dy - up * dx }
  })
}
