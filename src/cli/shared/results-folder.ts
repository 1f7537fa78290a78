import { createHash } from "node:crypto"
import { existsSync, mkdirSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { UsageError } from "../../base/errors.ts"
import { rowsToCsv } from "../../experiment/csv.ts"
import type { AnyExperiment, RowOf } from "../../experiment/define.ts"
import {
  type Environment,
  type ManifestFile,
  manifestResult,
  manifestText,
} from "../../experiment/manifest.ts"
import { type Result, type ResultFile, csvName, renderedFiles, resultFiles } from "../../experiment/result.ts"
import { sha256 } from "../execution/environment.ts"
import { Draft, reasonOf, writeFiles } from "./files.ts"
import { hasManifest, manifestName } from "./read-manifest.ts"

/** The folder of an experiment's result. */
export function resultFolder(out: string, experiment: string): string {
  return join(out, experiment)
}

/** Creates the folder and checks that it is writable, before a long computation starts. */
export function prepareFolder(folder: string): void {
  try {
    makeFolder(resolve(folder))
    new Draft(join(folder, "quorate")).discard()
  } catch (error) {
    throw unwritable(folder, error)
  }
}

/**
 * Creates a folder and its ancestors, one by one. Node's recursive mkdir never returns
 * on file systems that report "no such folder" for a new one, such as /proc.
 */
export function makeFolder(folder: string): void {
  if (existsSync(folder)) return
  const parent = dirname(folder)
  if (parent !== folder) makeFolder(parent)
  mkdirSync(folder)
}

/**
 * Writes a result and its manifest. Every file is written under a temporary name
 * and then renamed, the manifest last: a reader never sees a partial file, and
 * after a failure the old files are intact. The CSV may have been staged already.
 *
 * A manifest with an unchanged result part is kept: running an experiment again
 * changes no file unless a number changed.
 */
export async function writeResult(
  folder: string,
  result: Result,
  environment: Environment,
  staged?: StagedCsv,
): Promise<void> {
  const files = await (staged === undefined ? resultFiles(result) : renderedFiles(result))
  const csv = staged === undefined ? [] : [explained(folder, () => staged.finish())]
  const described = manifestResult(result, [...csv, ...files.map(describeFile)], sha256)
  const unchanged = hasManifest(folder, described)
  const manifest = { name: manifestName, text: manifestText(described, environment) }
  writeTogether(folder, unchanged ? files : [...files, manifest], staged)
}

function describeFile({ name, text }: ResultFile): ManifestFile {
  return { name, bytes: Buffer.byteLength(text), sha256: sha256(text) }
}

/** Writes all files of a folder together; see `writeFiles`. */
export function writeTogether(folder: string, files: readonly ResultFile[], staged?: StagedCsv): void {
  try {
    makeFolder(resolve(folder))
    writeFiles(
      files.map(({ name, text }) => ({ path: join(folder, name), content: text })),
      () => staged?.publish(),
    )
  } catch (error) {
    throw unwritable(folder, error)
  }
}

/** Runs `act`; a failure to write becomes a UsageError that names the folder. */
export function explained<T>(folder: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    throw unwritable(folder, error)
  }
}

/** The UsageError for a failure to write; any other error is returned unchanged. */
export function unwritable(folder: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (code === undefined) return error
  return new UsageError(
    `cannot write to the folder ${folder}: ${reasonOf(code)}. Choose another with --out, or print only with --no-write.`,
  )
}

/**
 * The CSV of a result, streamed to a temporary file. `finish` completes and describes it;
 * `publish` renames it when the other files of the result are written. At most some
 * thousand rows are in memory. The folder must be locked; the remains of a killed run
 * are overwritten.
 */
export class StagedCsv {
  rows = 0
  private readonly experiment: AnyExperiment
  private readonly draft: Draft
  private readonly hash = createHash("sha256")
  private bytes = 0
  private batch: RowOf[] = []
  private headed = false

  constructor(folder: string, experiment: AnyExperiment) {
    this.experiment = experiment
    this.draft = new Draft(join(folder, csvName(experiment)), `.${csvName(experiment)}.tmp`)
  }

  add(rows: readonly RowOf[]): void {
    for (const row of rows) this.batch.push(row)
    this.rows += rows.length
    if (this.batch.length >= rowsAtOnce) this.writeBatch()
  }

  /** Completes the file and syncs it to disk. */
  finish(): ManifestFile {
    if (this.batch.length > 0 || !this.headed) this.writeBatch()
    this.draft.finish()
    return { name: csvName(this.experiment), bytes: this.bytes, sha256: this.hash.digest("hex") }
  }

  /** Renames the file to its final name. */
  publish(): void {
    this.draft.publish()
  }

  /** Deletes the temporary file, if it was not published. */
  discard(): void {
    this.draft.discard()
  }

  private writeBatch(): void {
    const text = rowsToCsv(this.experiment.columns, this.batch)
    this.batch = []
    this.write(Buffer.from(this.headed ? text.slice(text.indexOf("\n") + 1) : text))
    this.headed = true
  }

  private write(data: Buffer): void {
    this.draft.write(data)
    this.hash.update(data)
    this.bytes += data.length
  }
}

/** The number of rows formatted at a time. */
const rowsAtOnce = 2000
