import type { Fault, Target } from "./fault.ts"
import { faultForms } from "./notation.ts"

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
