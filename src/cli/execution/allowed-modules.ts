import { readFileSync, readdirSync, realpathSync } from "node:fs"
import { basename, join, sep } from "node:path"
import { UsageError } from "../../base/errors.ts"
import { quoted } from "../../base/text.ts"
import { sha256 as hashOf } from "./environment.ts"
import type { ExperimentSource } from "./experiment-source.ts"
import { refuseSweepMistakes } from "./sweep-source.ts"
import type { UserFile } from "./user-module.ts"

/**
 * The source of a job as this machine has it. Of a module, the job says name and
 * hash; the file is looked for in the allowed folders, and the path of the job
 * leads nowhere. What is in none of them is a UsageError.
 */
export async function allowedSource(
  source: ExperimentSource,
  folders: readonly string[],
): Promise<ExperimentSource> {
  if (source.kind === "shipped") return source
  if (source.kind === "module") return { kind: "module", ...allowedFile(source, folders) }
  const { protocolFile } = source.data
  const own = protocolFile && { protocolFile: allowedFile(protocolFile, folders) }
  const data = { ...source.data, ...own }
  await refuseSweepMistakes(data, "the job")
  return { kind: "sweep", data }
}

/** The file of this name and content in the allowed folders. */
function allowedFile({ path, sha256 }: UserFile, folders: readonly string[]): UserFile {
  const name = basename(path)
  for (const folder of folders) {
    const root = realpathSync(folder)
    const found = filesNamed(name, root).find(
      (file) => isInside(file, root) && hashOf(readFileSync(file)) === sha256,
    )
    if (found !== undefined) return { path: found, sha256 }
  }
  throw new UsageError(
    `the worker has no module ${quoted(name)} of SHA-256 ${sha256.slice(0, 12)}… in ` +
      (folders.length === 0 ? "an allowed folder" : folders.join(", ")) +
      `; start it with --allow and the folder of that file.`,
  )
}

function filesNamed(name: string, folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const place = join(folder, entry.name)
    if (entry.isDirectory())
      return entry.name === "node_modules" || entry.name.startsWith(".") ? [] : filesNamed(name, place)
    return entry.name === name && entry.isFile() ? [place] : []
  })
}

/** A link may lead out of a folder. */
const isInside = (file: string, root: string): boolean => realpathSync(file).startsWith(root + sep)
