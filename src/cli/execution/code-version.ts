import { createHash } from "node:crypto"
import { existsSync, readFileSync, readdirSync } from "node:fs"
import { dirname, join, relative, sep } from "node:path"
import { fileURLToPath } from "node:url"
import { packageRoot } from "../package-root.ts"

/**
 * SHA-256 of all that observations depend on beside the configuration: the
 * program's own files, the data it ships, the lock file, and the JavaScript
 * engine (whose logarithms may differ in the last bit). Half-finished work of
 * one version is not continued by another. `more` are further files, such as
 * an experiment of the user's own. Cost: some milliseconds.
 */
export function codeVersion(more: readonly string[] = []): string {
  const hash = createHash("sha256").update(`v8 ${process.versions.v8}\n`)
  const root = codeRoot()
  const lockFile = join(packageRoot(), "package-lock.json")
  const data = join(packageRoot(), "experiments", "data")
  const files = [
    ...["src", "quorums", "experiments"].flatMap((folder) => codeFiles(join(root, folder))),
    ...readdirSync(data)
      .filter((name) => name.endsWith(".csv"))
      .sort()
      .map((name) => join(data, name)),
    ...(existsSync(lockFile) ? [lockFile] : []),
  ]
  for (const file of files) {
    hash
      .update(`${relative(root, file).split(sep).join("/")}\n`)
      .update(readFileSync(file))
      .update("\n")
  }
  // Where the user keeps a file is no part of what it says.
  for (const file of more) hash.update("user\n").update(readFileSync(file)).update("\n")
  return hash.digest("hex")
}

/** The repository, or its dist/ where the built program runs. */
function codeRoot(): string {
  return join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..")
}

/** Source or built files, without tests and declarations, in a canonical order. */
function codeFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.[jt]s$/.test(name) && !/\.(test|d)\.[jt]s$/.test(name))
    .sort()
    .map((name) => join(folder, name))
}
