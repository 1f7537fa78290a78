import {
  type DiagramEvent,
  type DiagramItem,
  type DiagramMessage,
  type DiagramRemark,
  type DiagramState,
  type SequenceDiagram,
  itemsByRow,
  rowCount,
  rowOf,
} from "./model.ts"

/**
 * The diagram as SVG: lifelines downwards, messages as arrows (slanted where
 * they take time), states as boxes beside the lifeline.
 *
 * Self-contained and byte-deterministic: the same diagram gives the same file.
 * Text widths are estimated, so that no font needs to be measured.
 */
export function renderSvg(diagram: SequenceDiagram): string {
  const layout = layoutOf(diagram)
  const { width, height } = layout
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
    `font-family="Helvetica, Arial, 'DejaVu Sans', sans-serif" font-size="${fontSize}" role="img">\n` +
    titleElement(diagram) +
    `<rect width="${width}" height="${height}" fill="white"/>\n` +
    [...heading(diagram, layout), ...lifelines(diagram, layout), ...body(diagram, layout)].join("") +
    "</svg>\n"
  )
}

const fontSize = 13
const smallSize = 11
const titleSize = 15
const rowHeight = 26
const boxHeight = 18
const edge = 16
const narrowestGap = 120
const accent = { message: "#1f4e79", lost: "#b3261e", state: "#eef3f8", remark: "#fff4d6" }

interface Layout {
  readonly width: number
  readonly height: number
  /** The horizontal position of each lifeline. */
  readonly x: readonly number[]
  /** The states that stand to the left of their lifeline, because an arrow comes in from the right. */
  readonly toTheLeft: ReadonlySet<DiagramState>
  /** Where names are, and where row 0 is. */
  readonly namesY: number
  readonly firstRowY: number
  readonly bottom: number
}

function layoutOf(diagram: SequenceDiagram): Layout {
  const { participants, title } = diagram
  const toTheLeft = statesToTheLeft(diagram)
  const gaps = columnGaps(diagram, toTheLeft)
  const x: number[] = []
  const first = edge + Math.max(narrowestGap / 2, headWidth(participants[0]) / 2, roomLeftOf(toTheLeft, 0))
  for (let p = 0; p < participants.length; p++) x.push(p === 0 ? first : x[p - 1]! + gaps[p - 1]!)
  const last = x[x.length - 1] ?? edge
  const namesY = edge + (title === undefined ? 0 : 26) + fontSize
  const firstRowY = namesY + (participants.some(({ detail }) => detail !== undefined) ? 44 : 28)
  const bottom = firstRowY + rowCount(diagram) * rowHeight
  const remarks = diagram.items.flatMap((item) =>
    item.type === "remark" ? [textWidth(item.text) + 4 * edge] : [],
  )
  const right =
    last +
    Math.max(headWidth(participants.at(-1)) / 2, roomRightOf(diagram, toTheLeft, participants.length - 1)) +
    edge
  const width = Math.ceil(
    Math.max(
      right,
      title === undefined ? 0 : (textWidth(title) * titleSize) / fontSize + 2 * edge,
      ...remarks,
    ),
  )
  return { width, height: bottom + edge, x, toTheLeft, namesY, firstRowY, bottom }
}

/** By participant but the last: the room to its right-hand neighbour, for names, labels of short arrows and states. */
function columnGaps(diagram: SequenceDiagram, toTheLeft: ReadonlySet<DiagramState>): number[] {
  const { participants, items } = diagram
  return participants.slice(1).map((right, p) => {
    const heads = headWidth(participants[p]) / 2 + headWidth(right) / 2 + 12
    const labels = items.flatMap((item) =>
      item.type === "message" && Math.min(item.from, item.to) <= p && Math.max(item.from, item.to) > p
        ? [(textWidth(item.label) + 30) / Math.abs(item.from - item.to)]
        : [],
    )
    const boxes = roomRightOf(diagram, toTheLeft, p) + roomLeftOf(toTheLeft, p + 1) + 12
    return Math.ceil(Math.max(narrowestGap, heads, boxes, ...labels))
  })
}

/** What states and events to the right of a lifeline need. */
function roomRightOf(
  { items }: SequenceDiagram,
  toTheLeft: ReadonlySet<DiagramState>,
  participant: number,
): number {
  const texts = items.flatMap((item) =>
    (item.type === "event" || (item.type === "state" && !toTheLeft.has(item))) &&
    item.participant === participant
      ? [textWidth(item.text) + 24]
      : [],
  )
  return Math.max(0, ...texts)
}

