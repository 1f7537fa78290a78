import { execFileSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { arch, cpus, type } from "node:os"
import { join } from "node:path"
import type { Environment } from "../experiment/manifest.ts"
import { codeVersion } from "./execution/code-version.ts"
import { packageRoot, version } from "./package-root.ts"
import { sha256 } from "./sha256.ts"

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
    arguments: args,
  }
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
