import type { AnyExperiment } from "../../experiment/define.ts"
import type { Override } from "../sweep/read-sweep.ts"
import type { SweepData } from "../../run/sweep/document.ts"
import { sha256 } from "./environment.ts"
import { shellWord } from "../../base/text.ts"
import type { ModuleSource } from "./user-module.ts"
import { UsageError, describeUnknown } from "../../base/errors.ts"

/** Where an experiment's code comes from: plain data, with which a thread or another machine finds it again. */
export type ExperimentSource =
  | { readonly kind: "shipped"; readonly id: string }
  | { readonly kind: "sweep"; readonly data: SweepData }
  | ModuleSource

/** An experiment, and how to find it again. */
export interface SourcedExperiment {
  readonly experiment: AnyExperiment
  readonly source: ExperimentSource
  /** What the command line says instead of the id, for a file of the user's own. */
  readonly argument?: string
  /** The source as the manifest keeps it; nothing where it is shipped. */
  readonly origin?: ExperimentSource
}

/** The experiment of a source, as this thread has it. */
export async function loadExperiment(source: ExperimentSource): Promise<AnyExperiment> {
  switch (source.kind) {
    case "shipped":
      return (await readExperiments([source.id]))[0]!
    case "sweep":
      return (await import("./sweep-source.ts")).sweepOf(source.data)
    case "module":
      return (await import("./user-module.ts")).loadUserModule(source)
  }
}

/** The experiments of these ids, or all of them for `all`; an unknown id is a UsageError. */
export async function readExperiments(ids: readonly string[]): Promise<readonly AnyExperiment[]> {
  const { experiments } = await import("../../../experiments/index.ts")
  if (ids.includes("all")) return [...experiments.values()]
  return [...new Set(ids)].map((id) => {
    const experiment = experiments.get(id)
    if (experiment !== undefined) return experiment
    throw new UsageError(
      describeUnknown("experiment", id, experiments.keys(), [...experiments.keys(), "all"]),
    )
  })
}

/**
 * Loads the modules that sources of a kind need, before it is known which source
 * it will be. What cannot be loaded is told by whoever needs it.
 */
export function preload(kind: ExperimentSource["kind"]): void {
  const loading = {
    shipped: () => readExperiments(["all"]),
    sweep: () => import("../../run/sweep/protocol.ts"),
    module: () => import("../../index.ts"),
  }[kind]
  loading().catch(() => undefined)
}

/** Before the kind that a thread is to preload, among the words it is started with. */
export const preloadWord = "--preload="

/** Which kind of source a word of the command line stands for. */
export function kindOfSource(name: string): ExperimentSource["kind"] {
  return isSweepFile(name) ? "sweep" : isModuleFile(name) ? "module" : "shipped"
}

/** The experiments of a command line: ids, `all`, and files of the user's own. */
export async function sourcedExperiments(
  names: readonly string[],
  overrides: readonly Override[] = [],
): Promise<readonly SourcedExperiment[]> {
  const found: SourcedExperiment[] = []
  for (const name of names) {
    if (isSweepFile(name)) found.push(await fromSweepFile(name, overrides))
    else if (isModuleFile(name)) found.push(await fromModule(name))
    else found.push(...(await shipped(name)))
  }
  await refuseOverrides(names, overrides)
  return distinct(found)
}

const isSweepFile = (name: string): boolean => /\.(ya?ml|json)$/i.test(name)
const isModuleFile = (name: string): boolean => /\.[cm]?[jt]s$/i.test(name)

async function shipped(name: string): Promise<SourcedExperiment[]> {
  const experiments = await readExperiments([name])
  return experiments.map((experiment) => ({ experiment, source: { kind: "shipped", id: experiment.id } }))
}

async function fromSweepFile(path: string, overrides: readonly Override[]): Promise<SourcedExperiment> {
  const { protocolFileOf, readSweep } = await import("../sweep/read-sweep.ts")
  const file = protocolFileOf(path, overrides)
  const data = readSweep(path, overrides, file === undefined ? undefined : await ownProtocol(file))
  const source: ExperimentSource = { kind: "sweep", data }
  const changes = overrides.map(({ text }) => ` --set ${shellWord(text)}`).join("")
  const experiment = await loadExperiment(source)
  return { experiment, source, origin: source, argument: `${shellWord(path)}${changes}` }
}

async function ownProtocol(path: string) {
  const { loadAnyProtocol, protocolFile } = await import("../shared/protocol-argument.ts")
  const file = protocolFile(path)
  return { protocol: await loadAnyProtocol(file), file: { ...file, path } }
}

async function fromModule(path: string): Promise<SourcedExperiment> {
  const { userModule } = await import("./user-module.ts")
  const source = userModule(path)
  const experiment = await loadExperiment(source)
  // The manifest is the same wherever the folder of the file is.
  return { experiment, source, origin: { ...source, path }, argument: shellWord(path) }
}

async function refuseOverrides(names: readonly string[], overrides: readonly Override[]): Promise<void> {
  const other = names.find((name) => !isSweepFile(name))
  if (overrides.length === 0 || other === undefined) return
  throw new UsageError(
    `--set requires a sweep file (.yaml or .json); ${other} is not one. ` +
      `--seed and --runs apply to every experiment.`,
  )
}

/** One experiment of each id: two would write into one folder. */
async function distinct(found: readonly SourcedExperiment[]): Promise<readonly SourcedExperiment[]> {
  const byId = new Map<string, SourcedExperiment>()
  for (const one of found) {
    const before = byId.get(one.experiment.id)
    if (before !== undefined && JSON.stringify(before.source) !== JSON.stringify(one.source)) {
      throw new UsageError(
        `duplicate experiment id ${one.experiment.id}: both would write to the same folder. Change one of the ids.`,
      )
    }
    byId.set(one.experiment.id, before ?? one)
  }
  return [...byId.values()]
}

/** The code an experiment depends on: the program's, and what a source of the user's own adds to it. */
export function codeOf(source: ExperimentSource, programSha256: string): string {
  switch (source.kind) {
    case "shipped":
      return programSha256
    case "sweep": {
      const { latencyFiles, protocolFile } = source.data
      const files = Object.keys(latencyFiles).length === 0 ? "" : ` ${JSON.stringify(latencyFiles)}`
      const protocol = protocolFile === undefined ? "" : ` ${protocolFile.sha256}`
      return files + protocol === "" ? programSha256 : sha256(`${programSha256}${files}${protocol}`)
    }
    case "module":
      return sha256(`${programSha256} ${source.sha256}`)
  }
}
