import type { ScatterFigure } from "./figure.ts"
import { type PanelLayout, fontSizes, textWidth } from "./layout.ts"
import { isShown, position, valueAt } from "./scale.ts"

/** A label at the place of its left end, in the units of the axes. */
export interface PlacedLabel {
  readonly x: number
  readonly y: number
  readonly label: string
  /** A thin line from the point to a label that stands so far off that it could belong to another; else nothing. */
  readonly leader?: readonly [from: Place, to: Place]
}

interface Place {
  readonly x: number
  readonly y: number
}

interface Box {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

const lineHeight = 12
/** A label further from the middle of its point than this has a line to it. */
const near = 10

/**
 * Where the labels of points stand: beside their point, on the first of the
 * places around it where they meet neither a point nor another label; where
 * there is none, on the one where they meet fewest. Points in the same place
 * share one label. Points from left to right, so that the same figure is always
 * labelled in the same way.
 */
export function placeLabels(figure: ScatterFigure, { x, y, width, height }: PanelLayout): PlacedLabel[] {
  const at = (place: Place): { left: number; top: number } => ({
    left: position(x!, place.x) * width,
    top: (1 - position(y!, place.y)) * height,
  })
  const points = figure.series
    .flatMap((series) => series.points)
    .filter((point) => isShown(figure.x, point.x) && isShown(figure.y, point.y))
    .map((point) => ({ label: point.label ?? "", ...at(point) }))
  const marks = points.map(({ left, top }) => ({ left: left - 4, top: top - 4, width: 8, height: 8 }))
  const taken: Box[] = [...marks, ...stairs(figure, at)]
  return mergeLabels(points).map(({ label, left, top }) => {
    const size = { width: textWidth(label, fontSizes.label), height: lineHeight }
    const candidates = placesAround(left, top, size)
    const cost = (box: Box): number =>
      taken.filter((other) => overlap(box, other)).length +
      (box.left < 0 || box.left + box.width > width + 6 || box.top < -4 || box.top + box.height > height
        ? 2
        : 0)
    const costs = candidates.map(cost)
    const best = candidates[costs.indexOf(Math.min(...costs))]!
    taken.push(best)
    const placeOf = ([across, down]: readonly [number, number]): Place => ({
      x: valueAt(x!, across / width),
      y: valueAt(y!, 1 - down / height),
    })
    const leader = leaderOf([left, top], best)?.map(placeOf) as [Place, Place] | undefined
    return { label, ...placeOf([best.left, best.top + lineHeight / 2]), ...(leader && { leader }) }
  })
}

/** From the edge of a mark to the nearest end of its label, in pixels; nothing where they are near. */
function leaderOf([left, top]: readonly [number, number], box: Box): [number, number][] | undefined {
  const nearest = [
    Math.min(Math.max(left, box.left - 2), box.left + box.width + 2),
    Math.min(Math.max(top, box.top + 2), box.top + box.height - 2),
  ] as const
  const [across, down] = [nearest[0] - left, nearest[1] - top]
  const away = Math.hypot(across, down)
  if (away <= near) return undefined
  return [
    [left + (4 * across) / away, top + (4 * down) / away],
    [nearest[0], nearest[1]],
  ]
}

/** The steps of the front as thin boxes, which labels keep clear of. */
function stairs({ front, x, y }: ScatterFigure, at: (place: Place) => { left: number; top: number }): Box[] {
  const places = front.filter((place) => isShown(x, place.x) && isShown(y, place.y)).map(at)
  return places.slice(1).flatMap((to, i) => {
    const from = places[i]!
    return [
      { left: from.left, top: from.top - 1, width: to.left - from.left, height: 2 },
      { left: to.left - 1, top: from.top, width: 2, height: to.top - from.top },
    ]
  })
}

interface LabelledPoint {
  readonly label: string
  readonly left: number
  readonly top: number
}

/** One label for all points in a place, from left to right; points without labels have none. */
function mergeLabels(points: readonly LabelledPoint[]): LabelledPoint[] {
  const places = new Map<string, LabelledPoint>()
  for (const point of points.filter(({ label }) => label !== "")) {
    const key = `${Math.round(point.left)},${Math.round(point.top)}`
    const there = places.get(key)
    places.set(key, there === undefined ? point : { ...there, label: `${there.label}, ${point.label}` })
  }
  return [...places.values()].sort((a, b) => a.left - b.left || a.top - b.top)
}

function placesAround(left: number, top: number, { width, height }: Pick<Box, "width" | "height">): Box[] {
  return [7, 12, 17, 24].flatMap((away) => {
    const [right, before, middle] = [left + away, left - away - width, left - width / 2]
    const [level, above, under] = [top - height / 2, top - away - height / 2, top + away - height / 2]
    return [
      [right, level],
      [right, above],
      [right, under],
      [before, level],
      [before, above],
      [before, under],
      [middle, above - 3],
      [middle, under + 3],
    ].map(([x, y]) => ({ left: x!, top: y!, width, height }))
  })
}

function overlap(a: Box, b: Box): boolean {
  return (
    a.left < b.left + b.width &&
    b.left < a.left + a.width &&
    a.top < b.top + b.height &&
    b.top < a.top + a.height
  )
}
