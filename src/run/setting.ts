import { UsageError, describeUnknown, didYouMean } from "../base/errors.ts"
import { number, quoted } from "../base/text.ts"
import { isWholeMicros } from "../world/simulate/latency.ts"

/**
 * One setting of a run: defined once, in the table of its kind of run, and read from a flag, a sweep
 * file or code; written into help, a JSON schema, a replay command and a manifest.
 *
 * The key of the table names it everywhere: `lossProbability` is a key of a sweep file and of the setup,
 * and `--loss-probability` on the command line. A flag and a file use the same notation, so `read`
 * returns an equal value for every text that `show` writes.
 */
export interface Setting<T> {
  /** A phrase for help and for the description in the schema, without the unit. */
  readonly about: string
  /** The heading it stands under in help: `Faults`. */
  readonly group: string
  /** The unit of a number, as it is printed: `ms`. */
  readonly unit?: string
  readonly default: T
  /** The text of the default in help, where that of its value is insufficient. */
  readonly defaultText?: string
  /** What stands for the value in help, such as `ms`; a setting without one is a switch, on or off. */
  readonly placeholder?: string
  /** A one-letter flag besides the long one: `c` for `-c`. */
  readonly short?: string
  /** All values there are, where they can be listed. */
  readonly choices?: readonly string[]
  /**
   * Several values in one, a list or a record of parts: what separates them in a
   * text. A flag may be repeated, and a file may give a list; the parts are joined.
   */
  readonly separator?: string
  /** The value of a text. Throws UsageError with a message that follows the name: "is 2; must be …". */
  read(text: string): T
  /** The text of a value. */
  show(value: T): string
  /** What a file may say, as a JSON schema without description and default. */
  readonly schema: JsonSchema
  /** What must hold for another value than the default to change a run; unless given, nothing. */
  readonly requires?: Condition
}

/** What must hold of the other settings for one of them to have an effect. */
export interface Condition {
  /** Completes "--burst requires …"; `called` is what the reader calls a setting, a flag or a key. */
  what(called: (key: string) => string): string
  holds(setup: Readonly<Record<string, unknown>>): boolean
}

/** A table of settings, in the order of the help: a setting for each field of a setup. */
export type Settings<Setup> = { readonly [K in keyof Setup]: Setting<Setup[K]> }

/** Any table. */
export type SettingsTable = Readonly<Record<string, Setting<unknown>>>

/** The setup that a table describes: a value for each of its settings. */
export type ValuesOf<Table> = {
  readonly [K in keyof Table]: Table[K] extends Setting<infer T> ? T : never
}

/** Plain JSON. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }
/** A JSON schema, draft 7. */
export type JsonSchema = Readonly<Record<string, Json>>

/** What of a setting its kind does not say. */
export type About<T> = Pick<Setting<T>, "about" | "group" | "default"> &
  Partial<Pick<Setting<T>, "unit" | "defaultText" | "placeholder" | "short" | "requires">>

/* Kinds of settings */

/** A number of which `fits` is true; `must` completes "must be …". */
function numeric(
  must: string,
  fits: (value: number) => boolean,
  schema: JsonSchema,
  about: About<number>,
): Setting<number> {
  return {
    placeholder: "n",
    ...about,
    read: (text) => {
      const value = number(text)
      if (fits(value)) return value
      throw refused(text, must)
    },
    show: String,
    schema,
  }
}

const refused = (text: string, must: string): UsageError =>
  new UsageError(`is ${quoted(text)}; must be ${must}`)

/** A duration in milliseconds, from 0 to 1e9, of whole microseconds. */
export function duration(about: About<number>): Setting<number> {
  const schema = { type: "number", minimum: 0, maximum: 1e9 }
  const must = "a number of milliseconds from 0 to 1e9, with at most three decimals"
  return numeric(must, (v) => v >= 0 && v <= 1e9 && isWholeMicros(v), schema, {
    placeholder: "ms",
    unit: "ms",
    ...about,
  })
}

/** A probability or a share, from 0 to 1. */
export function probability(about: About<number>): Setting<number> {
  const schema = { type: "number", minimum: 0, maximum: 1 }
  return numeric("a number from 0 to 1, such as 0.05", (v) => v >= 0 && v <= 1, schema, {
    placeholder: "p",
    ...about,
  })
}

