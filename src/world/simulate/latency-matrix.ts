import { CsvError, parse } from "csv-parse/browser/esm/sync"
import { UsageError, describeUnknown } from "../../base/errors.ts"
import type { Micros } from "../../protocol/actor.ts"
import type { RegionDelays } from "./latency.ts"

/**
 * One-way delays between regions, from measured round trips: half of each, in
 * whole microseconds. What was measured in both directions is kept as it is,
 * even where the two differ; a direction that was not measured takes the other's.
 */
export interface LatencyMatrix extends RegionDelays {
  readonly oneWayMicros: (from: number, to: number) => Micros
}

/** How measured round trips become delays. */
export interface MatrixOptions {
  /** Which of ping's three figures to use; `avg` unless given. A CSV has only one. */
  readonly statistic?: Statistic
  /** How half a round trip becomes whole microseconds; `nearest` (a half goes up) unless given. */
  readonly rounding?: Rounding
  /** Round trip within a region, in milliseconds, where none was measured; 0 unless given: both on one machine. */
  readonly intraRegionRttMs?: number
}

/** The figures that ping prints, in its order. */
export const statistics = ["min", "avg", "max"] as const
/** One of these. */
export type Statistic = (typeof statistics)[number]

/** What can be done with half a microsecond. */
export const roundings = ["nearest", "up", "down"] as const
/** One of these. */
export type Rounding = (typeof roundings)[number]

/** A file's content and the name that messages give it. */
export interface NamedText {
  readonly name: string
  readonly text: string
}

/**
 * The matrix of a CSV with the columns `from,to,rtt_ms`, one line per pair of
 * regions, in either direction or both. Lines that begin with # are skipped.
 * A mistake in the file is a UsageError that begins with file:line:column.
 */
export function parseMatrixCsv(text: string, fileName: string, options: MatrixOptions = {}): LatencyMatrix {
  const [header, ...records] = csvRecords(text, fileName)
  const where = `${fileName}:${header?.line ?? 1}:1`
  if (header?.fields.join() !== "from,to,rtt_ms") {
    throw new UsageError(
      `${where}: the first line is ${header?.fields.join() ?? "missing"}; must be from,to,rtt_ms.\n` +
        "Each further line is a pair of regions and their round trip in milliseconds: EU,US,136",
    )
  }
  return matrixOf(
    records.map((record) => csvRoundTrip(record, fileName)),
    fileName,
    options,
  )
}

/**
 * The matrix of ping results: one file `<region>.dat` per region, each line
 * `min/avg/max/mdev:region` with the round trips from the file's region to that
 * one, in milliseconds.
 */
export function parsePingData(files: readonly NamedText[], options: MatrixOptions = {}): LatencyMatrix {
  const source = files.length === 1 ? files[0]!.name : `${files.length} ping files`
  return matrixOf(
    files.flatMap((file) => pingRoundTrips(file, options.statistic ?? "avg")),
    source,
    options,
  )
}

/** A measured round trip, and where it stands, as file:line:column of its parts. */
interface RoundTrip {
  readonly from: string
  readonly to: string
  readonly rttMs: number
  readonly whereFrom: string
  readonly whereTo: string
}

function matrixOf(trips: readonly RoundTrip[], source: string, options: MatrixOptions): LatencyMatrix {
  const measured = tripsByPair(trips)
  const regions = [...new Set(trips.flatMap(({ from, to }) => [from, to]))]
  if (regions.length === 0)
    throw new UsageError(`${source}: no round trips; a matrix needs at least one pair of regions.`)
  refuseMissingPair(regions, measured, trips)
  if ((options.intraRegionRttMs ?? 0) > 0 && regions.every((one) => measured.has(pairKey(one, one)))) {
    throw new UsageError(
      `${source} has the round trip within every region, so that one of ${options.intraRegionRttMs} ms (--intra-region-rtt-ms) changes nothing; leave it out.`,
    )
  }
  const within = options.intraRegionRttMs ?? 0
  checkRoundTrip(within, "the round trip within a region")
  const oneWay = regions.map((from) =>
    regions.map((to) => {
      // Half of the round trip measured in that direction. One way delays cannot be measured without
      // clocks that agree, so a path that is slower one way than the other shows in neither.
      const rttMs = measured.get(pairKey(from, to)) ?? measured.get(pairKey(to, from))
      return half(rttMs?.rttMs ?? within, options.rounding ?? "nearest")
    }),
  )
  return { regions, oneWayMicros: (from, to) => oneWay[from]![to]! }
}