function roomLeftOf(toTheLeft: ReadonlySet<DiagramState>, participant: number): number {
  const texts = [...toTheLeft].filter((state) => state.participant === participant)
  return Math.max(0, ...texts.map(({ text }) => textWidth(text) + 24))
}

function statesToTheLeft({ items }: SequenceDiagram): ReadonlySet<DiagramState> {
  const arrivals = new Set(
    items.flatMap((item) =>
      item.type === "message" && item.from > item.to ? [`${item.receivedAt ?? -1} ${item.to}`] : [],
    ),
  )
  return new Set(
    items.filter(
      (item): item is DiagramState => item.type === "state" && arrivals.has(`${item.at} ${item.participant}`),
    ),
  )
}

function headWidth(participant: { name: string; detail?: string } | undefined): number {
  if (participant === undefined) return 0
  return Math.max(textWidth(participant.name), textWidth(participant.detail ?? "")) + 12
}

/** An estimate on the generous side for sans-serif letters and digits. */
function textWidth(text: string): number {
  return text.length * fontSize * 0.6
}

function titleElement({ title }: SequenceDiagram): string {
  return title === undefined ? "" : `<title>${escapeXml(title)}</title>\n`
}

function heading({ participants, title }: SequenceDiagram, layout: Layout): string[] {
  const names = participants.flatMap(({ name, detail }, p) => [
    textElement(layout.x[p]!, layout.namesY, name, `text-anchor="middle" font-weight="bold"`),
    ...(detail === undefined
      ? []
      : [
          textElement(
            layout.x[p]!,
            layout.namesY + 15,
            detail,
            `text-anchor="middle" font-size="${smallSize}"`,
          ),
        ]),
  ])
  if (title === undefined) return names
  return [textElement(edge, edge + fontSize, title, `font-size="${titleSize}"`), ...names]
}

function lifelines({ participants }: SequenceDiagram, layout: Layout): string[] {
  const top = layout.firstRowY - rowHeight / 2
  return participants.map((_, p) => {
    const x = layout.x[p]!
    return `<line x1="${x}" y1="${top}" x2="${x}" y2="${layout.bottom}" stroke="#999" stroke-dasharray="3 3"/>\n`
  })
}

function body(diagram: SequenceDiagram, layout: Layout): string[] {
  const items = itemsByRow(diagram)
  // Boxes first, so that no box hides the label of an arrow that passes by.
  const boxes = items.filter((item) => item.type !== "message")
  const messages = items.filter((item) => item.type === "message")
  const labels = new LabelPlaces()
  for (const item of boxes) labels.reserve(boxOf(item, layout))
  for (const message of messages) if (message.from !== message.to) labels.cross(arrowOf(message, layout))
  return [
    ...boxes.map((item) => renderBox(item, layout)),
    ...messages.map((message) => renderMessage(message, layout, labels)),
    // Over the arrows that cross it.
    ...boxes.flatMap((item) => (item.type === "remark" ? [remarkText(item, layout)] : [])),
  ]
}

function renderBox(item: Exclude<DiagramItem, DiagramMessage>, layout: Layout): string {
  const y = layout.firstRowY + rowOf(item) * rowHeight
  switch (item.type) {
    case "state":
      return renderState(stateBox(item, layout), item.text)
    case "event":
      return renderEvent(item, layout.x[item.participant]!, y)
    case "remark":
      return renderRemark(layout, y)
  }
}

function renderMessage(message: DiagramMessage, layout: Layout, labels: LabelPlaces): string {
  const { from, to, label, receivedAt } = message
  const arrow = arrowOf(message, layout)
  const { x1, y1, y2 } = arrow
  if (from === to) return renderLoop(x1, y1, label)
  const colour = receivedAt === null ? accent.lost : accent.message
  const line = `<line x1="${x1}" y1="${y1}" x2="${round(arrow.x2)}" y2="${y2}" stroke="${colour}"/>\n`
  return line + (receivedAt === null ? cross(arrow.x2, y2) : head(arrow)) + arrowLabel(arrow, label, labels)
}

/** Lost messages come three quarters of the way. */
function arrowOf({ from, to, sentAt, receivedAt }: DiagramMessage, layout: Layout): Arrow {
  const x1 = layout.x[from]!
  return {
    x1,
    y1: layout.firstRowY + sentAt * rowHeight,
    x2: receivedAt === null ? x1 + (layout.x[to]! - x1) * 0.75 : layout.x[to]!,
    y2: layout.firstRowY + (receivedAt ?? sentAt) * rowHeight,
  }
}

