import { UsageError, didYouMean } from "../../base/errors.ts"
import type { Address } from "../../protocol/actor.ts"
import { type DiskLoss, type Fault, type Path, type Target, diskLosses } from "./fault.ts"

/** Who the names in a fault are: processes one by one, and groups of them such as a region. */
export interface Cast {
  /** By address. */
  readonly names: readonly string[]
  readonly groups: ReadonlyMap<string, readonly Address[]>
  /** The types of messages there are. */
  readonly messageTypes: readonly string[]
}

/** How a kind of fault is written, and what it means. */
interface Form {
  /** What stands in parentheses, if anything; durations are milliseconds. */
  readonly parameters: readonly string[]
  readonly about: "process" | "messages"
  /** Whether it lasts from one time to another, or begins and stays, or may do either. */
  readonly lasts: "span" | "from" | "either"
  readonly meaning: string
}

/** One line of the list below. */
const form = (
  about: Form["about"],
  lasts: Form["lasts"],
  meaning: string,
  ...parameters: readonly string[]
): Form => ({ about, lasts, meaning, parameters })

/** Every fault that can be written, in the order of the manual. */
export const faultForms: ReadonlyMap<Fault["type"], Form> = new Map([
  ["loss", form("messages", "span", "each message is lost with probability p", "p")],
  [
    "burst-loss",
    form("messages", "span", "links turn bad and good at a message with these probabilities, and lose all while bad", "enter", "leave"), // prettier-ignore
  ],
  [
    "duplicate",
    form("messages", "span", "a message arrives again with probability p, up to `late` ms later", "p", "late"), // prettier-ignore
  ],
  ["reorder", form("messages", "span", "a message is late with probability p, by up to this", "p", "upTo")],
  ["clog", form("messages", "span", "every message takes this much longer", "extra")],
  ["hold", form("messages", "span", "nothing arrives until the end, and then everything does")],
  ["cut", form("messages", "span", "nothing arrives")],
  [
    "crash",
    form("process", "either", "it stops, and comes back at the end, if there is one; disk: synced, partial, torn or lost", "disk"), // prettier-ignore
  ],
  ["pause", form("process", "span", "it does nothing, and then goes on as if no time had passed")],
  ["slow", form("process", "span", "reading a message takes it this much longer", "extra")],
  ["clock-rate", form("process", "from", "its clock runs at this rate", "rate")],
  ["clock-step", form("process", "from", "its clock jumps ahead by this, or back", "by")],
  ["timer-jitter", form("process", "from", "its timers fire up to this late", "upTo")],
])

const notation = /^\s*([a-z-]+)\s*(?:\(([^()]*)\))?\s*(.*?)\s*@\s*([\d.]+)(?:\s*-\s*([\d.]+))?\s*$/s

/**
 * The faults of a text such as `cut EU|rest of propose @1000-2000`: what
 * happens, whom it concerns, and when, in milliseconds from the start.
 *
 * To processes: `crash a1, a2 @100-500`, `crash(lost) leader @100`. To messages:
 * all of them, or those between two sides, `a1, a2|a3` both ways and `a1>a3` one
 * way; `of propose, accept` picks types. Besides names of processes there are
 * groups such as regions, `leader`, who leads when it strikes, and on the right
 * side `rest`, everybody else. One fault for each process concerned.
 */
export function parseFaults(text: string, cast: Cast): readonly Fault[] {
  const [, type = "", list, whom = "", from = "", until] = notation.exec(text) ?? []
  const found = faultForms.get(type as Fault["type"])
  if (found === undefined) throw unknownFault(text, type)
  const parameters = readParameters(text, type, found, list)
  const times = readTimes(text, found, from, until)
  if (found.about === "messages") return [messageFault(text, type, parameters, whom, times, cast)]
  return targetsOf(text, whom, cast).map((process) => processFault(type, process, parameters, times))
}

function unknownFault(text: string, type: string): UsageError {
  return new UsageError(
    `The fault ${text} cannot be read.${faultForms.has(type as Fault["type"]) ? "" : didYouMean(type, faultForms.keys())}\n` +
      `A fault says what, whom and when, in ms: "cut a1,a2|rest @1000-2000", "crash(lost) leader @500-900", "loss(0.1) @0-5000". ` +
      `There are ${[...faultForms].map(([id, { parameters }]) => signature(id, parameters)).join(", ")}.`,
  )
}

