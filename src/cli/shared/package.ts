import { existsSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

/** The folder with this program's package.json, whether it runs from src/ or from dist/. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, "package.json"))) folder = dirname(folder)
  return folder
}

/** The version of this program. */
export function version(): string {
  const text = readFileSync(join(packageRoot(), "package.json"), "utf8")
  return (JSON.parse(text) as { version: string }).version
}
