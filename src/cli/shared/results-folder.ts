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

/** The file beside every result that says where it comes from. */
export const manifestName = "manifest.json"

/** The folder of an experiment's result. */
export function resultFolder(out: string, experiment: string): string {
  return join(out, experiment)
}

/** Makes the folder and tries to write in it, so that a long computation is not begun for nothing. */
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
 * Makes a folder and those above it, one by one. Node's own recursive mkdir
 * never returns where the file system answers "no such folder" for a new one, as /proc does.
 */
export function makeFolder(folder: string): void {
  if (existsSync(folder)) return
  const parent = dirname(folder)
  if (parent !== folder) makeFolder(parent)
  mkdirSync(folder)
}

/**
 * Writes a result and its manifest. Every file is written beside its place
 * under a temporary name and then renamed, the manifest last: a reader never
 * sees half a file, and after a failure the old files are still there. The CSV
 * may have been staged already, row by row.
 *
 * A manifest whose result part is already the same is left as it is: running
 * an experiment again changes no file unless a number changed.
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

/** All files under temporary names first, then all renamed. */
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

/** The manifest of a folder, or nothing where there is none that can be read. */
export function readManifest(folder: string): Manifest | undefined {
  const file = join(folder, manifestName)
  if (!existsSync(file)) return undefined
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Manifest
  } catch {
    return undefined
  }
}

/** Does something with files of a folder; a failure to write is explained. */
export function explained<T>(folder: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    throw unwritable(folder, error)
  }
}

/** What a failure to write means to the caller; anything else is left as it is. */
export function unwritable(folder: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (code === undefined) return error
  const reason = reasons[code] ?? code
  return new UsageError(
    `Cannot write to the folder ${folder}: ${reason}. Choose another with --out, or print without writing by --no-write.`,
  )
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied (EACCES)",
  EPERM: "not permitted (EPERM)",
  EROFS: "the file system is read-only (EROFS)",
  ENOSPC: "no space is left on the disk (ENOSPC)",
  ENOTDIR: "part of the path is a file, not a folder (ENOTDIR)",
  EDQUOT: "the quota of the disk is used up (EDQUOT)",
  EFBIG: "the file would be larger than is allowed (EFBIG)",
  EEXIST: "there is a file of that name (EEXIST)",
}

/**
 * The CSV of a result, written row by row beside its place, under a temporary
 * name. It is described when it is whole, and takes its place when the other
 * files of the result are written, too. In memory are some thousand rows. The
 * folder must be locked; what a killed run has left of it is written over.
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

  /** Ends it, and puts it on disk. */
  finish(): ManifestFile {
    if (this.batch.length > 0 || !this.headed) this.writeBatch()
    fsyncSync(this.descriptor)
    this.close()
    return { name: csvName(this.experiment), bytes: this.bytes, sha256: this.hash.digest("hex") }
  }

  /** Takes its place. */
  publish(): void {
    renameSync(this.temporary, this.place)
  }

  /** Takes it away, unless it has its place. */
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

/** Rows that are turned into text together. */
const rowsAtOnce = 2000
