import { linkSync, readFileSync, renameSync, rmSync } from "node:fs"
import { hostname } from "node:os"
import { dirname } from "node:path"
import { UsageError } from "../../base/errors.ts"
import { Draft } from "../shared/files.ts"
import { unwritable } from "../shared/results-folder.ts"

/** Who writes into a folder. */
interface Holder {
  readonly pid: number
  readonly host: string
  /** When the process started, as its machine counts; null where that cannot be found out. Tells a process from a later one of the same number. */
  readonly started: string | null
}

/**
 * Takes a lock file, so that two runs never write into the same place. A lock
 * left behind by a process that is gone is taken over; one of a living process,
 * or of another machine, is a UsageError. Answers how to give it back.
 */
export function takeLock(file: string): () => void {
  const self: Holder = { pid: process.pid, host: hostname(), started: startOf(process.pid) }
  const text = JSON.stringify(self)
  for (let attempt = 0; attempt < 5; attempt++) {
    if (create(file, text)) return () => giveBack(file, text)
    removeStale(file)
  }
  throw new UsageError(`cannot acquire ${file}: its owner keeps changing. Try again.`)
}

/** Creates the lock with its whole text at once: nobody sees half a lock. Answers whether there was none. */
function create(file: string, text: string): boolean {
  let draft: Draft | undefined
  try {
    draft = new Draft(file)
    draft.write(text)
    draft.finish()
    linkSync(draft.temporary, file)
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === "EEXIST") return false
    throw unwritable(dirname(file), error)
  } finally {
    draft?.discard()
  }
}

function giveBack(file: string, text: string): void {
  if (read(file) === text) rmSync(file, { force: true })
}

/** Moves the lock of a dead process away, and puts it back should it have become another's in that moment. */
function removeStale(file: string): void {
  const text = read(file)
  if (text === undefined) return
  refuseIfHeld(file, text)
  const aside = `${file}.${process.pid}.tmp`
  try {
    renameSync(file, aside)
  } catch {
    return
  }
  if (read(aside) !== text) restore(aside, file)
  rmSync(aside, { force: true })
}

function restore(aside: string, file: string): void {
  try {
    linkSync(aside, file)
  } catch {
    // Somebody has taken it again: theirs it is.
  }
}

function refuseIfHeld(file: string, text: string): void {
  const holder = parse(text)
  // Not a lock of ours, or one that a failing disk cut off.
  if (holder === undefined) return
  if (holder.host !== hostname()) {
    throw new UsageError(
      `${file} is held by process ${holder.pid} on host ${holder.host}, which writes to the same folder. ` +
        `Choose another folder with --out, or delete the lock if that process has ended.`,
    )
  }
  const sameProcess = holder.started === null || holder.started === startOf(holder.pid)
  if (isAlive(holder.pid) && sameProcess && holder.pid !== 0) {
    throw new UsageError(
      `${file} is held by process ${holder.pid}, which writes to the same folder. Wait for it, or choose another folder with --out.`,
    )
  }
}

function parse(text: string): Holder | undefined {
  try {
    const holder = JSON.parse(text) as Partial<Holder> | null
    const { pid, host, started = null } = holder ?? {}
    return typeof pid === "number" && typeof host === "string" ? { pid, host, started } : undefined
  } catch {
    return undefined
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8")
  } catch {
    return undefined
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // A process of somebody else's is alive, too.
    return (error as NodeJS.ErrnoException).code === "EPERM"
  }
}

/** Linux: boot and clock tick of a process's start. A zombie has ended, and has none. */
function startOf(pid: number): string | null {
  const stat = read(`/proc/${pid}/stat`)
  const boot = read("/proc/sys/kernel/random/boot_id")
  if (stat === undefined || boot === undefined) return null
  // The name of the program is in parentheses and may hold anything; the rest are fields 3 to 52.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
  return fields[0] === "Z" ? null : `${boot.trim()}/${fields[19] ?? ""}`
}
