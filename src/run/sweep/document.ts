import { latencyNamed, namedLatencies } from "../../../experiments/data/latencies.ts"
import { UsageError } from "../../base/errors.ts"
import { variantNamed } from "../../protocol/paxos/variants.ts"
import { parseMatrixCsv } from "../../world/simulate/latency-matrix.ts"
import type { LatencyChoice } from "../../world/simulate/latency.ts"
import { defaultProtocol, group } from "../common-settings.ts"
import { decreeSettings } from "../decree-settings.ts"
import { planFrom } from "../from-text.ts"
import { logSettings } from "../log-settings.ts"
import { type LogProtocol, isLogProtocol } from "../log-protocol.ts"
import { type Protocol, settingsOf as ownSettingsOf } from "../protocol.ts"
import {
  conditionSettings,
  logConditionSettings,
  logProtocols,
  logTable,
  ownedSettings,
  protocols,
  unknownProtocol,
} from "../protocols/index.ts"
import {
  type Json,
  type JsonSchema,
  type Mistake,
  type SettingsTable,
  integer,
  name,
  orNone,
  readSettings,
  schemaOf,
  settingsWhere,
  unknownKey,
} from "../setting.ts"

/** Settings as a file states them: numbers, booleans, texts in a notation, lists. */
export type Stated = Readonly<Record<string, Json>>
type OneOrMany<T> = T | readonly T[]

/**
 * A sweep file: an experiment without code. Every combination of the values of
 * its axes is a case; `protocol` decides which settings there are. Plain JSON,
 * with which a thread or another machine makes the same experiment.
 */
export interface SweepDocument {
  /** A protocol by its id, Paxos by default, or a user's file, relative to the sweep. */
  readonly protocol?: string
  readonly id?: string
  readonly question?: string
  readonly reference?: string
  readonly caption?: string
  readonly label?: string
  readonly runs?: number
  readonly setup?: Stated
  readonly matrix: {
    /** A quorum system, or with the name that tables and figures give it: `{system: "simple(5, 4, 2)", name: FPaxos}`. */
    readonly system: OneOrMany<string | { readonly system: string; readonly name?: string }>
    readonly variant?: OneOrMany<string>
    readonly latency?: OneOrMany<string>
    readonly faults?: OneOrMany<string | Stated>
    readonly workload?: OneOrMany<string | Stated>
    readonly seed?: OneOrMany<number>
  }
}

/** What a sweep can be of: any protocol of either kind. */
export type SweptProtocol = Protocol | LogProtocol

/** What a sweep file may say depends on the kind of its runs, and of a protocol of the user's own on that one. */
type Kind = "decree" | "log" | "own"

const shippedProtocols: readonly SweptProtocol[] = [...protocols, ...logProtocols]

/** The protocol that a sweep is of: `own`, if it was loaded from a file, or the one of that id; undefined where there is none. */
export function sweptProtocol(
  { protocol = defaultProtocol.decree }: { readonly protocol?: unknown },
  own?: SweptProtocol,
): SweptProtocol | undefined {
  return own ?? shippedProtocols.find(({ id }) => id === protocol)
}

/** A protocol by the kind of its runs. */
export function kindOf(protocol: SweptProtocol) {
  if (isLogProtocol(protocol)) return { kind: "log", protocol } as const
  return { kind: "decree", protocol } as const
}

/** What is wrong with a protocol that there is not. */
function protocolMistake(protocol: unknown): string {
  if (typeof protocol !== "string")
    return "protocol must be the id of a protocol, such as paxos, or the file of one."
  if (isProtocolFile(protocol)) return `protocol is the file ${protocol}, and its content is not there.`
  return unknownProtocol(protocol, shippedProtocols)
}

/** A sweep as it was read, with the texts of the latency matrices that are files, by the names the matrix has for them. */
export type SweepData = SweepDocument & {
  readonly id: string
  readonly latencyFiles: Readonly<Record<string, string>>
  /** The file of the protocol, where it is one; the hash detects a different file on another machine. */
  readonly protocolFile?: { readonly path: string; readonly sha256: string }
}

/** Whether the protocol of a sweep is a file. */
export const isProtocolFile = (protocol: unknown): protocol is string =>
  typeof protocol === "string" && /\.[cm]?[jt]s$/i.test(protocol)