/** The arrow head as a triangle of its own: not every renderer turns SVG markers. */
function head({ x1, y1, x2, y2 }: Arrow): string {
  const length = Math.hypot(x2 - x1, y2 - y1)
  const [dx, dy] = [(x2 - x1) / length, (y2 - y1) / length]
  const corner = (side: number): string =>
    `${round(x2 - 9 * dx - side * 4 * dy)} ${round(y2 - 9 * dy + side * 4 * dx)}`
  return `<path d="M${x2} ${y2} L${corner(1)} L${corner(-1)} z" fill="${accent.message}"/>\n`
}

function cross(x: number, y: number): string {
  return `<path d="M${round(x - 4)} ${y - 4} l8 8 m0 -8 l-8 8" stroke="${accent.lost}" stroke-width="1.6" fill="none"/>\n`
}

/** The label lies along its arrow, beside it, with a white halo over what it crosses. */
function arrowLabel(arrow: Arrow, label: string, labels: LabelPlaces): string {
  const { x, y, angle, isBelow } = labels.place(arrow, textWidth(label))
  const rotate = angle === 0 ? "" : ` transform="rotate(${round(angle)} ${round(x)} ${round(y)})"`
  return textElement(x, isBelow ? y + 12 : y - 4, label, `text-anchor="middle" ${halo()}${rotate}`)
}

const halo = (colour = "white"): string => `stroke="${colour}" stroke-width="3" paint-order="stroke"`

function renderLoop(x: number, y: number, label: string): string {
  const path = `<path d="M${x} ${y - 6} h18 v12 h-16" stroke="${accent.message}" fill="none"/>\n`
  return path + head({ x1: x + 18, y1: y + 6, x2: x, y2: y + 6 }) + textElement(x + 24, y + 4, label, halo())
}

function stateBox(state: DiagramState, layout: Layout): Box {
  const lifeline = layout.x[state.participant]!
  const width = round(textWidth(state.text) + 8)
  const x = layout.toTheLeft.has(state) ? round(lifeline - 6 - width) : lifeline + 6
  return { x, y: layout.firstRowY + state.at * rowHeight - boxHeight / 2, width, height: boxHeight }
}

/** What no label should cover: of a remark, its text. */
function boxOf(item: Exclude<DiagramItem, DiagramMessage>, layout: Layout): Box {
  if (item.type === "state") return stateBox(item, layout)
  const width = textWidth(item.text)
  const x = item.type === "remark" ? (layout.width - width) / 2 : layout.x[item.participant]! - 5
  return {
    x,
    y: layout.firstRowY + item.at * rowHeight - boxHeight / 2,
    width: width + 14,
    height: boxHeight,
  }
}

function renderState({ x, y, width, height }: Box, text: string): string {
  return (
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="3" fill="${accent.state}" stroke="#9db4c8"/>\n` +
    textElement(x + 4, y + height / 2 + 4, text, `font-size="${smallSize + 1}"`)
  )
}

function renderEvent({ kind, text }: DiagramEvent, x: number, y: number): string {
  const mark =
    kind === "crash"
      ? `<path d="M${x - 5} ${y - 5} l10 10 m0 -10 l-10 10" stroke="${accent.lost}" stroke-width="2"/>\n`
      : `<circle cx="${x}" cy="${y}" r="4" fill="${kind === "timeout" ? accent.lost : accent.message}"/>\n`
  return mark + textElement(x + 9, y + 4, text, halo())
}

function renderRemark(layout: Layout, y: number): string {
  const width = layout.width - 2 * edge
  return (
    `<rect x="${edge}" y="${y - boxHeight / 2 - 1}" width="${width}" height="${boxHeight + 2}" rx="3" fill="${accent.remark}" ` +
    `stroke="#d9b44a"/>\n`
  )
}

function remarkText({ at, text }: DiagramRemark, layout: Layout): string {
  const y = layout.firstRowY + at * rowHeight
  return textElement(layout.width / 2, y + 4, text, `text-anchor="middle" ${halo(accent.remark)}`)
}

function textElement(x: number, y: number, text: string, attributes: string): string {
  return `<text x="${round(x)}" y="${round(y)}" ${attributes}>${escapeXml(text)}</text>\n`
}

/** Two decimals at most: enough for a drawing, and the same on every machine. */
function round(length: number): number {
  return Math.round(length * 100) / 100
}

function escapeXml(text: string): string {
  // XML 1.0 has no control characters, lone surrogates or non-characters, not even escaped.
  const printable = text.replaceAll(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, "\uFFFD")
  return printable
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
}

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
