import type { Axis } from "./figure.ts"

/** An axis with its ends and its ticks decided: every renderer shows the same ones. */
export interface Scale {
  readonly log: boolean
  /** The values at its ends. */
  readonly low: number
  readonly high: number
  readonly ticks: readonly Tick[]
}

/** A mark on an axis, and what is written beside it. */
export interface Tick {
  readonly value: number
  /** As plain text, powers of ten with raised digits. */
  readonly label: string
}

interface ScaleOptions {
  /** About how many ticks there is room for. */
  readonly ticks: number
  /** Whether a linear axis begins at zero, unless the axis says otherwise. */
  readonly zero: boolean
  /** Whether the ends are round numbers; else the ends of the values, a little further out. */
  readonly round: boolean
}

/** The scale on which these values can be shown; what a logarithmic axis cannot show does not count. */
export function scaleFor(axis: Axis, values: readonly number[], options: ScaleOptions): Scale {
  const { max = Infinity } = axis
  const shown = values.filter((value) => isShown(axis, value)).map((value) => Math.min(value, max))
  const zero = axis.scale !== "log" && (axis.zero ?? options.zero)
  const low = Math.min(...shown, ...(zero || shown.length === 0 ? [0] : []))
  const high = Math.max(...shown, ...(zero ? [0] : []), ...(shown.length === 0 ? [1] : []))
  if (axis.scale === "log") return logScale(shown.length === 0 ? [0.1, 1] : [low, high], options)
  return linearScale(low, areApart(low, high) ? high : low + (low === 0 ? 1 : Math.abs(low) / 2), options)
}

/** Whether there is room for ticks between two values: closer than this, doubles cannot count the steps. */
function areApart(low: number, high: number): boolean {
  return high - low > 1e-9 * Math.max(Math.abs(low), Math.abs(high))
}

/** Whether a value has a place on the axis. */
export function isShown({ scale }: Axis, value: number): boolean {
  return Number.isFinite(value) && (scale !== "log" || value > 0)
}

function linearScale(low: number, high: number, { ticks, round }: ScaleOptions): Scale {
  const step = roundStep((high - low) / ticks)
  const margin = round ? 0 : (high - low) * 0.03
  const ends = round
    ? [step.times(Math.floor(low / step.size + 1e-9)), step.times(Math.ceil(high / step.size - 1e-9))]
    : [low - margin, high + margin]
  const from = Math.ceil(ends[0]! / step.size - 1e-9)
  const to = Math.floor(ends[1]! / step.size + 1e-9)
  const values = Array.from({ length: to - from + 1 }, (_, i) => step.times(from + i))
  return {
    log: false,
    low: ends[0]!,
    high: ends[1]!,
    ticks: values.map((value) => ({ value, label: plain(value, step.digits) })),
  }
}

/** A step of 1, 2 or 5 times a power of ten, at least as long as asked, and its multiples without rounding errors. */
function roundStep(min: number): { size: number; digits: number; times: (k: number) => number } {
  const power = Math.floor(Math.log10(min) + 1e-9)
  const unit = min / 10 ** power
  const factor = [1, 2, 5, 10].find((candidate) => candidate >= unit - 1e-9) ?? 10
  const digits = Math.max(0, -(factor === 10 ? power + 1 : power))
  return {
    size: factor * 10 ** power,
    digits,
    times: (k) => Number((k * factor * 10 ** power).toFixed(digits)) + 0,
  }
}

/** The multiples of each power of ten that may have a tick, the most ticks first. */
const densities = [[1, 2, 5], [1, 3], [1]] as const

