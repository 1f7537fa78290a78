import { existsSync, readFileSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import { parse } from "yaml"
import { namedLatencies } from "../../../experiments/data/latencies.ts"
import { UsageError } from "../../base/errors.ts"
import type { Mistake } from "../../run/setting.ts"
import { mistakesInCases } from "../../run/sweep/cases.ts"
import {
  type SweepData,
  type SweepDocument,
  type SweptProtocol,
  asList,
  isProtocolFile,
  mistakesIn,
} from "../../run/sweep/document.ts"
import type { UserFile } from "../execution/user-module.ts"
import { PlacedYaml, readText } from "../shared/read-text.ts"

/**
 * The sweep of a YAML or JSON file, with what `--set` changes of it. Its mistakes
 * are one UsageError with a line for each, which begins with its place:
 * `sweep.yaml:5:24: …`. Those of cases are looked for once each value is well-formed.
 */
export function readSweep(
  path: string,
  overrides: readonly Override[] = [],
  own?: { readonly protocol: SweptProtocol; readonly file: UserFile },
): SweepData {
  const yaml = yamlOf(path, overrides)
  const content = yaml.content() ?? {}
  const latencies = latencyFiles(content, dirname(path))
  refuse(mistakesIn(content, latencies, own?.protocol), yaml)
  const document = JSON.parse(JSON.stringify(content)) as SweepDocument
  const data: SweepData = {
    ...document,
    id: document.id ?? idOf(path),
    latencyFiles: latencies,
    ...(own !== undefined && { protocolFile: own.file }),
  }
  refuse(mistakesInCases(data, own?.protocol), yaml)
  return data
}

/** The file of the protocol that a sweep names, as seen from here; undefined where it names none. */
export function protocolFileOf(path: string, overrides: readonly Override[] = []): string | undefined {
  const { protocol } = (yamlOf(path, overrides).content() ?? {}) as { readonly protocol?: unknown }
  return isProtocolFile(protocol) ? join(dirname(path), protocol) : undefined
}

function yamlOf(path: string, overrides: readonly Override[]): PlacedYaml {
  const yaml = new PlacedYaml(readText(path, wanted), path)
  for (const override of overrides) applyOverride(yaml, override)
  return yaml
}

/** All mistakes as one error, in the order of the file. */
function refuse(mistakes: readonly Mistake[], yaml: PlacedYaml): void {
  if (mistakes.length === 0) return
  const placed = mistakes.map(({ path, onKey, message }) => ({
    message,
    place: onKey ? yaml.keyPlace(path.slice(0, -1), String(path.at(-1))) : yaml.place(path),
  }))
  const position = (place: string): number => {
    const [, line = "0", column = "0"] = /:(\d+):(\d+)$/.exec(place) ?? []
    return Number(line) * 1e6 + Number(column)
  }
  placed.sort((a, b) => position(a.place) - position(b.place))
  throw new UsageError([...new Set(placed.map(({ place, message }) => `${place}: ${message}`))].join("\n"))
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
      `--set is ${JSON.stringify(text)}; must be a path and a value, such as --set setup.proposers=2 or --set "matrix.latency=[paxi, aws]".`,
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

/** Latencies that are files beside the sweep go along as texts: another machine does not have the files. */
function latencyFiles(content: unknown, folder: string): Record<string, string> {
  const { latency } = (content as { matrix?: { latency?: unknown } }).matrix ?? {}
  const files = asList(latency).filter(
    (text): text is string => typeof text === "string" && !namedLatencies.has(text) && /\.csv$/i.test(text),
  )
  return Object.fromEntries(
    files.flatMap((name) => {
      const path = join(folder, name)
      return existsSync(path) ? [[name, readFileSync(path, "utf8")]] : []
    }),
  )
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