/** A pair as a key: in JSON, since names may hold any character. */
const pairKey = (from: string, to: string): string => JSON.stringify([from, to])

/** What was measured, by direction; the same direction twice is refused rather than averaged. */
function tripsByPair(trips: readonly RoundTrip[]): Map<string, RoundTrip> {
  const measured = new Map<string, RoundTrip>()
  for (const trip of trips) {
    const key = pairKey(trip.from, trip.to)
    const before = measured.get(key)
    if (before !== undefined) {
      throw new UsageError(
        `${trip.whereFrom}: the round trip from ${trip.from} to ${trip.to} is given a second time; ` +
          `it was first at ${before.whereFrom}. Keep one of the two.`,
      )
    }
    measured.set(key, trip)
  }
  return measured
}

/**
 * A matrix with a hole would give some message no delay: the error names the
 * pair and where one of it stands.
 */
function refuseMissingPair(
  regions: readonly string[],
  measured: ReadonlyMap<string, RoundTrip>,
  trips: readonly RoundTrip[],
): void {
  for (const [j, to] of regions.entries()) {
    const from = regions
      .slice(0, j)
      .find((region) => !measured.has(pairKey(region, to)) && !measured.has(pairKey(to, region)))
    if (from === undefined) continue
    const first = trips.find((trip) => trip.from === to || trip.to === to)!
    const where = first.from === to ? first.whereFrom : first.whereTo
    throw new UsageError(
      `${where}: ${to} is named here, but no round trip between ${from} and ${to} is given in either direction. ` +
        `Every pair of the ${regions.length} regions needs one.`,
    )
  }
}

/**
 * Half a round trip in whole microseconds. Through whole nanoseconds, so that a
 * half microsecond is recognised as one: 0.427 ms is 213.5 µs, up 214, down 213.
 */
function half(rttMs: number, rounding: Rounding): Micros {
  const oneWay = Math.round(rttMs * 1e6) / 2000
  if (rounding === "up") return Math.ceil(oneWay)
  return rounding === "down" ? Math.floor(oneWay) : Math.round(oneWay)
}

/** A week in milliseconds: more than this is taken for a slip of the keyboard. */
const longestMs = 7 * 24 * 3600 * 1000

function checkRoundTrip(rttMs: number, what: string): void {
  if (rttMs >= 0 && rttMs <= longestMs) return
  throw new UsageError(`${what} is ${rttMs}; must be milliseconds, 0 or more and at most a week.`)
}

/** A line of the file with what is needed to point into it. */
interface CsvRecord {
  readonly line: number
  readonly fields: readonly string[]
  /** The characters of the record, to find the column of a field. */
  readonly raw: string
}

/** The lines by csv-parse; what it cannot read is a UsageError with the file's name. */
function csvRecords(text: string, fileName: string): CsvRecord[] {
  try {
    const records: unknown = parse(text, {
      bom: true,
      info: true,
      raw: true,
      trim: true,
      comment: "#",
      skip_empty_lines: true,
      relax_column_count: true,
    })
    return (records as { record: string[]; raw: string; info: { lines: number } }[]).map((entry) => ({
      line: entry.info.lines,
      fields: entry.record,
      raw: entry.raw,
    }))
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    throw new UsageError(`${fileName}: not a CSV: ${error.message}.`)
  }
}

/** One line as a round trip; every mistake names file, line and column. */
function csvRoundTrip(record: CsvRecord, fileName: string): RoundTrip {
  const { line, fields } = record
  const where = (field: number): string => `${fileName}:${line}:${columnOf(record, field)}`
  if (fields.length !== 3) {
    throw new UsageError(`${where(0)}: ${fields.length} fields; a line is from,to,rtt_ms, such as EU,US,136.`)
  }
  const [from, to, rtt] = fields as [string, string, string]
  const nameless = [from, to].indexOf("")
  if (nameless >= 0) throw new UsageError(`${where(nameless)}: the name of a region is missing.`)
  const what = `${where(2)}: the round trip from ${from} to ${to}`
  if (!isDecimal(rtt)) {
    throw new UsageError(
      `${what} is ${rtt === "" ? "missing" : `"${rtt}"`}; must be a number of milliseconds, such as 136 or 0.427.`,
    )
  }
  checkRoundTrip(Number(rtt), what)
  return { from, to, rttMs: Number(rtt), whereFrom: where(0), whereTo: where(1) }
}