/** A number greater than 0, at most 1e9. */
export function positive(about: About<number>): Setting<number> {
  const schema = { type: "number", exclusiveMinimum: 0, maximum: 1e9 }
  return numeric("a number greater than 0, at most 1e9", (v) => v > 0 && v <= 1e9, schema, about)
}

/** A number from 0 to `max`. */
export function amount(about: About<number> & { readonly max?: number }): Setting<number> {
  const { max = 1e9, ...rest } = about
  const schema = { type: "number", minimum: 0, maximum: max }
  const must = `a number from 0 to ${max === 1e9 ? "1e9" : max}`
  return numeric(must, (v) => v >= 0 && v <= max, schema, rest)
}

/** An integer from `min` to `max`, which is 2^53 - 1 unless given. */
export function integer(
  about: About<number> & { readonly min: 0 | 1; readonly max?: number },
): Setting<number> {
  const { min, max = Number.MAX_SAFE_INTEGER, ...rest } = about
  const unbounded = min === 0 ? "a non-negative integer" : "a positive integer"
  const must = max === Number.MAX_SAFE_INTEGER ? unbounded : `an integer from ${min} to ${max}`
  const fits = (v: number): boolean => Number.isSafeInteger(v) && v >= min && v <= max
  const setting = numeric(must, fits, { type: "integer", minimum: min, maximum: max }, rest)
  return {
    ...setting,
    read: (text) => {
      // Digits alone: 1e3 and 0x10 are numbers, too.
      if (/^\d+$/.test(text.trim())) return setting.read(text)
      throw refused(text, must)
    },
  }
}

/** A switch: on or off. On by default, its flag is `--no-…`. */
export function flag(about: About<boolean>): Setting<boolean> {
  return {
    ...about,
    read: (text) => {
      if (text === "true" || text === "false") return text === "true"
      throw refused(text, "true or false")
    },
    show: String,
    schema: { type: "boolean" },
  }
}

/** One of the given words. */
export function choice<const T extends string>(choices: readonly T[], about: About<T>): Setting<T> {
  return {
    placeholder: "choice",
    ...about,
    choices,
    read: (text) => {
      const found = choices.find((one) => one === text.trim())
      if (found !== undefined) return found
      throw refused(text, `one of ${choices.join(", ")}${didYouMean(text, choices)}`)
    },
    show: (value) => value,
    schema: { enum: [...choices] },
  }
}

/** A name that a later stage knows: a process, a region, a variant. */
export function name(about: About<string>): Setting<string> {
  return {
    placeholder: "name",
    ...about,
    read: (text) => {
      if (text.trim() !== "") return text.trim()
      throw refused(text, "a name")
    },
    show: (value) => value,
    schema: { type: "string", minLength: 1 },
  }
}

/** A value with its own notation, such as `exponential(10, 1000)`. */
export interface Notation<T> {
  /** Throws UsageError, saying what is wrong with the text. */
  parse(text: string): T
  format(value: T): string
  readonly example: string
}

/** A value in a notation; what the parser refuses is refused in its words. */
export function notation<T>(how: Notation<T>, about: About<T>): Setting<T> {
  return {
    ...about,
    placeholder: about.placeholder ?? "value",
    read: (text) => {
      try {
        return how.parse(text)
      } catch (error) {
        if (error instanceof UsageError) throw new UsageError(`is ${quoted(text)}; ${error.message}`)
        throw error
      }
    },
    show: (value) => how.format(value),
    schema: { type: "string", examples: [how.example] },
  }
}

/** A list: in one text with separators, by repeating the flag, or as a list in a file. Empty by default. */
export function listOf<T>(
  { about, group, short, placeholder, defaultText, requires, ...item }: Setting<T>,
  separator: string,
): Setting<readonly T[]> {
  return {
    ...{ about, group, separator },
    ...(short !== undefined && { short }),
    ...(placeholder !== undefined && { placeholder }),
    ...(requires !== undefined && { requires }),
    defaultText: defaultText ?? "none",
    default: [],
    read: (text) =>
      text
        .split(separator)
        .filter((part) => part.trim() !== "")
        .map((part) => item.read(part.trim())),
    show: (value) => value.map((one) => item.show(one)).join(separator === "," ? "," : `${separator} `),
    schema: { anyOf: [item.schema, { type: "array", items: item.schema }] },
  }
}

/** Names with commas between them: `EU,US`. */
export function names(about: Omit<About<string>, "default">): Setting<readonly string[]> {
  return listOf(name({ placeholder: "names", ...about, default: "" }), ",")
}

