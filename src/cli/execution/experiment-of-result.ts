import { basename, join } from "node:path"
import { UsageError } from "../../base/errors.ts"
import { shellWord } from "../../base/text.ts"
import type { AnyExperiment } from "../../experiment/define.ts"
import type { ManifestResult } from "../../experiment/manifest.ts"
import type { SweepData } from "../../run/sweep/document.ts"
import { manifestName } from "../shared/read-manifest.ts"
import { type ExperimentSource, loadExperiment } from "./experiment-source.ts"
import { refuseSweepMistakes } from "./sweep-source.ts"
import type { UserFile } from "./user-module.ts"

/** Which modules may run on behalf of a result: those named on the command line, or those that its manifest names. */
export interface ModuleTrust {
  readonly modules: readonly string[]
  readonly manifest?: boolean
}

/**
 * The experiment of a result, from the manifest in `folder`. A manifest may come
 * from anybody: a module that only it names never runs, unless it is trusted.
 */
export async function experimentOfResult(
  { experiment: id, origin }: ManifestResult,
  folder: string,
  trust: ModuleTrust,
): Promise<{ readonly experiment: AnyExperiment; readonly source: ExperimentSource }> {
  const source = await sourceOf(origin as ExperimentSource | undefined, id, folder, trust)
  const experiment = await loadExperiment(source)
  if (experiment.id === id) return { experiment, source }
  throw new UsageError(
    `${join(folder, manifestName)}: result.experiment is ${id}, and its origin defines ${experiment.id}.`,
  )
}

async function sourceOf(
  origin: ExperimentSource | undefined,
  id: string,
  folder: string,
  trust: ModuleTrust,
): Promise<ExperimentSource> {
  if (origin?.kind === "module") return { kind: "module", ...(await trusted(origin, folder, trust)) }
  if (origin?.kind !== "sweep") return { kind: "shipped", id }
  const { protocolFile } = origin.data
  const own = protocolFile && { protocolFile: await trusted(protocolFile, folder, trust) }
  const data: SweepData = { ...origin.data, ...own }
  await refuseSweepMistakes(data, join(folder, manifestName))
  return { kind: "sweep", data }
}

/** The file of this content among those the user named; the manifest's own where the manifest is trusted. */
async function trusted(
  { path, sha256 }: UserFile,
  folder: string,
  { modules, manifest = false }: ModuleTrust,
): Promise<UserFile> {
  const { userFile } = await import("./user-module.ts")
  const named = modules.map((module) => userFile(module, "An experiment", "defineExperiment"))
  const same = named.find((file) => file.sha256 === sha256)
  if (same !== undefined) return same
  if (manifest && modules.length === 0) return { path, sha256 }
  const other = modules.find((module) => basename(module) === basename(path)) ?? modules[0]
  throw new UsageError(
    other === undefined
      ? `${folder} was computed by a module, ${shellWord(path)}. A module that only a manifest names is not executed; ` +
          `if you trust it, name it: --module ${shellWord(path)}`
      : `${other} is not the module that computed ${folder}: its SHA-256 differs from the one in the manifest, ${sha256.slice(0, 12)}….`,
  )
}
