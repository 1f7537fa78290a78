export interface Arrow {
  readonly x1: number
  readonly y1: number
  readonly x2: number
  readonly y2: number
}

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
}

/** How far above its arrow the middle of a label is. */
const rise = 8
/** A label is thought of as a string of beads, so far apart and so wide: boxes around slanted texts would be far too large. */
const beadGap = 6
const beadRadius = 6

/**
 * Where along their arrows labels go: as near the middle as they meet neither
 * the boxes reserved nor earlier labels, or where they meet the least.
 */
export class LabelPlaces {
  private readonly boxes: Box[] = []
  private readonly beads: { x: number; y: number }[] = []

  /** Keeps labels off a box. */
  reserve(box: Box): void {
    this.boxes.push(box)
  }

  place(arrow: Arrow, width: number): LabelPlace {
    let best = { place: placeAt(arrow, 0.5), cost: Infinity }
    for (const share of shares(arrow, width)) {
      const place = placeAt(arrow, share)
      const cost = this.costOf(beadsOf(place, width))
      if (cost < best.cost) best = { place, cost }
    }
    this.beads.push(...beadsOf(best.place, width))
    return best.place
  }

  /** By how many of its beads a label would meet something. */
  private costOf(beads: readonly { x: number; y: number }[]): number {
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

function placeAt({ x1, y1, x2, y2 }: Arrow, share: number): LabelPlace {
  // Read from left to right, whichever way the arrow points.
  const angle = (Math.atan2((y2 - y1) * Math.sign(x2 - x1), Math.abs(x2 - x1)) * 180) / Math.PI
  return { x: x1 + (x2 - x1) * share, y: y1 + (y2 - y1) * share, angle }
}

function beadsOf({ x, y, angle }: LabelPlace, width: number): { x: number; y: number }[] {
  const [dx, dy] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)]
  const count = Math.max(1, Math.round(width / beadGap))
  return Array.from({ length: count + 1 }, (_, i) => {
    const along = (i / count - 0.5) * (width - beadRadius)
    return { x: x + along * dx + rise * dy, y: y + along * dy - rise * dx }
  })
}