/** "loss(p)": how a fault is written, for refusals and lists. */
const signature = (id: string, parameters: readonly string[]): string =>
  parameters.length === 0 ? id : `${id}(${parameters.join(", ")})`

/** `loss(p)`, and what it does: for lists of what there is. */
export function faultSummaries(): readonly { readonly fault: string; readonly meaning: string }[] {
  return [...faultForms].map(([id, { parameters, meaning }]) => ({
    fault: signature(id, parameters),
    meaning,
  }))
}

function readParameters(
  text: string,
  type: string,
  { parameters }: Form,
  list: string | undefined,
): string[] {
  const given = list === undefined || list.trim() === "" ? [] : list.split(",").map((part) => part.trim())
  if (type === "crash") {
    const [disk = "synced", ...more] = given
    if (more.length === 0 && diskLosses.includes(disk as DiskLoss)) return [disk]
    throw new UsageError(
      `${text}: crash(${list ?? ""}) is none of ${diskLosses.map((d) => `crash(${d})`).join(", ")}.`,
    )
  }
  const numbers = given.map(Number)
  const odd = given.length !== parameters.length || numbers.some((value) => !Number.isFinite(value))
  if (odd)
    throw new UsageError(`${text}: write ${signature(type, parameters)} with numbers, durations in ms.`)
  parameters.forEach((name, i) => {
    const value = numbers[i]!
    if (["p", "enter", "leave"].includes(name) && !(value >= 0 && value <= 1))
      throw new UsageError(`${text}: ${name} is ${value}; a probability is from 0 to 1.`)
    if (value < 0 && name !== "by")
      throw new UsageError(`${text}: ${name} is ${value}; it must not be negative.`)
    if (name === "rate" && value === 0) throw new UsageError(`${text}: a clock has a rate greater than 0.`)
  })
  return given
}

/** When it begins and ends, in microseconds. */
interface Times {
  readonly from: number
  readonly until: number | undefined
}

function readTimes(text: string, { lasts }: Form, from: string, until: string | undefined): Times {
  const times = { from: microsOf(from), until: until === undefined ? undefined : microsOf(until) }
  if (lasts === "span" && times.until === undefined)
    throw new UsageError(`${text}: it lasts from one time to another, in ms; write @1000-2000.`)
  if (lasts === "from" && times.until !== undefined)
    throw new UsageError(
      `${text}: it begins and stays; write one time, @1000, and a second fault to undo it.`,
    )
  if (!(times.from >= 0) || (times.until !== undefined && !(times.until > times.from)))
    throw new UsageError(
      `${text}: its times are milliseconds from the start of the run, the end after the beginning.`,
    )
  return times
}

const microsOf = (ms: string): number => Math.round(Number(ms) * 1000)

function processFault(type: string, process: Target, parameters: readonly string[], times: Times): Fault {
  const { from: at, until = 0 } = times
  const value = Number(parameters[0])
  switch (type) {
    case "crash": {
      const recover = times.until !== undefined && { recoverAt: times.until }
      return { type, process, at, ...recover, disk: parameters[0] as DiskLoss }
    }
    case "pause":
      return { type, process, at, until }
    case "slow":
      return { type, process, at, until, extra: Math.round(value * 1000) }
    case "clock-rate":
      return { type, process, at, rate: value }
    case "clock-step":
      return { type, process, at, by: Math.round(value * 1000) }
    default:
      return { type: "timer-jitter", process, at, upTo: Math.round(value * 1000) }
  }
}

