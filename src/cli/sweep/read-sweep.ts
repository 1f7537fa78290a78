import { existsSync, readFileSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import { parse } from "yaml"
import type { z } from "zod"
import { namedLatencies } from "../../../experiments/data/latencies.ts"
import { UsageError, didYouMean } from "../../base/errors.ts"
import { variantNamed } from "../../protocol/paxos/variants.ts"
import { planFrom } from "../../run/from-text.ts"
import { firstWrongCase } from "../../run/sweep/check-cases.ts"
import {
  type SweepDocument,
  decreeFaults,
  decreeWorkload,
  logFaults,
  logWorkload,
  schemaOf,
} from "../../run/sweep/settings.ts"
import { nameOf } from "../../run/sweep/sweep-cases.ts"
import {
  type SweepData,
  asList,
  latencyOf,
  readDecreeSettings,
  readLogSettings,
} from "../../run/sweep/sweep-data.ts"
import { PlacedYaml, readText } from "../shared/read-text.ts"

/**
 * The sweep of a YAML or JSON file, with what `--set` changes of it. A mistake
 * is a UsageError that begins with its place: `sweep.yaml:5:24: …`.
 */
export function readSweep(path: string, overrides: readonly Override[] = []): SweepData {
  const yaml = new PlacedYaml(readText(path, wanted), path)
  for (const override of overrides) applyOverride(yaml, override)
  const document = validated(yaml)
  refuseTwice(document, yaml)
  const data: SweepData = {
    ...document,
    id: document.id ?? idOf(path),
    latencyFiles: latencyFiles(document, dirname(path)),
  }
  refuseUnknownNames(data, yaml)
  const wrong = firstWrongCase(data)
  if (wrong !== undefined) throw new UsageError(`${yaml.place(wrong.path)}: ${wrong.error.message}`)
  return data
}

/** `matrix.latency=paxi` as a path and a value. */
export interface Override {
  readonly path: readonly string[]
  readonly value: unknown
  /** As it was given. */
  readonly text: string
}

/** What `--set` says. The value is YAML: a number, a text, a list. */
export function parseOverride(text: string): Override {
  const match = /^([\w$]+(?:\.[\w$]+)*)=(.*)$/s.exec(text)
  if (match === null) {
    throw new UsageError(
      `--set is ${JSON.stringify(text)}; it must be a path and a value, such as --set setup.proposers=2 or --set "matrix.latency=[paxi, aws]".`,
    )
  }
  return { path: match[1]!.split("."), value: valueOf(match[2]!), text }
}

function valueOf(text: string): unknown {
  try {
    return parse(text) as unknown
  } catch {
    return text
  }
}

function applyOverride({ document }: PlacedYaml, { path, value, text }: Override): void {
  const keys = path.map((key) => (/^\d+$/.test(key) ? Number(key) : key))
  try {
    document.setIn(keys, document.createNode(value))
  } catch {
    throw new UsageError(
      `--set ${text}: the file has a value on the way to ${path.join(".")} that is neither settings nor a list, and can hold nothing.`,
    )
  }
}

function validated(yaml: PlacedYaml): SweepDocument {
  const content = yaml.content() ?? {}
  if (typeof content !== "object" || Array.isArray(content)) {
    throw new UsageError(
      `${yaml.place([])}: the file must have settings by name, such as matrix: {system: [majority(5)]}.`,
    )
  }
  const protocol = (content as { protocol?: unknown }).protocol ?? "decree"
  if (protocol !== "decree" && protocol !== "log") {
    throw new UsageError(`${yaml.place(["protocol"])}: protocol must be decree or log.`)
  }
  const result = schemaOf[protocol].safeParse(content)
  if (result.success) return JSON.parse(JSON.stringify(result.data)) as SweepDocument
  throw new UsageError(explain(mostTelling(result.error.issues), yaml, protocol))
}

type Issue = z.core.$ZodIssue

/** A misspelt name leaves the right one missing: the misspelling is the mistake. */
function mostTelling(issues: readonly Issue[]): Issue {
  const all = issues.map((issue) => deepest(issue))
  return all.find(({ code }) => code === "unrecognized_keys") ?? all[0]!
}

/** Of alternatives, the mistake inside the one that was meant: a record, where one was written. */
function deepest(issue: Issue): Issue {
  if (issue.code !== "invalid_union") return issue
  const all = issue.errors.flat().map((one) => ({ ...one, path: [...issue.path, ...one.path] }))
  const further = all
    .map((one) => deepest(one))
    .filter(({ code, path }) => code === "unrecognized_keys" || path.length > issue.path.length)
  return further.sort((a, b) => b.path.length - a.path.length)[0] ?? issue
}

function explain(issue: Issue, yaml: PlacedYaml, protocol: "decree" | "log"): string {
  const name = issue.path.join(".")
  if (issue.code === "unrecognized_keys") {
    const [key] = issue.keys
    const known = knownKeys(issue.path, protocol)
    return `${yaml.keyPlace(issue.path, key!)}: there is no ${key} here.${didYouMean(key!, known)} Known are ${known.join(", ")}.`
  }
  const missing = issue.code === "invalid_type" && issue.message.startsWith("Invalid input")
  const message = missing ? "is missing" : issue.message
  return `${yaml.place(issue.path)}: ${name === "" ? "the file" : name} ${message}.`
}

function knownKeys(path: readonly PropertyKey[], protocol: "decree" | "log"): string[] {
  const [workload, faults] = protocol === "log" ? [logWorkload, logFaults] : [decreeWorkload, decreeFaults]
  if (path.length === 0) return Object.keys(schemaOf[protocol].shape)
  if (path.includes("faults")) return ["name", ...Object.keys(faults)]
  if (path.includes("workload")) return ["name", ...Object.keys(workload)]
  if (path[0] === "setup") return ["name", ...Object.keys(workload), ...Object.keys(faults)]
  return Object.keys(schemaOf[protocol].shape.matrix.shape)
}

/** A value given twice would make rows that nobody can tell apart. */
function refuseTwice({ matrix }: SweepDocument, yaml: PlacedYaml): void {
  for (const [axis, value] of Object.entries(matrix)) {
    if (!Array.isArray(value)) continue
    const names = value.map((one: unknown) =>
      axis === "faults" || axis === "workload" ? nameOf(one as object | string) : String(one),
    )
    const known = new Set<string>()
    names.forEach((name, i) => {
      if (known.has(name)) {
        throw new UsageError(
          `${yaml.place(["matrix", axis, i])}: matrix.${axis} has ${name} twice, and the rows of the two could not be told apart.`,
        )
      }
      known.add(name)
    })
  }
}

/** Everything that is more than a type: systems, variants, latencies, policies, crashes; each mistake at its place. */
function refuseUnknownNames(data: SweepData, yaml: PlacedYaml): void {
  const { matrix } = data
  const each = (axis: "system" | "latency" | "variant", read: (text: string) => unknown): void => {
    const value = (matrix as Record<string, unknown>)[axis]
    asList(value as string | string[] | undefined).forEach((text, i) =>
      placed(yaml, ["matrix", axis, ...(Array.isArray(value) ? [i] : [])], () => read(text)),
    )
  }
  each("system", planFrom)
  each("latency", (text) => {
    refuseMissingFile(text, data)
    latencyOf(text, data.latencyFiles)
  })
  each("variant", variantNamed)
  const read = data.protocol === "log" ? readLogSettings : readDecreeSettings
  placed(yaml, ["setup"], () => read(data.setup ?? {}))
  for (const axis of ["faults", "workload"] as const) {
    const value = matrix[axis]
    asList<object | string>(value).forEach((one, i) => {
      if (typeof one === "string") return
      placed(yaml, ["matrix", axis, ...(Array.isArray(value) ? [i] : [])], () => read(one))
    })
  }
}

function placed(yaml: PlacedYaml, path: readonly PropertyKey[], read: () => unknown): void {
  try {
    read()
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    throw new UsageError(`${yaml.place(path)}: ${error.message.replace(/^--([\w-]+) is/, "$1 is")}`)
  }
}

/** Latencies that are files beside the sweep go along as texts: another machine does not have the files. */
function latencyFiles({ matrix }: SweepDocument, folder: string): Record<string, string> {
  const files = asList(matrix.latency).filter((text) => !namedLatencies.has(text) && /\.csv$/i.test(text))
  return Object.fromEntries(
    files.flatMap((name) => {
      const path = join(folder, name)
      return existsSync(path) ? [[name, readFileSync(path, "utf8")]] : []
    }),
  )
}

function refuseMissingFile(text: string, { latencyFiles }: SweepData): void {
  if (!/\.csv$/i.test(text) || text in latencyFiles || namedLatencies.has(text)) return
  throw new UsageError(`There is no file ${text}; it is looked for from the folder of the sweep.`)
}

/** The name of a sweep that does not say its own: that of its file. */
function idOf(path: string): string {
  const words = basename(path)
    .replace(/\.\w+$/, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^[^a-z]+|-+$/g, "")
  return words === "" ? "sweep" : words
}

const wanted =
  `A sweep is a YAML file such as:\n` +
  `  matrix:\n    system: [majority(5), "simple(5, 4, 2)"]\n    latency: [paxi, constant(10)]`