/** The settings of each kind of run: what `setup` may state. */
export const sweepTables: Readonly<Record<"decree" | "log", SettingsTable>> = {
  decree: decreeSettings,
  log: logSettings,
}

const isFault = (table: SettingsTable): SettingsTable =>
  settingsWhere(table, (setting) => setting.group === group.faults)
const isWorkload = (table: SettingsTable): SettingsTable =>
  settingsWhere(table, (setting) => setting.group !== group.faults)

const text = (about: string) => orNone(name({ about, group: "Sweep", default: "" }))

/** The head of a sweep: its id and description. */
const headSettings = {
  id: text("name of the experiment and of its files, in kebab-case; that of the file unless given"),
  question: text("the question that the sweep answers"),
  reference: text("where the question is from"),
  caption: text("caption of the table and the figures; the question unless given"),
  label: text("LaTeX label and file name of the table; the id unless given"),
  runs: integer({ about: "number of runs per configuration", group: "Sweep", default: 100, min: 1 }),
}

/** What names the settings of an axis in tables. */
const nameSetting = { name: text("the name in tables and figures") }

/** The settings of the runs of a protocol of single decrees: conditions, and its own. */
export const decreeTable = (protocol: Protocol): SettingsTable => {
  const own = ownSettingsOf(protocol)
  const shared = Object.entries(decreeSettings).filter(([key]) => !ownedSettings.has(key) || key in own)
  return { ...Object.fromEntries(shared), ...own }
}

/** Whether variants of Paxos are an axis: where runs have that setting. */
export const hasVariants = (table: SettingsTable): boolean => table["variant"] === decreeSettings.variant

const axesOf = (table: SettingsTable): readonly string[] => [
  "system",
  ...(hasVariants(table) ? ["variant"] : []),
  "latency",
  "faults",
  "workload",
  "seed",
]

/** One value, or several: a list of them; nothing is an empty list. */
export function asList<T>(value: OneOrMany<T> | undefined): readonly T[] {
  return value === undefined ? [] : Array.isArray(value) ? (value as readonly T[]) : [value as T]
}

/** The latency of a text: a file of the sweep, a shipped name, or a model. Settings say how a file is read. */
export function latencyOf(
  latency: string,
  files: Readonly<Record<string, string>>,
  reading: Parameters<typeof parseMatrixCsv>[2] = {},
): LatencyChoice {
  const csv = Object.hasOwn(files, latency) ? files[latency] : undefined
  if (csv !== undefined)
    return { kind: "matrix", name: latency, delays: parseMatrixCsv(csv, latency, reading) }
  if (/\.csv$/i.test(latency) && !namedLatencies.has(latency))
    throw new UsageError(`unknown latency file ${latency}; relative paths start at the folder of the sweep.`)
  return latencyNamed(latency, reading)
}

/* Reading */

/**
 * Every mistake in the content of a sweep file, except those that only its cases show; none, if it is a
 * SweepDocument. `files` are the latency matrices next to it.
 */
export function mistakesIn(
  content: unknown,
  files: Readonly<Record<string, string>>,
  own?: SweptProtocol,
): readonly Mistake[] {
  if (!isRecord(content)) {
    const message = "the file must state settings by name, such as matrix: {system: [majority(5)]}."
    return [{ path: [], message }]
  }
  const { protocol: named, setup, matrix, ...head } = content
  const swept = sweptProtocol(content, own)
  if (swept === undefined) return [{ path: ["protocol"], message: protocolMistake(named) }]
  const { kind, protocol } = kindOf(swept)
  const table = kind === "log" ? logTable(protocol) : decreeTable(protocol)
  const known = ["protocol", ...Object.keys(headSettings), "setup", "matrix"]
  return [
    ...readSettings(headSettings, only(head, headSettings)).mistakes,
    ...kebabMistakes(head["id"]),
    ...Object.keys(head)
      .filter((key) => key !== "$schema" && !Object.hasOwn(headSettings, key))
      .map((key) => unknownKey(key, known, [])),
    ...(setup === undefined ? [] : settingsMistakes(setup, table, ["setup"])),
    ...matrixMistakes(matrix, table, files),
  ]
}

function only(record: Readonly<Record<string, unknown>>, table: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => Object.hasOwn(table, key)))
}