function messageFault(
  text: string,
  type: string,
  parameters: readonly string[],
  whom: string,
  { from, until = 0 }: Times,
  cast: Cast,
): Fault {
  const [, sides = "", types] = /^(.*?)\s*(?:\bof\s+(.*))?$/s.exec(whom) ?? []
  const messageTypes = types?.split(",").map((name) => name.trim())
  const odd = messageTypes?.find((name) => !cast.messageTypes.includes(name))
  if (odd !== undefined) {
    throw new UsageError(
      `${text}: there is no message ${odd}; there are ${cast.messageTypes.join(", ")}.${didYouMean(odd, cast.messageTypes)}`,
    )
  }
  const path = sides.trim() === "" ? {} : { path: pathOf(text, sides, cast) }
  const common = { from, until, ...path, ...(messageTypes && { messageTypes }) }
  const [first = 0, second = 0] = parameters.map(Number)
  const secondMicros = Math.round(second * 1000)
  switch (type) {
    case "loss":
      return { type, probability: first, ...common }
    case "burst-loss":
      return { type, enter: first, leave: second, ...common }
    case "duplicate":
      return { type, probability: first, late: secondMicros, ...common }
    case "reorder":
      return { type, probability: first, upTo: secondMicros, ...common }
    case "clog":
      return { type, extra: Math.round(first * 1000), ...common }
    default:
      return { type: type === "hold" ? "hold" : "cut", ...common }
  }
}

function pathOf(text: string, sides: string, cast: Cast): Path {
  const [left, sign, right, ...more] = sides.split(/([|>])/)
  if (
    left === undefined ||
    right === undefined ||
    more.length > 0 ||
    left.trim() === "" ||
    right.trim() === ""
  ) {
    throw new UsageError(
      `${text}: "${sides}" is not two sides; write "a1,a2|a3" for both ways, "a1>a3" for one way, "a1|rest" for a1 and everybody else.`,
    )
  }
  const rest = right.trim() === "rest"
  return {
    side: targetsOf(text, left, cast),
    ...(!rest && { otherSide: targetsOf(text, right, cast) }),
    oneWay: sign === ">",
  }
}

function targetsOf(text: string, list: string, { names, groups }: Cast): Target[] {
  const targets = list.split(",").flatMap((part): readonly Target[] => {
    const name = part.trim()
    if (name === "leader") return [name]
    const address = names.indexOf(name)
    const found = address >= 0 ? [address] : groups.get(name)
    if (found !== undefined) return found
    const known = ["leader", ...names, ...groups.keys()]
    throw new UsageError(
      `${text}: there is nobody called ${name === "" ? "nothing at all" : name}; there are ${known.join(", ")}.${didYouMean(name, known)}`,
    )
  })
  return [...new Set(targets)]
}

/**
 * The text that gives a fault back.
 *
 * `parseFaults` reads it back to the same fault, which is what makes a
 * failing run a line that can be typed.
 */
export function formatFault(fault: Fault, names: readonly string[]): string {
  const { parameters } = faultForms.get(fault.type)!
  const values = parameters.map((name) => parameterOf(fault, name)).filter((value) => value !== "synced")
  const head = values.length === 0 ? fault.type : `${fault.type}(${values.join(", ")})`
  const times = "process" in fault ? [fault.at, "until" in fault ? fault.until : fault.type === "crash" ? fault.recoverAt : undefined] : [fault.from, fault.until] // prettier-ignore
  const when = times.filter((at) => at !== undefined).map((at) => at / 1000)
  return [head, ...whomText(fault, names), `@${when.join("-")}`].join(" ")
}

function parameterOf(fault: Fault, name: string): string {
  const own = fault as unknown as Readonly<Record<string, number | string>>
  const value = name === "p" ? own["probability"]! : own[name]!
  const isDuration = ["late", "upTo", "extra", "by"].includes(name)
  return String(isDuration ? Number(value) / 1000 : value)
}

function whomText(fault: Fault, names: readonly string[]): string[] {
  const named = (targets: readonly Target[]): string =>
    targets.length === 0 ? "nobody" : targets.map((t) => (t === "leader" ? t : names[t]!)).join(",")
  if ("process" in fault) return [named([fault.process])]
  const { path, messageTypes } = fault
  const sign = path?.oneWay === true ? ">" : "|"
  const other = path?.otherSide === undefined ? "rest" : named(path.otherSide)
  return [
    ...(path === undefined ? [] : [`${named(path.side)}${sign}${other}`]),
    ...(messageTypes === undefined ? [] : [`of ${messageTypes.join(",")}`]),
  ]
}
