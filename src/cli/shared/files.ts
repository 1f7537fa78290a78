import {
  closeSync,
  constants,
  fsyncSync,
  lstatSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs"
import { basename, dirname, join } from "node:path"
import { UsageError } from "../../base/errors.ts"

/** A file to be written: its path and everything in it. */
export interface WholeFile {
  readonly path: string
  readonly content: string | Uint8Array
}

/** Writes one file; see `writeFiles`. A failure is a UsageError that names it. */
export function writeFile(path: string, content: string | Uint8Array): void {
  try {
    writeFiles([{ path, content }])
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw code === undefined ? error : new UsageError(`cannot write ${path}: ${reasonOf(code)}.`)
  }
}

/**
 * Writes files so that a reader sees each of them whole or not at all: all are
 * written and synced under temporary names, then renamed. After a failure the
 * old files are as they were. A symbolic link is replaced by the file, never
 * followed. Devices and pipes, such as /dev/stdout, are written to as they are.
 * `publish` is called when everything is on disk, before the first is renamed.
 */
export function writeFiles(files: readonly WholeFile[], publish: () => void = () => undefined): void {
  const drafts: Draft[] = []
  try {
    for (const { path, content } of files) {
      if (isDevice(path)) writeInPlace(path, content)
      else {
        const draft = new Draft(path)
        drafts.push(draft)
        draft.write(content)
        draft.finish()
      }
    }
    publish()
    for (const draft of drafts) draft.publish()
  } finally {
    for (const draft of drafts) draft.discard()
  }
}

/**
 * A file that is written piece by piece under a temporary name beside its own:
 * `finish` when it is complete, then `publish`; `discard` where either did not
 * happen. What an earlier process left under the temporary name is replaced.
 */
export class Draft {
  readonly temporary: string
  private readonly path: string
  private readonly descriptor: number
  private open = true

  constructor(path: string, temporary = `.${basename(path)}.${process.pid}.tmp`) {
    this.path = path
    this.temporary = join(dirname(path), temporary)
    rmSync(this.temporary, { force: true })
    // Exclusive: what somebody puts there in between is an error, and a link is not followed.
    this.descriptor = openSync(this.temporary, O_WRONLY | O_CREAT | O_EXCL)
  }

  write(content: string | Uint8Array): void {
    writeWhole(this.descriptor, content)
  }

  /** Syncs it to disk and closes it. */
  finish(): void {
    fsyncSync(this.descriptor)
    this.close()
  }

  /** Gives it its name. */
  publish(): void {
    renameSync(this.temporary, this.path)
  }

  /** Removes what has not been published. */
  discard(): void {
    this.close()
    rmSync(this.temporary, { force: true })
  }

  private close(): void {
    if (this.open) closeSync(this.descriptor)
    this.open = false
  }
}

/**
 * Refuses a file that cannot be written, before the work whose result it is to hold. `called` is what the user gave
 * it as: "--history run.jsonl".
 */
export function refuseUnwritable(path: string, called: string): void {
  try {
    if (isDevice(path)) return
    if (path.endsWith("/") || statSync(path, { throwIfNoEntry: false })?.isDirectory() === true)
      throw new UsageError(`${called}: cannot write a folder; give a file.`)
    new Draft(path).discard()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw code === undefined ? error : new UsageError(`${called}: cannot write it: ${reasonOf(code)}.`)
  }
}

/** Opens a file to append to, or creates it. A link, a folder or a device in its place is a UsageError. */
export function openToAppend(path: string): number {
  refuseOther(path)
  return openSync(path, O_WRONLY | O_CREAT | O_APPEND | noFollow)
}

/** Opens a file of this program's own to read. A link, a folder or a device in its place is a UsageError. */
export function openOwn(path: string): number {
  refuseOther(path)
  return openSync(path, O_RDONLY | noFollow)
}

/** `write` may write less than it was given. */
export function writeWhole(descriptor: number, content: string | Uint8Array): void {
  const bytes = typeof content === "string" ? Buffer.from(content) : content
  for (let from = 0; from < bytes.length;) from += writeSync(descriptor, bytes, from)
}

/** A new file is on disk only when its folder is. Where folders cannot be synced, there is nothing to be done. */
export function syncFolder(folder: string): void {
  const descriptor = openSync(folder, "r")
  try {
    fsyncSync(descriptor)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EINVAL") throw error
  } finally {
    closeSync(descriptor)
  }
}

/** Why nothing could be written, in words, by the code of a system call's error. */
export function reasonOf(code: string): string {
  return reasons[code] ?? code
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied (EACCES)",
  EPERM: "not permitted (EPERM)",
  EROFS: "the file system is read-only (EROFS)",
  ENOENT: "no such folder (ENOENT)",
  ENOSPC: "no space left on the disk (ENOSPC)",
  ENOTDIR: "a component of the path is not a folder (ENOTDIR)",
  EISDIR: "it is a folder (EISDIR)",
  EDQUOT: "disk quota exceeded (EDQUOT)",
  EFBIG: "file too large (EFBIG)",
  EEXIST: "a file of that name exists (EEXIST)",
}

const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL, O_APPEND } = constants
/** Windows has no such flag. */
const noFollow = (constants as { readonly O_NOFOLLOW?: number }).O_NOFOLLOW ?? 0

function refuseOther(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found === undefined || found.isFile()) return
  const what = found.isSymbolicLink() ? "a symbolic link" : "not a regular file"
  throw new UsageError(
    `${path} is ${what}, and is neither read nor written. Delete it, or choose another folder with --out.`,
  )
}

/** Whether a path leads to something that a file must not replace. */
function isDevice(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found !== undefined && !found.isFile() && !found.isDirectory()) return true
  // /dev/stdout may lead to a regular file, and is not to be replaced by one.
  return found !== undefined && /^\/(dev|proc\/.*)$/.test(realpathSync(dirname(path)))
}

function writeInPlace(path: string, content: string | Uint8Array): void {
  const descriptor = openSync(path, O_WRONLY)
  try {
    writeWhole(descriptor, content)
  } finally {
    closeSync(descriptor)
  }
}
