import { UsageError, describeUnknown } from "../../base/errors.ts"
import type { EpochAllocation, FastPath } from "./epochs.ts"
import { type Variant, classic } from "./variant.ts"

/** A switch as a user sees it: what it may be set to. */
export interface SwitchForm {
  readonly id: keyof Variant
  /** `none, epoch, proposal`: the values, or what kind of value. */
  readonly values: string
}

/**
 * Every switch with its values, in the order of `Variant`. What is checked here
 * is that a value is one; whether a combination works is for `objectionsTo`.
 */
const readers: { readonly [Name in keyof Variant]: Reader<Variant[Name]> } = {
  epochs: { values: epochForms(), read: readEpochs, show: showEpochs },
  epochWrite: oneOf("before-phase-1", "before-phase-2"),
  promise: oneOf("at-least", "greater", "voting"),
  accept: oneOf("at-least", "equal"),
  keepFirst: yesOrNo(),
  nacks: oneOf("none", "epoch", "proposal"),
  promiseAhead: wholeNumber("epochs reserved by one write"),
  history: yesOrNo(),
  phase1: oneOf("quorum", "revision-A", "revision-B", "revision-C", "none"),
  untilOneValue: yesOrNo(),
  select: oneOf(
    "greatest",
    "quorums",
    "quorums-by-epoch",
    "multi-path",
    "fast",
    "printed-counting",
    "printed-multi-path",
  ),
  afterNack: oneOf("restart", "wait"),
  bypass: oneOf("off", "greatest", "every"),
  remember: yesOrNo(),
  patience: wholeNumber("microseconds"),
  termination: oneOf("off", "value", "epoch"),
  afterDecision: oneOf("keep", "discard"),
  copying: oneOf("off", "latest", "any"),
  phase1First: yesOrNo(),
  valueWithPrepare: yesOrNo(),
  failStop: yesOrNo(),
}

/** All switches there are. */
export const switchForms: readonly SwitchForm[] = Object.entries(readers).map(([id, { values }]) => ({
  id: id as keyof Variant,
  values,
}))

/** `nacks=epoch`, `epochs=reserved(10)`, `history` for `history=yes`: one switch of a variant. Anything else is a UsageError. */
export function parseSwitch(text: string): Partial<Variant> {
  const [, id = "", value] = /^\s*([\w-]*)\s*(?:=(.*))?$/s.exec(text) ?? []
  const reader = (readers as Readonly<Record<string, Reader<unknown>>>)[id]
  if (reader === undefined) {
    const known = switchForms.map((form) => form.id)
    throw new UsageError(`${describeUnknown("switch", id === "" ? text : id, known)} Set one as nacks=epoch.`)
  }
  const given = value?.trim() ?? "yes"
  const read = reader.read(given)
  if (read === undefined) {
    throw new UsageError(`the switch ${id} is ${given}; must be ${reader.values}.`)
  }
  return { [id]: read }
}

/** The switches that differ from those of `from`, classic Paxos unless given, each as the text that sets it. */
export function formatSwitches(switches: Partial<Variant>, from: Variant = classic): string[] {
  return switchForms.flatMap(({ id }) => {
    const reader = readers[id] as Reader<unknown>
    const shown = reader.show(switches[id] ?? from[id])
    return shown === reader.show(from[id]) ? [] : [`${id}=${shown}`]
  })
}

/** The text that sets a switch to its value among these: `nacks=epoch`. */
export function formatSwitch(id: keyof Variant, switches: Partial<Variant>): string {
  return `${id}=${(readers[id] as Reader<unknown>).show(switches[id])}`
}

/** How one switch is read from text and written back; the two are inverse. */
interface Reader<Value> {
  readonly values: string
  /** Nothing, if the text is no value of the switch. */
  read(text: string): Value | undefined
  show(value: Value): string
}

function oneOf<Value extends string>(...choices: readonly Value[]): Reader<Value> {
  return {
    values: choices.join(", "),
    read: (text) => choices.find((choice) => choice.toLowerCase() === text.toLowerCase()),
    show: (value) => value,
  }
}

function yesOrNo(): Reader<boolean> {
  return {
    values: "yes, no",
    read: (text) =>
      text === "yes" || text === "true" ? true : text === "no" || text === "false" ? false : undefined,
    show: (value) => (value ? "yes" : "no"),
  }
}

function wholeNumber(what: string): Reader<number> {
  return { values: `a whole number of ${what}, 0 for none`, read: readWhole, show: String }
}

function readWhole(text: string): number | undefined {
  return /^(0|[1-9]\d{0,14})$/.test(text) ? Number(text) : undefined
}

/** The forms of `epochs`, as a refusal lists them. */
function epochForms(): string {
  return "round-robin, sequence, versioned(restarts), reserved(ahead), voting, allocator, register, by-value(A, B, …), recovery, durable-recovery, multi-path(allocator), multi-path(register), multi-path(by-value(A, B, …)), multi-path(recovery)"
}

/** `round-robin`, `reserved(10)`, `by-value(A, B)`, `multi-path(recovery)`. */
function readEpochs(text: string): EpochAllocation | undefined {
  const [, kind, list] = /^([\w-]+)\s*(?:\((.*)\))?$/s.exec(text) ?? []
  if (list === undefined) return plainEpochs(kind)
  const number = readWhole(list.trim())
  if (kind === "versioned" && number !== undefined && number > 0) return { kind, restarts: number }
  if (kind === "reserved" && number !== undefined) return { kind, ahead: number }
  if (kind === "by-value") return byValue(list)
  if (kind !== "multi-path") return undefined
  const fast = readFastPath(list.trim())
  return fast === undefined ? undefined : { kind, fast }
}

function plainEpochs(kind: string | undefined): EpochAllocation | undefined {
  switch (kind) {
    case "round-robin":
    case "sequence":
    case "voting":
    case "allocator":
    case "register":
      return { kind }
    case "recovery":
      return { kind, durable: false }
    case "durable-recovery":
      return { kind: "recovery", durable: true }
    default:
      return undefined
  }
}

function readFastPath(text: string): FastPath | undefined {
  const epochs = readEpochs(text)
  if (epochs?.kind === "recovery") return epochs.durable ? undefined : { kind: "recovery" }
  return epochs?.kind === "allocator" || epochs?.kind === "register" || epochs?.kind === "by-value"
    ? epochs
    : undefined
}

function byValue(list: string): (EpochAllocation & { kind: "by-value" }) | undefined {
  const values = list.split(",").map((value) => value.trim())
  const distinct = new Set(values).size === values.length
  return distinct && values.every((value) => /^[^\s()]+$/.test(value))
    ? { kind: "by-value", values }
    : undefined
}

function showEpochs(epochs: EpochAllocation): string {
  switch (epochs.kind) {
    case "versioned":
      return `versioned(${epochs.restarts})`
    case "reserved":
      return `reserved(${epochs.ahead})`
    case "by-value":
      return `by-value(${epochs.values.join(", ")})`
    case "recovery":
      return epochs.durable ? "durable-recovery" : "recovery"
    case "multi-path": {
      const { fast } = epochs
      return `multi-path(${fast.kind === "by-value" ? `by-value(${fast.values.join(", ")})` : fast.kind})`
    }
    default:
      return epochs.kind
  }
}