/** As many ticks as there is room for: multiples of each power of ten, its power alone, or every so many powers. */
function logScale(ends: readonly [number, number], { ticks: max, round }: ScaleOptions): Scale {
  const [low, high] = areApart(...ends) ? ends : [ends[0] / 2, ends[1] * 2]
  const margin = (high / low) ** 0.03
  const [left, right] = round ? roundEnds(low, high) : [low / margin, high * margin]
  const sets = densities.map((multiples) => marksBetween(left, right, multiples))
  // Where powers of ten have to be written as such, multiples between them are too long to read beside them.
  const marks =
    sets.find((set) => set.length <= 1.5 * max && (areNearOne(set) || right / left < 1000)) ?? sets.at(-1)!
  const every = marks === sets.at(-1) ? Math.ceil((marks.length - 1) / max) : 1
  const last = marks.at(-1)?.power ?? 0
  const shown = marks.filter(({ power }) => every <= 1 || (last - power) % every === 0)
  const isPlain = areNearOne(shown)
  return {
    log: true,
    low: left,
    high: right,
    ticks: shown.map(({ power, multiple }) => ({
      value: power10(power, multiple),
      label: powerLabel(power, multiple, isPlain),
    })),
  }
}

/** Whether all can be written out: 0.001 to 10,000. */
function areNearOne(marks: readonly LogMark[]): boolean {
  return marks.every(({ power }) => power >= -3 && power <= 4)
}

/** Whole decades; where there are few, 1, 2 or 5 times a power of ten. */
function roundEnds(low: number, high: number): [number, number] {
  const multiples = Math.log10(high / low) < 3 ? densities[0] : densities[2]
  const candidates = marksBetween(low / 11, high * 11, multiples).map((mark) =>
    power10(mark.power, mark.multiple),
  )
  return [
    candidates.findLast((value) => value <= low * (1 + 1e-9)) ?? low,
    candidates.find((value) => value >= high * (1 - 1e-9)) ?? high,
  ]
}

interface LogMark {
  readonly power: number
  readonly multiple: number
}

/** These multiples of the powers of ten between two values, both included. */
function marksBetween(low: number, high: number, multiples: readonly number[]): LogMark[] {
  const [first, last] = [Math.floor(Math.log10(low)) - 1, Math.ceil(Math.log10(high)) + 1]
  return Array.from({ length: last - first + 1 }, (_, i) => first + i)
    .flatMap((power) => multiples.map((multiple) => ({ power, multiple })))
    .filter(({ power, multiple }) => {
      const value = power10(power, multiple)
      return value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9)
    })
}

/** 20 or 0.01 where all labels are near one; elsewhere 2·10⁻⁷, whole decades as powers. */
function powerLabel(power: number, multiple: number, isPlain: boolean): string {
  if (isPlain) return plain(power10(power, multiple), Math.max(0, -power))
  return multiple === 1 ? raised(power) : `${multiple}·${raised(power)}`
}

/** `multiple` times ten to the `power`, as near as a double can be. */
function power10(power: number, multiple: number): number {
  return Number(`${multiple}e${power}`)
}

const raisedDigits = "⁰¹²³⁴⁵⁶⁷⁸⁹"

/** 1, 10, 10², 10⁻³. */
function raised(power: number): string {
  if (power === 0 || power === 1) return String(10 ** power)
  const digits = String(Math.abs(power)).replace(/\d/g, (digit) => raisedDigits[Number(digit)]!)
  return `10${power < 0 ? "⁻" : ""}${digits}`
}

/** 12,500 or 0.25 or −3. */
function plain(value: number, digits: number): string {
  const [whole, decimals] = Math.abs(value).toFixed(digits).split(".") as [string, string?]
  const grouped = whole.length > 4 ? whole.replace(/\B(?=(\d{3})+$)/g, ",") : whole
  return `${value < 0 ? "−" : ""}${grouped}${decimals === undefined ? "" : `.${decimals}`}`
}

/** Where a value stands between the ends of a scale: 0 at the low end, 1 at the high one. */
export function position(scale: Scale, value: number): number {
  const of = scale.log ? Math.log10 : (x: number): number => x
  return (of(value) - of(scale.low)) / (of(scale.high) - of(scale.low))
}

/** The value that stands at this position: the inverse of `position`. */
export function valueAt(scale: Scale, place: number): number {
  if (!scale.log) return scale.low + place * (scale.high - scale.low)
  return 10 ** (Math.log10(scale.low) + place * Math.log10(scale.high / scale.low))
}