/** The column, from 1, of a field's first character: behind as many commas outside quotes. */
function columnOf({ raw }: CsvRecord, field: number): number {
  const line = raw.replace(/^\uFEFF/, "")
  let [position, quoted] = [0, false]
  for (let commas = 0; commas < field && position < line.length; position++) {
    if (line[position] === '"') quoted = !quoted
    else if (line[position] === "," && !quoted) commas++
  }
  return position + 1 + /^[^\S\r\n]*/.exec(line.slice(position))![0].length
}

/** A decimal number in full; `Number` alone would take "", "0x10" and "Infinity" too. */
function isDecimal(text: string): boolean {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)
}

/** All lines of one file, whose name is the region they were measured from. */
function pingRoundTrips({ name, text }: NamedText, statistic: Statistic): RoundTrip[] {
  const from = name.replace(/^.*[/\\]/, "").replace(/\.dat$/, "")
  return text
    .split(/\r?\n/)
    .flatMap((line, i) =>
      line.trim() === "" || line.startsWith("#")
        ? []
        : [pingRoundTrip(line, `${name}:${i + 1}`, from, statistic)],
    )
}

/** One line, `min/avg/max/mdev:region`. mdev, the deviation, is read and not used. */
function pingRoundTrip(line: string, where: string, from: string, statistic: Statistic): RoundTrip {
  const [figures = "", ...name] = line.split(":")
  const parts = figures.split("/")
  const to = name.join(":").trim()
  const columns = parts.map((_, i) => parts.slice(0, i).join("/").length + (i === 0 ? 1 : 2))
  const odd = parts.findIndex((part) => !isDecimal(part.trim()))
  if (parts.length !== 4 || odd >= 0 || to === "") {
    throw new UsageError(
      `${where}:${columns[Math.max(0, odd)]!}: "${line}" is not min/avg/max/mdev:region, such as 135.457/135.900/136.610/0.576:us-west-1.`,
    )
  }
  const [min, avg, max] = parts.map(Number) as [number, number, number]
  const negative = [min, avg, max].findIndex((figure) => !(figure >= 0 && figure <= longestMs))
  if (negative >= 0) {
    checkRoundTrip(
      [min, avg, max][negative]!,
      `${where}:${columns[negative]!}: the round trip from ${from} to ${to}`,
    )
  }
  if (!(min <= avg && avg <= max)) {
    throw new UsageError(
      `${where}:1: minimum ${min}, average ${avg} and maximum ${max} are not in that order.`,
    )
  }
  const position = `${where}:${figures.length + 2}`
  return { from, to, rttMs: { min, avg, max }[statistic], whereFrom: `${where}:1`, whereTo: position }
}

/** A matrix of delays and the name that messages give it. */
interface NamedMatrix {
  readonly name: string
  readonly delays: RegionDelays
}

/**
 * The regions, by number, of so many processes: those named, in turn, or all regions of the matrix in turn if none is
 * named. Then processes of one zone, by its number, are in one region.
 */
export function regionsInTurn(
  matrix: NamedMatrix,
  count: number,
  names: readonly string[],
  zones?: readonly number[],
): number[] {
  const named = names.map((name) => regionNumber(matrix, name))
  return Array.from({ length: count }, (_, i) =>
    named.length === 0 ? (zones?.[i] ?? i) % matrix.delays.regions.length : named[i % named.length]!,
  )
}

/** Where processes are: the region of each, by name; empty where delays are the same everywhere. */
export type Places = Readonly<Record<string, string>>

/** "a1 VA, a2 OR, p1 VA". */
export function placesText(places: Places): string {
  return Object.entries(places)
    .map(([name, region]) => `${name} ${region}`)
    .join(", ")
}

/** The number of a region; a name the matrix does not have is a UsageError. */
export function regionNumber({ name, delays }: NamedMatrix, region: string): number {
  const found = delays.regions.indexOf(region)
  if (found >= 0) return found
  throw new UsageError(`${name}: ${describeUnknown("region", region, delays.regions)}`)
}

/** Regions named for a latency that has none are a UsageError. */
export function refuseRegions(names: readonly string[]): void {
  if (names.length === 0) return
  throw new UsageError(
    "regions require a latency matrix, and this latency is the same everywhere; choose a matrix such as paxi.",
  )
}
