import { readFileSync } from "node:fs"
import { UsageError } from "../base/errors.ts"

/**
 * The text of a file that was named on the command line, or of standard input
 * for `-` where a command reads it. `wanted` says what the file should be, and
 * how one gets it: a sentence for whoever named one that is not there.
 */
export function readText(path: string, wanted: string): string {
  try {
    return readFileSync(path === "-" ? 0 : path, "utf8")
  } catch (error) {
    throw new UsageError(`${problem(path, error as NodeJS.ErrnoException)} ${wanted}`)
  }
}

function problem(path: string, { code, message }: NodeJS.ErrnoException): string {
  if (code === "ENOENT" || code === "ENOTDIR") return `There is no file ${path} to read.`
  if (code === "EISDIR") return `${path} is a folder, not a file.`
  if (code === "EACCES" || code === "EPERM") return `${path} may not be read.`
  return `Cannot read ${path}: ${message}.`
}
