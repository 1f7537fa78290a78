import { UsageError, describeUnknown, didYouMean } from "../../base/errors.ts"
import { commaList } from "../../base/text.ts"
import type { Address } from "../../protocol/actor.ts"
import {
  type DiskLoss,
  type Fault,
  type NamedFault,
  type NetworkFault,
  type Path,
  type Target,
  diskLosses,
  endOfRun,
  isProcessFault,
} from "./fault.ts"

/** The names a fault may contain: processes, and groups of them such as a region. */
export interface Cast {
  /** By address. */
  readonly names: readonly string[]
  readonly groups: ReadonlyMap<string, readonly Address[]>
  /** Whether the protocol has a leader as a target. */
  readonly hasLeader: boolean
  /** The types of messages there are. */
  readonly messageTypes: readonly string[]
}

/** How a kind of fault is written, and what it means. */
export interface FaultForm {
  /** What stands in parentheses, if anything; durations are milliseconds. */
  readonly parameters: readonly string[]
  readonly about: "process" | "messages"
  /** Whether it lasts from one time to another, or begins and stays, or may do either. */
  readonly lasts: "span" | "from" | "either"
  readonly meaning: string
}

/** One line of the list below. */
const form = (
  about: FaultForm["about"],
  lasts: FaultForm["lasts"],
  meaning: string,
  ...parameters: readonly string[]
): FaultForm => ({ about, lasts, meaning, parameters })

/** Every fault that can be written, in the order of the manual. */
export const faultForms: ReadonlyMap<Fault["type"], FaultForm> = new Map([
  ["loss", form("messages", "span", "each message is lost with probability p", "p")],
  [
    "burst-loss",
    form(
      "messages",
      "span",
      "links turn bad and good at a message with these probabilities, and lose all while bad",
      "enter",
      "leave",
    ),
  ],
  [
    "duplicate",
    form(
      "messages",
      "span",
      "a message arrives again with probability p, up to `late` ms later",
      "p",
      "late",
    ),
  ],
  ["reorder", form("messages", "span", "a message is late with probability p, by up to this", "p", "upTo")],
  ["clog", form("messages", "span", "every message takes this much longer", "extra")],
  ["hold", form("messages", "span", "messages are held until the end")],
  ["cut", form("messages", "span", "messages are lost")],
  [
    "crash",
    form(
      "process",
      "either",
      "the process stops, and recovers at the end, if given; disk: synced, partial, torn or lost",
      "disk",
    ),
  ],
  ["pause", form("process", "span", "the process does nothing, and then continues as if no time had passed")],
  ["slow", form("process", "span", "reading a message takes this much longer", "extra")],
  ["clock-rate", form("process", "from", "the process's clock runs at this rate", "rate")],
  ["clock-step", form("process", "from", "the process's clock jumps by this, forwards or backwards", "by")],
  ["timer-jitter", form("process", "from", "the process's timers fire up to this late", "upTo")],
])

const notation = /^\s*([a-z-]+)\s*(?:\(([^()]*)\))?\s*(.*?)\s*@\s*([\d.]+)(?:\s*-\s*([\d.]+|end))?\s*$/s

/**
 * The faults of a text such as `cut EU|rest of propose @1000-2000`: their kind, targets and times, in
 * milliseconds from the start.
 *
 * To processes: `crash a1, a2 @100-500`, `crash(lost) leader @100`. To messages: all of them, or those
 * between two sides, `a1, a2|a3` both ways and `a1>a3` one way; `of propose, accept` selects types.
 * Besides names of processes there are groups such as regions, `leader`, the process that leads when the
 * fault occurs, and on the right side `rest`, all other processes; `@1000-end` lasts until the end of
 * the run. Returns one fault per target name; `resolveFaults` checks that the names exist.
 */
export function parseFaults(text: string): readonly NamedFault[] {
  const [, type = "", list, whom = "", from = "", until] = notation.exec(text) ?? []
  const found = faultForms.get(type as Fault["type"])
  if (found === undefined) throw unknownFault(text, type)
  const parameters = readParameters(text, type, found, list)
  const times = readTimes(text, found, from, until)
  if (found.about === "messages") return [messageFault(text, type, parameters, whom, times)]
  return namesOf(text, whom).map((process) => processFault(type, process, parameters, times))
}