function kebabMistakes(id: unknown): Mistake[] {
  if (id === undefined || id === null || (typeof id === "string" && /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(id)))
    return []
  return [{ path: ["id"], message: "id must be a name in kebab-case, such as five-regions." }]
}

function settingsMistakes(stated: unknown, table: SettingsTable, path: Mistake["path"]): readonly Mistake[] {
  if (isRecord(stated)) return readSettings(table, stated, path).mistakes
  return [{ path, message: `${path.join(".")} must be settings, such as {timeoutMs: 50}.` }]
}

function matrixMistakes(
  matrix: unknown,
  table: SettingsTable,
  files: Readonly<Record<string, string>>,
): Mistake[] {
  const axes = axesOf(table)
  if (!isRecord(matrix)) {
    const message = `matrix must give system, and any of ${axes.slice(1).join(", ")}.`
    return [{ path: matrix === undefined ? [] : ["matrix"], message }]
  }
  const check: Readonly<Record<string, (value: unknown, path: Mistake["path"]) => readonly Mistake[]>> = {
    system: (value, path) => systemMistakes(value, path),
    variant: (value, path) => textMistakes(value, path, "a variant, such as classic", variantNamed),
    latency: (value, path) =>
      textMistakes(value, path, "a latency, such as paxi or constant(10)", (one) => latencyOf(one, files)),
    faults: (value, path) => {
      if (value === "none") return []
      const stated = typeof value === "string" ? { faults: value } : value
      const inside = typeof value === "string" ? dropped(path) : same
      return settingsMistakes(stated, { ...nameSetting, ...isFault(table) }, path).map(inside)
    },
    workload: (value, path) => {
      if (value === "default") return []
      return settingsMistakes(value, { ...nameSetting, ...isWorkload(table) }, path)
    },
    seed: (value, path) =>
      Number.isSafeInteger(value) && Number(value) >= 0
        ? []
        : [{ path, message: "seed must be a non-negative integer." }],
  }
  const unknown = Object.keys(matrix).filter((axis) => !axes.includes(axis))
  // A misspelt name leaves the right one missing: the misspelling is the mistake.
  const isMissing = matrix["system"] === undefined && unknown.length === 0
  return [
    ...unknown.map((axis) => unknownKey(axis, axes, ["matrix"])),
    ...(isMissing
      ? [{ path: ["matrix"], message: "matrix.system is missing: a quorum system or a list of them." }]
      : []),
    ...axes
      .filter((axis) => matrix[axis] !== undefined)
      .flatMap((axis) => [
        ...placedValues(matrix[axis], ["matrix", axis]).flatMap(([value, path]) => check[axis]!(value, path)),
        ...repeated(axis, matrix[axis]),
      ]),
  ]
}

const same = (mistake: Mistake): Mistake => mistake
const dropped =
  (path: Mistake["path"]) =>
  ({ message }: Mistake): Mistake => ({ path, message })

/** The values of an axis, each with its place. */
function placedValues(value: unknown, path: Mistake["path"]): (readonly [unknown, Mistake["path"]])[] {
  return Array.isArray(value) ? value.map((one: unknown, i) => [one, [...path, i]]) : [[value, path]]
}

function systemMistakes(value: unknown, path: Mistake["path"]): readonly Mistake[] {
  if (!isRecord(value))
    return textMistakes(value, path, 'a quorum system, such as "simple(5, 4, 2)"', planFrom)
  const { system, ...rest } = value
  return [
    ...textMistakes(system, system === undefined ? path : [...path, "system"], "a quorum system", planFrom),
    ...settingsMistakes(rest, nameSetting, path),
  ]
}

function textMistakes(
  value: unknown,
  path: Mistake["path"],
  must: string,
  read: (text: string) => unknown,
): readonly Mistake[] {
  if (typeof value !== "string") return [{ path, message: `${String(path[1])} must be ${must}.` }]
  const message = mistakeOf(() => read(value))
  return message === undefined ? [] : [{ path, message }]
}

