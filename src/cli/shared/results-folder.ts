import { createHash } from "node:crypto"
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs"
import { dirname, join, resolve } from "node:path"
import { UsageError } from "../../base/errors.ts"
import { rowsToCsv } from "../../experiment/csv.ts"
import type { AnyExperiment, RowOf } from "../../experiment/define.ts"
import {
  type Environment,
  type Manifest,
  type ManifestFile,
  manifestResult,
  manifestText,
} from "../../experiment/manifest.ts"
import { type Result, type ResultFile, csvName, renderedFiles, resultFiles } from "../../experiment/result.ts"
import { sha256 } from "../execution/environment.ts"

/** The file in every result's folder that records its provenance. */
export const manifestName = "manifest.json"

/** The folder of an experiment's result. */
export function resultFolder(out: string, experiment: string): string {
  return join(out, experiment)
}

/** Creates the folder and checks that it is writable, before a long computation starts. */
export function prepareFolder(folder: string): void {
  const probe = join(folder, `.quorate-${process.pid}.tmp`)
  try {
    makeFolder(resolve(folder))
    writeFileSync(probe, "")
    rmSync(probe)
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
  const before = readManifest(folder)
  const unchanged = JSON.stringify(before?.result) === JSON.stringify(described)
  const manifest = { name: manifestName, text: manifestText(described, environment) }
  writeTogether(folder, unchanged ? files : [...files, manifest], staged)
}

function describeFile({ name, text }: ResultFile): ManifestFile {
  return { name, bytes: Buffer.byteLength(text), sha256: sha256(text) }
}

/** Writes all files under temporary names, then renames them. */
export function writeTogether(folder: string, files: readonly ResultFile[], staged?: StagedCsv): void {
  const places = files.map(({ name, text }) => ({
    place: join(folder, name),
    temporary: join(folder, `.${name}.${process.pid}.tmp`),
    text,
  }))
  try {
    makeFolder(resolve(folder))
    for (const { temporary, text } of places) writeFileSync(temporary, text, { flush: true })
    staged?.publish()
    for (const { place, temporary } of places) renameSync(temporary, place)
  } catch (error) {
    for (const { temporary } of places) rmSync(temporary, { force: true })
    throw unwritable(folder, error)
  }
}

/** The manifest of a folder; undefined if it is missing or unreadable. */
export function readManifest(folder: string): Manifest | undefined {
  const file = join(folder, manifestName)
  if (!existsSync(file)) return undefined
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Manifest
  } catch {
    return undefined
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
  const reason = reasons[code] ?? code
  return new UsageError(
    `cannot write to the folder ${folder}: ${reason}. Choose another with --out, or print only with --no-write.`,
  )
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied (EACCES)",
  EPERM: "not permitted (EPERM)",
  EROFS: "the file system is read-only (EROFS)",
  ENOSPC: "no space left on the disk (ENOSPC)",
  ENOTDIR: "a component of the path is not a folder (ENOTDIR)",
  EDQUOT: "disk quota exceeded (EDQUOT)",
  EFBIG: "file too large (EFBIG)",
  EEXIST: "a file of that name exists (EEXIST)",
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
  private readonly place: string
  private readonly temporary: string
  private readonly descriptor: number
  private readonly hash = createHash("sha256")
  private bytes = 0
  private batch: RowOf[] = []
  private headed = false
  private open = true

  constructor(folder: string, experiment: AnyExperiment) {
    this.experiment = experiment
    this.place = join(folder, csvName(experiment))
    this.temporary = join(folder, `.${csvName(experiment)}.tmp`)
    this.descriptor = openSync(this.temporary, "w")
  }

  add(rows: readonly RowOf[]): void {
    for (const row of rows) this.batch.push(row)
    this.rows += rows.length
    if (this.batch.length >= rowsAtOnce) this.writeBatch()
  }

  /** Completes the file and syncs it to disk. */
  finish(): ManifestFile {
    if (this.batch.length > 0 || !this.headed) this.writeBatch()
    fsyncSync(this.descriptor)
    this.close()
    return { name: csvName(this.experiment), bytes: this.bytes, sha256: this.hash.digest("hex") }
  }

  /** Renames the file to its final name. */
  publish(): void {
    renameSync(this.temporary, this.place)
  }

  /** Deletes the temporary file, if it was not published. */
  discard(): void {
    this.close()
    rmSync(this.temporary, { force: true })
  }

  private writeBatch(): void {
    const text = rowsToCsv(this.experiment.columns, this.batch)
    this.batch = []
    this.write(Buffer.from(this.headed ? text.slice(text.indexOf("\n") + 1) : text))
    this.headed = true
  }

  private write(data: Buffer): void {
    for (let from = 0; from < data.length;) from += writeSync(this.descriptor, data, from)
    this.hash.update(data)
    this.bytes += data.length
  }

  private close(): void {
    if (this.open) closeSync(this.descriptor)
    this.open = false
  }
}

/** The number of rows formatted at a time. */
const rowsAtOnce = 2000
