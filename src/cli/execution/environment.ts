import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, readFileSync, readdirSync } from "node:fs"
import { arch, cpus, type } from "node:os"
import { dirname, join, relative, sep } from "node:path"
import { fileURLToPath } from "node:url"
import type { Environment } from "../../experiment/manifest.ts"
import { packageRoot, version } from "../shared/package.ts"

/** Where this process runs: everything of a manifest's environment but the time it took. */
export function currentEnvironment(args: readonly string[]): Omit<Environment, "wallTimeSeconds"> {
  const root = packageRoot()
  const lockFile = join(root, "package-lock.json")
  return {
    quorate: version(),
    ...gitState(root),
    lockFileSha256: existsSync(lockFile) ? sha256(readFileSync(lockFile)) : null,
    codeSha256: codeVersion(),
    node: process.version,
    v8: process.versions.v8,
    os: `${type()} ${arch()}`,
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    arguments: args.map(withoutPassword),
  }
}

/** An argument as a manifest may show it: the address of a queue without its password. */
export function withoutPassword(argument: string): string {
  return argument.replace(/(\brediss?:\/\/)[^@/]*@/, "$1…@")
}

/** The commit of this program's own repository; null where it was installed without one, or git is missing. */
function gitState(root: string): Pick<Environment, "gitCommit" | "gitDirty"> {
  if (!existsSync(join(root, ".git"))) return { gitCommit: null, gitDirty: null }
  // Looking must not lock: a run that is killed, or may not write, would leave the lock behind.
  const git = (...args: string[]): string =>
    execFileSync("git", ["--no-optional-locks", "-C", root, ...args], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim()
  try {
    return { gitCommit: git("rev-parse", "HEAD"), gitDirty: git("status", "--porcelain") !== "" }
  } catch {
    return { gitCommit: null, gitDirty: null }
  }
}

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

/** In hexadecimal, of a text in UTF-8, in one piece or in parts. */
export function sha256(data: string | Buffer | Iterable<string>): string {
  const hash = createHash("sha256")
  if (typeof data === "string" || Buffer.isBuffer(data)) return hash.update(data).digest("hex")
  for (const part of data) hash.update(part)
  return hash.digest("hex")
}