function unknownFault(text: string, type: string): UsageError {
  return new UsageError(
    `cannot parse the fault ${text}${(!faultForms.has(type as Fault["type"]) && didYouMean(type, faultForms.keys())) || "."}\n` +
      `A fault is a kind, its processes and its times in ms: "cut a1,a2|rest @1000-2000", "crash(lost) leader @500-900", "loss(0.1) @0-5000". ` +
      `Valid faults: ${[...faultForms].map(([id, { parameters }]) => signature(id, parameters)).join(", ")}.`,
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
  { parameters }: FaultForm,
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
      throw new UsageError(`${text}: ${name} is ${value}; must be from 0 to 1.`)
    if (value < 0 && name !== "by")
      throw new UsageError(`${text}: ${name} is ${value}; must not be negative.`)
    if (name === "rate" && value === 0) throw new UsageError(`${text}: a clock rate must be greater than 0.`)
  })
  return given
}

/** When it begins and ends, in microseconds. */
interface Times {
  readonly from: number
  readonly until: number | undefined
}

function readTimes(text: string, { lasts }: FaultForm, from: string, until: string | undefined): Times {
  const times = { from: microsOf(from), until: until === undefined ? undefined : endOf(until) }
  if (lasts === "span" && times.until === undefined)
    throw new UsageError(`${text}: it needs a start and an end in ms; write @1000-2000, or @1000-end.`)
  if (lasts === "from" && times.until !== undefined)
    throw new UsageError(`${text}: it is permanent; write one time, @1000, and a second fault to undo it.`)
  if (!(times.from >= 0) || (times.until !== undefined && !(times.until > times.from)))
    throw new UsageError(
      `${text}: its times must be milliseconds from the start of the run, and its end after its start.`,
    )
  return times
}

const endOf = (until: string): number => (until === "end" ? endOfRun : microsOf(until))

const microsOf = (ms: string): number => Math.round(Number(ms) * 1000)

