import { existsSync, readFileSync, readdirSync, statSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import { UsageError, didYouMean } from "../../base/errors.ts"
import { rowsFromCsv } from "../../experiment/csv.ts"
import type { Manifest, ManifestResult } from "../../experiment/manifest.ts"
import type { Result } from "../../experiment/result.ts"
import { cautionsOfRows } from "../../experiment/safety.ts"
import { type ModuleTrust, experimentOfResult } from "../execution/experiment-of-result.ts"
import type { Io } from "./context.ts"
import { manifestName, readManifest } from "./read-manifest.ts"
import { resultFolder } from "./results-folder.ts"
import { warnOfCautions } from "./cautions.ts"
import { sha256 } from "../execution/environment.ts"

/** A result that was read, with the manifest it was read by. */
export type ReadResult = Result & { readonly manifest: Manifest }

/**
 * A result from its CSV and manifest: `name` is a CSV file, a result's folder,
 * or the id of an experiment whose result is in the folder `from`. The seed and
 * number of runs come from the manifest; a result without one is refused.
 *
 * Nothing that lies in the folder is executed: the experiment is one of the
 * catalogue, a sweep that the manifest holds, or a module among `modules`.
 */
export async function readResult(
  name: string,
  { from, module: modules }: ReadOptions,
  io: Io,
): Promise<ReadResult> {
  const file = csvFile(name, from)
  const manifest = manifestOf(file)
  const trust: ModuleTrust = { modules }
  const { experiment } = await experimentOfResult(manifest.result, dirname(file), trust)
  const csv = readFileSync(file, "utf8")
  const rows = rowsFromCsv(experiment.columns, csv, file)
  warnIfEdited(file, csv, manifest, io)
  warnOfCautions(io, name, cautionsOfRows(rows))
  return { experiment, rows, manifest, ...originOf(manifest.result) }
}

/**
 * Several results, of the names of one command. Options of reading that none of them needs are refused: a folder
 * where all are given by their paths, a module where none was computed by one.
 */
export async function readResults(
  names: readonly string[],
  reading: ReadOptions,
  io: Io,
): Promise<ReadResult[]> {
  const { from, module: modules } = reading
  if (from !== defaultFolder && names.length > 0 && names.every((name) => existsSync(name)))
    throw new UsageError(`--from ${from} has no effect: every result is given by its path. Leave it out.`)
  const results: ReadResult[] = []
  for (const name of names) results.push(await readResult(name, reading, io))
  refuseIdleModules(
    results.map(({ manifest }) => manifest.result),
    modules,
  )
  return results
}

/** Where results are looked for by id, unless another folder is given. */
const defaultFolder = "results"

/** Refuses modules where no result was computed by one. */
export function refuseIdleModules(results: readonly ManifestResult[], modules: readonly string[]): void {
  if (modules.length === 0 || results.some(isOfModule)) return
  const ids = results.map(({ experiment }) => experiment).join(", ")
  throw new UsageError(
    `--module ${modules[0]!} has no effect: no module computed ${ids === "" ? "anything here" : ids}. Leave it out.`,
  )
}

/** Whether code of the user's own computed a result: an experiment, or the protocol of a sweep. */
function isOfModule({ origin }: ManifestResult): boolean {
  const { kind, data } = (origin ?? {}) as { kind?: string; data?: { protocolFile?: object } }
  return kind === "module" || data?.protocolFile !== undefined
}

/** Where a result is looked for by id, and the modules whose code the user lets run. */
export interface ReadOptions {
  readonly from: string
  readonly module: readonly string[]
}

/** The manifest beside a CSV, which must be of the experiment that the CSV is named for. */
function manifestOf(file: string): Manifest {
  const manifest = readManifest(dirname(file))
  if (manifest?.result.experiment === basename(file, ".csv")) return manifest
  throw new UsageError(
    `${join(dirname(file), manifestName)} is missing or of another experiment; it says the seed and the number of runs of ${file}.`,
  )
}

/** The CSV of a result given by id, folder or file; in a folder, the CSV of the experiment its manifest names. */
export function csvFile(name: string, from: string): string {
  const folder = existsSync(name) ? name : resultFolder(from, name)
  const file =
    existsSync(folder) && statSync(folder).isDirectory()
      ? join(folder, `${readManifest(folder)?.result.experiment ?? basename(folder)}.csv`)
      : folder
  if (existsSync(file) && file.endsWith(".csv")) return file
  throw noResult(name, from)
}

/** The error for a name that is not a result, with suggestions. */
export function noResult(name: string, from: string): UsageError {
  const inside = existsSync(name) && statSync(name).isDirectory() ? readdirSync(name) : []
  const results = inside.filter((one) => existsSync(join(name, one, manifestName)))
  if (results.length > 0) {
    return new UsageError(
      `${name} contains several results; name one of them, such as ${join(name, results[0]!)}.`,
    )
  }
  // A name with a slash is a path, not an id.
  const isId = basename(name) === name
  const nor = isId ? `, nor ${join(resultFolder(from, name), `${name}.csv`)}` : ""
  const meant = didYouMean(name, existsSync(from) ? readdirSync(from) : [])
  return new UsageError(
    `no result ${name}: no such CSV file, no folder with one${nor}` +
      (meant === "" ? `. Create it with: quorate run ${basename(name, ".csv")}` : meant),
  )
}

function warnIfEdited(file: string, csv: string, { result }: Manifest, io: Io): void {
  const described = result.files.find(({ name }) => name === basename(file))
  if (described?.sha256 === sha256(csv)) return
  io.err(
    `warning: ${file} was modified after quorate wrote it; ${result.command} will not reproduce its tables\n`,
  )
}

/** The provenance of a result by its manifest: everything but the experiment and the rows. */
export function originOf({
  command,
  configuration,
  origin,
}: ManifestResult): Pick<Result, "rootSeed" | "runs" | "stopping" | "argument" | "origin"> {
  const { seed, runs, stopping } = configuration
  const argument = /^quorate run (.*) --seed /s.exec(command)?.[1]
  return {
    rootSeed: seed,
    runs,
    ...(stopping && { stopping }),
    ...(origin && { origin }),
    ...(argument !== undefined && { argument }),
  }
}
