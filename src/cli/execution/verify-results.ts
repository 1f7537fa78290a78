import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, dirname, join } from "node:path"
import { UsageError } from "../../base/errors.ts"
import type { ManifestFile } from "../../experiment/manifest.ts"
import type { Context } from "../shared/context.ts"
import { noResult, refuseIdleModules, originOf } from "../shared/read-result.ts"
import { manifestName, readManifest } from "../shared/read-manifest.ts"
import { resultFolder } from "../shared/results-folder.ts"
import { sha256 } from "./environment.ts"
import { type ModuleTrust, experimentOfResult } from "./experiment-of-result.ts"
import { runAll } from "./run-all.ts"
import type { RunConfiguration } from "./run-one.ts"

/** Which results are verified, and by whom they are computed again. */
export interface VerifyOptions {
  /** Where results are looked up by id. */
  readonly from: string
  /** Modules whose code runs where a result was computed by them. */
  readonly module: readonly string[]
  /** Run the modules that manifests name. */
  readonly trust: boolean
  readonly workers?: number
  readonly queue?: string
  readonly keyFile?: string
}

/** Computes results again in a folder of its own, and says of each file whether it is the same. */
export async function verifyResults(
  context: Context,
  names: readonly string[],
  { from, module: modules, trust, ...how }: VerifyOptions,
): Promise<"same" | "different" | "interrupted"> {
  const kept = foldersOf(names, from)
  refuseIdleModules(
    kept.flatMap((folder) => readManifest(folder)?.result ?? []),
    modules,
  )
  const out = mkdtempSync(join(tmpdir(), "quorate-verify-"))
  try {
    const runs = await Promise.all(
      kept.map((folder) => configurationOf(folder, { modules, manifest: trust })),
    )
    const places = new Map(runs.map((run, i) => [run.experiment.id, kept[i]!]))
    const silent = { ...context.io, err: quiet(context) }
    let different = 0
    const end = await runAll(
      { ...context, io: silent },
      runs,
      { ...how, out, write: true, keepRows: false },
      async ({ experiment }) => {
        const lines = differences(places.get(experiment.id)!, resultFolder(out, experiment.id))
        different += lines.length
        context.io.out(lines.length === 0 ? `${experiment.id}: every byte is the same\n` : lines.join(""))
      },
    )
    return end === "interrupted" ? end : different > 0 ? "different" : "same"
  } finally {
    rmSync(out, { recursive: true, force: true })
  }
}

/** Progress and warnings, without the folder that is gone afterwards. */
function quiet({ io }: Context): (text: string) => void {
  return (text) => {
    if (!text.startsWith("seed ")) io.err(text)
  }
}

function foldersOf(names: readonly string[], from: string): string[] {
  const all = names.includes("all") && existsSync(from) ? readdirSync(from).sort() : []
  const wanted = [
    ...names.filter((name) => name !== "all"),
    ...all.filter((name) => existsSync(join(from, name, manifestName))),
  ]
  return [...new Set(wanted.map((name) => folderOf(name, from)))]
}

/** A result's folder: by itself, by its CSV or by its id. One whose manifest is gone is still one, and is told so. */
function folderOf(name: string, from: string): string {
  const places = [name.endsWith(".csv") ? dirname(name) : name, resultFolder(from, name)]
  const holding = (file: (folder: string) => string): string | undefined =>
    places.find((folder) => existsSync(join(folder, file(folder))))
  const folder = holding(() => manifestName) ?? holding((place) => `${basename(place)}.csv`)
  if (folder === undefined) throw noResult(name, from)
  return folder
}

async function configurationOf(folder: string, trust: ModuleTrust): Promise<RunConfiguration> {
  const manifest = readManifest(folder)?.result
  if (manifest === undefined) {
    throw new UsageError(
      `${join(folder, manifestName)} is missing, so ${basename(folder)} cannot be recomputed. Create results with: quorate run ${basename(folder)}`,
    )
  }
  return { ...(await experimentOfResult(manifest, folder, trust)), ...originOf(manifest) } as RunConfiguration
}

/** A line for each file that is not as it is computed now. */
function differences(kept: string, computed: string): string[] {
  const [before, now] = [readManifest(kept)!.result, readManifest(computed)!.result]
  const names = new Set([...before.files, ...now.files].map(({ name }) => name))
  const files = [...names].flatMap((name) => {
    const difference = fileDifference(
      join(kept, name),
      join(computed, name),
      before.files.find((file) => file.name === name),
    )
    return difference === undefined ? [] : [`${join(kept, name)}: ${difference}\n`]
  })
  const { configurationSha256 } = before
  return configurationSha256 === now.configurationSha256
    ? files
    : [...files, `${join(kept, manifestName)}: the cases of the experiment have changed since\n`]
}

function fileDifference(
  kept: string,
  computed: string,
  described: ManifestFile | undefined,
): string | undefined {
  if (!existsSync(computed)) return "is no longer made"
  if (!existsSync(kept)) return "is missing"
  const [before, now] = [readFileSync(kept), readFileSync(computed)]
  if (before.equals(now)) return undefined
  const edited =
    described === undefined || described.sha256 === sha256(before) ? "" : " (it is not as quorate wrote it)"
  return `line ${firstDifference(before, now)} differs${edited}`
}

function firstDifference(before: Buffer, now: Buffer): number {
  let [position, line] = [0, 1]
  while (position < before.length && before[position] === now[position]) if (before[position++] === 10) line++
  return line
}