function processFault(
  type: string,
  process: string,
  parameters: readonly string[],
  times: Times,
): NamedFault {
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
): NamedFault {
  const [, sides = "", types] = /^(.*?)\s*(?:\bof\s+(.*))?$/s.exec(whom) ?? []
  const messageTypes = types?.split(",").map((name) => name.trim())
  const path = sides.trim() === "" ? {} : { path: pathOf(text, sides) }
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

function pathOf(text: string, sides: string): Path<string> {
  const [left, sign, right, ...more] = sides.split(/([|>])/)
  if (
    left === undefined ||
    right === undefined ||
    more.length > 0 ||
    left.trim() === "" ||
    right.trim() === ""
  ) {
    throw new UsageError(
      `${text}: "${sides}" is not two sides; write "a1,a2|a3" for both ways, "a1>a3" for one way, "a1|rest" for a1 and all others.`,
    )
  }
  const rest = right.trim() === "rest"
  if (left.trim() === "rest") throw restOnTheLeft(text, sign === ">", right.trim())
  return {
    side: namesOf(text, left),
    ...(!rest && { otherSide: namesOf(text, right) }),
    oneWay: sign === ">",
  }
}

/** A path begins with its named side, so one way from all other processes has no form. */
function restOnTheLeft(text: string, oneWay: boolean, right: string): UsageError {
  const remedy = oneWay
    ? `name those on the left side, as in "a1,a2>a3"`
    : `write "${right === "rest" ? "a3" : right}|rest", which is the same both ways`
  return new UsageError(`${text}: "rest", all other processes, is allowed on the right side only; ${remedy}.`)
}

/** The names of a list; `nobody` is the empty list. */
function namesOf(text: string, list: string): string[] {
  const names = commaList(list)
  if (names.length === 1 && names[0] === "nobody") return []
  if (names.every((name) => name !== "")) return [...new Set(names)]
  throw new UsageError(`${text}: no target; give a process, a group of processes, or leader.`)
}

/**
 * Resolves the names of faults to addresses: a process fault of a group becomes one per process. An
 * unknown name is a UsageError that shows the fault.
 */
export function resolveFaults(faults: readonly NamedFault[], cast: Cast): readonly Fault[] {
  return faults.flatMap((fault): readonly Fault[] => {
    const found = (names: readonly string[]): Target[] => targetsOf(names, fault, cast)
    if (isProcessFault(fault)) return found([fault.process]).map((process) => ({ ...fault, process }))
    const { path, ...rest } = fault
    refuseUnknownTypes(fault, cast)
    if (path === undefined) return [rest]
    const { side, otherSide, oneWay } = path
    const other = otherSide === undefined ? {} : { otherSide: found(otherSide) }
    return [{ ...rest, path: { side: found(side), ...other, oneWay } }]
  })
}

/** The same faults with the names of those they concern: the inverse of `resolveFaults`, group by group member. */
export function nameFaults(faults: readonly Fault[], names: readonly string[]): NamedFault[] {
  const named = (targets: readonly Target[]): string[] =>
    targets.map((target) => (target === "leader" ? target : names[target]!))
  return faults.map((fault): NamedFault => {
    if (isProcessFault(fault)) return { ...fault, process: named([fault.process])[0]! }
    const { path, ...rest } = fault
    if (path === undefined) return rest
    const other = path.otherSide === undefined ? {} : { otherSide: named(path.otherSide) }
    return { ...rest, path: { side: named(path.side), ...other, oneWay: path.oneWay } }
  })
}

function refuseUnknownTypes(fault: NetworkFault<string>, { messageTypes }: Cast): void {
  const unknown = fault.messageTypes?.find((type) => !messageTypes.includes(type))
  if (unknown === undefined) return
  throw new UsageError(`${formatFault(fault)}: ${describeUnknown("message", unknown, messageTypes)}`)
}

function targetsOf(names: readonly string[], fault: NamedFault, cast: Cast): Target[] {
  const targets = names.flatMap((name): readonly Target[] => {
    if (name === "leader" && cast.hasLeader) return [name]
    const found = addressesOf(name, cast)
    if (found !== undefined) return found
    throw new UsageError(`${formatFault(fault)}: ${unknownName(name, cast)}`)
  })
  return [...new Set(targets)]
}

/** The addresses of a name: a process, or the members of a group. */
export function addressesOf(name: string, { names, groups }: Cast): readonly Address[] | undefined {
  const address = names.indexOf(name)
  return address >= 0 ? [address] : groups.get(name)
}

/** `unknown process "a9"; … Valid processes: a1, …`, groups included: the error for an unknown name. */
export function unknownName(name: string, { names, groups, hasLeader }: Cast): string {
  const known = [...(hasLeader ? ["leader"] : []), ...names, ...groups.keys()]
  const hint = name === "leader" ? " There is no leader here unless a proposer is distinguished." : ""
  return `${describeUnknown("process", name, known)}${hint}`
}

/**
 * The text that gives a fault back.
 *
 * `parseFaults` reads it back to the same fault, which is what makes a
 * failing run a line that can be typed.
 */
export function formatFault(fault: NamedFault): string {
  const { parameters } = faultForms.get(fault.type)!
  const values = parameters.map((name) => parameterOf(fault, name)).filter((value) => value !== "synced")
  const head = values.length === 0 ? fault.type : `${fault.type}(${values.join(", ")})`
  const times =
    "process" in fault
      ? [fault.at, "until" in fault ? fault.until : fault.type === "crash" ? fault.recoverAt : undefined]
      : [fault.from, fault.until]
  const when = times.filter((at) => at !== undefined).map((at) => (at === endOfRun ? "end" : at / 1000))
  return [head, ...whomText(fault), `@${when.join("-")}`].join(" ")
}

function parameterOf(fault: NamedFault, name: string): string {
  const own = fault as unknown as Readonly<Record<string, number | string>>
  const value = name === "p" ? own["probability"]! : own[name]!
  const isDuration = ["late", "upTo", "extra", "by"].includes(name)
  return String(isDuration ? Number(value) / 1000 : value)
}

function whomText(fault: NamedFault): string[] {
  const named = (names: readonly string[]): string => (names.length === 0 ? "nobody" : names.join(","))
  if ("process" in fault) return [named([fault.process])]
  const { path, messageTypes } = fault
  const sign = path?.oneWay === true ? ">" : "|"
  const other = path?.otherSide === undefined ? "rest" : named(path.otherSide)
  return [
    ...(path === undefined ? [] : [`${named(path.side)}${sign}${other}`]),
    ...(messageTypes === undefined ? [] : [`of ${messageTypes.join(",")}`]),
  ]
}