/** A duplicate value of an axis, which would produce indistinguishable rows. */
function repeated(axis: string, value: unknown): readonly Mistake[] {
  if (!Array.isArray(value)) return []
  const names = value.map((one: unknown) =>
    !isRecord(one) ? String(one) : axis === "system" ? String(one["system"]) : nameOf(one as Stated),
  )
  return names.flatMap((own, i) =>
    names.indexOf(own) === i
      ? []
      : [
          {
            path: ["matrix", axis, i],
            message: `matrix.${axis} has ${own} twice; their rows would be indistinguishable.`,
          },
        ],
  )
}

/** The message of the UsageError that is thrown, if one is. */
export function mistakeOf(read: () => unknown): string | undefined {
  try {
    read()
    return undefined
  } catch (error) {
    if (error instanceof UsageError) return error.message
    throw error
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

/** Settings of an axis without a name are called by what they state: `proposers 2, backOff random(20)`. */
export function nameOf(value: string | number | Stated): string {
  if (typeof value !== "object") return String(value)
  const { name: own, ...settings } = value
  const stated = Object.entries(settings).map(
    ([key, one]) =>
      `${key} ${typeof one === "string" ? one : Array.isArray(one) ? one.join(" ") : JSON.stringify(one)}`,
  )
  return typeof own === "string" ? own : stated.join(", ") || "default"
}

/* Schema */

/** The JSON schema that is shipped, for editors: completion, descriptions, and mistakes underlined. */
export function sweepJsonSchema(tables: typeof sweepTables = sweepTables): string {
  const schema = {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "A sweep of quorate",
    anyOf: [
      documentSchema("decree", tables.decree),
      ...logProtocols.map((protocol) => documentSchema("log", logTable(protocol, tables.log), [protocol.id])),
      documentSchema("own", conditionSettings),
      documentSchema("own", logConditionSettings),
    ],
  }
  return `${JSON.stringify(schema, null, 2)}\n`
}

function documentSchema(kind: Kind, table: SettingsTable, ids: readonly string[] = []): JsonSchema {
  // Only the protocol knows its own settings.
  const open = kind === "own" ? { additionalProperties: true } : {}
  const named = (settings: object): JsonSchema => ({ ...schemaOf({ ...nameSetting, ...settings }), ...open })
  const head = schemaOf(headSettings)["properties"] as JsonSchema
  const string = { type: "string" }
  const systemItem = {
    anyOf: [
      string,
      {
        type: "object",
        additionalProperties: false,
        required: ["system"],
        properties: {
          system: { description: "the quorum system", ...string },
          ...(schemaOf(nameSetting)["properties"] as JsonSchema),
        },
      },
    ],
  }
  const axes: Readonly<Record<string, Json>> = {
    system: axis("quorum systems: majority(5)", systemItem),
    variant: axis("members of the Paxos family", string),
    latency: axis("latencies: a name, a model in ms one way, or a CSV file beside the sweep", string),
    faults: axis('none, faults in their notation such as "crash leader @3000", or settings of faults', {
      anyOf: [string, named(isFault(table))],
    }),
    workload: axis("default, or settings other than faults", {
      anyOf: [{ const: "default" }, named(isWorkload(table))],
    }),
    seed: axis("further root seeds", { type: "integer", minimum: 0 }),
  }
  return {
    type: "object",
    additionalProperties: false,
    required: kind === "decree" ? ["matrix"] : ["protocol", "matrix"],
    properties: {
      $schema: { type: "string" },
      protocol: protocolSchema(kind, ids),
      ...head,
      setup: { description: "settings of all cases", ...schemaOf(table), ...open },
      matrix: {
        description: "the axes: every combination of their values is a case",
        type: "object",
        additionalProperties: false,
        required: ["system"],
        properties: Object.fromEntries(axesOf(table).map((one) => [one, axes[one]!])),
      },
    },
  }
}

/** What names a protocol of a kind. */
function protocolSchema(kind: Kind, ids: readonly string[]): JsonSchema {
  if (kind === "decree")
    return {
      description: `the protocol: ${defaultProtocol.decree} unless given`,
      const: defaultProtocol.decree,
    }
  const file = { type: "string", pattern: "\\.[cm]?[jt]s$" }
  if (kind === "own") return { description: "the file of a protocol of your own", ...file }
  return { description: "a replicated log", enum: ids }
}

function axis(description: string, item: JsonSchema): JsonSchema {
  return { description, anyOf: [item, { type: "array", minItems: 1, items: item }] }
}