/** The same setting, which may also be left open: `none`, null in code and in JSON. */
export function orNone<T>(setting: Setting<T>): Setting<T | null> {
  return {
    ...setting,
    default: null,
    defaultText: setting.defaultText ?? "none",
    read: (text) => (text.trim() === "none" ? null : setting.read(text)),
    show: (value) => (value === null ? "none" : setting.show(value)),
    schema: { anyOf: [setting.schema, { enum: ["none", null] }] },
  }
}

/* What a table gives */

const entriesOf = (table: object): readonly (readonly [string, Setting<unknown>])[] =>
  Object.entries(table as SettingsTable)

/** The default of every setting. */
export function defaultsOf<Table extends object>(table: Table): ValuesOf<Table> {
  return Object.fromEntries(entriesOf(table).map(([key, one]) => [key, one.default])) as ValuesOf<Table>
}

/** The parts of two values of a setting that has several: a later part overrides one of the same name. */
export function joined(before: unknown, more: unknown): unknown {
  if (Array.isArray(before)) return [...(before as unknown[]), ...(more as unknown[])]
  return { ...(before as object), ...(more as object) }
}

/** The flag of a key: `--loss-probability` of `lossProbability`. */
export function flagOf(key: string): string {
  return `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}

/** The value of a text; a mistake names the setting as the reader wrote it, a flag or a key. */
export function readSetting<T>(setting: Setting<T>, text: string, called: string): T {
  try {
    return setting.read(text)
  } catch (error) {
    if (error instanceof UsageError) throw new UsageError(`${called} ${error.message}`)
    throw error
  }
}

/** Settings by their groups, both in the order of the table. */
export function groupsOf(
  table: object,
): ReadonlyMap<string, readonly (readonly [string, Setting<unknown>])[]> {
  const groups = new Map<string, (readonly [string, Setting<unknown>])[]>()
  for (const entry of entriesOf(table)) {
    const { group } = entry[1]
    groups.set(group, [...(groups.get(group) ?? []), entry])
  }
  return groups
}

/** The part of a table whose settings pass. */
export function settingsWhere(table: object, keep: (setting: Setting<unknown>) => boolean): SettingsTable {
  return Object.fromEntries(entriesOf(table).filter(([, one]) => keep(one)))
}

/** A mistake in a file, and where it is. */
export interface Mistake {
  readonly path: readonly PropertyKey[]
  /** Whether the key at the end of the path is the mistake, and not its value. */
  readonly onKey?: true
  readonly message: string
}

/**
 * The settings that a file states, as values, and every mistake among them. A
 * value is JSON: what a flag takes as text, a number or a boolean as such, or a
 * list of these where the setting is a list.
 */
export function readSettings<Table extends object>(
  table: Table,
  stated: Readonly<Record<string, unknown>>,
  path: readonly PropertyKey[] = [],
): { readonly values: Partial<ValuesOf<Table>>; readonly mistakes: readonly Mistake[] } {
  const settings = table as SettingsTable
  const values: Record<string, unknown> = {}
  const mistakes: Mistake[] = []
  for (const [key, value] of Object.entries(stated)) {
    if (!Object.hasOwn(settings, key)) {
      mistakes.push(unknownKey(key, Object.keys(settings), path))
      continue
    }
    const read = readJson(settings[key]!, value, [...path, key])
    if ("mistakes" in read) mistakes.push(...read.mistakes)
    else values[key] = read.value
  }
  return { values: values as Partial<ValuesOf<Table>>, mistakes }
}

/** The mistake of a key that means nothing there. */
export function unknownKey(key: string, valid: readonly string[], path: readonly PropertyKey[]): Mistake {
  return { path: [...path, key], onKey: true, message: describeUnknown("key", key, valid) }
}

type ReadJson = { readonly value: unknown } | { readonly mistakes: readonly Mistake[] }

function readJson(setting: Setting<unknown>, value: unknown, path: readonly PropertyKey[]): ReadJson {
  if (setting.separator !== undefined && Array.isArray(value)) {
    const items = value.map((item: unknown, i) =>
      readScalar(setting, item, [...path, i], String(path.at(-1))),
    )
    const mistakes = items.flatMap((item) => ("mistakes" in item ? item.mistakes : []))
    if (mistakes.length > 0) return { mistakes }
    return {
      value: items.flatMap((item) => ("value" in item ? [item.value] : [])).reduce(joined, setting.read("")),
    }
  }
  return readScalar(setting, value, path, String(path.at(-1)))
}

function readScalar(
  setting: Setting<unknown>,
  value: unknown,
  path: readonly PropertyKey[],
  key: string,
): ReadJson {
  if (!isScalar(value)) {
    const found = Array.isArray(value) ? "a list" : "settings"
    return { mistakes: [{ path, message: `${key} must be one value, not ${found}.` }] }
  }
  // What is left open is null, in every notation of that.
  if (value === null && setting.default === null) return { value }
  try {
    return { value: readSetting(setting, String(value), key) }
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    return { mistakes: [{ path, message: ended(error.message) }] }
  }
}

const isScalar = (value: unknown): value is string | number | boolean | null =>
  value === null || ["string", "number", "boolean"].includes(typeof value)

const ended = (sentence: string): string => (/[.?]$/.test(sentence) ? sentence : `${sentence}.`)

/** What a file may say: a JSON schema that describes every key and gives its default. */
export function schemaOf(table: object): JsonSchema {
  const properties = entriesOf(table).map(([key, setting]): [string, Json] => {
    const { about, unit, schema } = setting
    const description = unit === undefined ? about : `${about}, in ${unit}`
    return [key, { description, default: plain(setting, setting.default), ...schema }]
  })
  return { type: "object", additionalProperties: false, properties: Object.fromEntries(properties) }
}

/** The words of a command line that say how a setup differs from the defaults. */
export function replayWords<Table extends object>(table: Table, setup: ValuesOf<Table>): string[] {
  const values = setup as Readonly<Record<string, unknown>>
  return entriesOf(table).flatMap(([key, setting]) => {
    if (isDefault(setting, values[key])) return []
    if (setting.placeholder === undefined) return [switchOf(key, setting as Setting<boolean>)]
    return [flagOf(key), setting.show(values[key])]
  })
}

/** The settings that differ from their defaults. */
export function changedSettings(table: object, setup: object): readonly string[] {
  const values = setup as Readonly<Record<string, unknown>>
  return entriesOf(table)
    .filter(([key, one]) => !isDefault(one, values[key]))
    .map(([key]) => key)
}

/** The settings that differ from their defaults and change nothing, since what they require does not hold. */
export function idleSettings(table: object, setup: object): readonly string[] {
  const values = setup as Readonly<Record<string, unknown>>
  return changedSettings(table, setup).filter(
    (key) => (table as SettingsTable)[key]!.requires?.holds(values) === false,
  )
}

const isDefault = (setting: Setting<unknown>, value: unknown): boolean =>
  setting.show(value) === setting.show(setting.default)

/** The same setup without the settings that change nothing. */
export function withoutIdle<Setup extends object>(table: object, setup: Setup): Setup {
  const settings = table as SettingsTable
  const idle = idleSettings(table, setup)
  if (idle.length === 0) return setup
  return { ...setup, ...Object.fromEntries(idle.map((key) => [key, settings[key]!.default])) }
}

/** Why a setting changes nothing: "--burst is 4; it requires --rate-per-second". */
export function describeIdle(
  table: object,
  setup: object,
  key: string,
  called: (key: string) => string,
): string {
  const setting = (table as SettingsTable)[key]!
  const value = setting.show((setup as Readonly<Record<string, unknown>>)[key])
  return `${called(key)} is ${quoted(value)}; it requires ${setting.requires!.what(called)}`
}

/** A setting of a command line that would change nothing is a UsageError. */
export function refuseIdle(table: object, setup: object): void {
  const [key] = idleSettings(table, setup)
  if (key !== undefined) throw new UsageError(`${describeIdle(table, setup, key, flagOf)}.`)
}

/** The flag that changes a switch from its default. */
export function switchOf(key: string, setting: Setting<boolean>): string {
  return setting.default ? `--no-${flagOf(key).slice(2)}` : flagOf(key)
}

/** A setup as plain JSON, for manifests and machines; `readSettings` reads it back. */
export function manifestOf(table: object, setup: object): Readonly<Record<string, Json>> {
  const values = setup as Readonly<Record<string, unknown>>
  return Object.fromEntries(entriesOf(table).map(([key, setting]) => [key, plain(setting, values[key])]))
}

function plain(setting: Setting<unknown>, value: unknown): Json {
  if (typeof value === "number" || typeof value === "boolean" || value === null) return value
  if (setting.separator !== undefined && Array.isArray(value))
    return value.map((item: unknown) => setting.show([item]))
  return setting.show(value)
}
