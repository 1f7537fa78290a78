import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { UsageError } from "../base/errors.ts"
import {
  type Environment,
  type Manifest,
  type ManifestFile,
  manifestResult,
  manifestText,
} from "../experiment/manifest.ts"
import { type Result, type ResultFile, renderedFiles, resultFiles } from "../experiment/result.ts"
import { sha256 } from "./sha256.ts"
import type { StagedCsv } from "./staged-csv.ts"

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
