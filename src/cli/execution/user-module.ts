import { createHash } from "node:crypto"
import { existsSync, readFileSync } from "node:fs"
import { createRequire, register } from "node:module"
import { basename, dirname, join, resolve } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { UsageError } from "../../base/errors.ts"
import { type AnyExperiment, defineExperiment } from "../../experiment/define.ts"

/** A module of the user's own, by its absolute path; the hash tells whether another machine has the same. */
export interface ModuleSource {
  readonly kind: "module"
  readonly path: string
  readonly sha256: string
}

/** An experiment of the user's own, as its file is now. */
export function userModule(path: string): ModuleSource {
  return { kind: "module", ...userFile(path, "An experiment", "defineExperiment") }
}

/** Its default export. */
export async function loadUserModule({ path, sha256 }: ModuleSource): Promise<AnyExperiment> {
  return checked(await defaultExportOf({ path, sha256 }), resolve(path))
}

/** A file of the user's own, by its absolute path; the hash tells whether another machine has the same. */
export interface UserFile {
  readonly path: string
  readonly sha256: string
}

/** A module of the user's own, as it is now; `what` and `define` say what it should be where there is none. */
export function userFile(path: string, what: string, define: string): UserFile {
  if (existsSync(path)) return { path: resolve(path), sha256: hashOf(path) }
  throw new UsageError(`no file ${path}. ${what} file is a module whose default export is ${define}({ … }).`)
}

/** Runs a module and takes its default export. In it, `quorate` is this program, wherever the file is and whatever is installed beside it. */
export async function defaultExportOf({ path: given, sha256 }: UserFile): Promise<unknown> {
  const path = resolve(given)
  if (!existsSync(path) || hashOf(path) !== sha256) {
    throw new UsageError(
      `${path} differs from the file where the run started. Every machine needs the same file at the same path.`,
    )
  }
  // What is registered last is asked first.
  if (/\.[cm]?ts$/i.test(path)) await readTypeScript(path)
  resolveOurselves()
  return (await imported(path))["default"]
}

async function imported(path: string): Promise<Record<string, unknown>> {
  try {
    return (await import(pathToFileURL(path).href)) as Record<string, unknown>
  } catch (error) {
    if (error instanceof UsageError) throw new UsageError(`${path}: ${error.message}`)
    if (error instanceof SyntaxError) throw new UsageError(`${syntaxPlace(error) ?? path}: ${error.message}`)
    const { code, message } = error as NodeJS.ErrnoException
    if (code?.startsWith("ERR_MODULE") || code === "ERR_PACKAGE_PATH_NOT_EXPORTED")
      throw new UsageError(`${path}: ${message}`)
    throw error
  }
}

/** The first line of a syntax error's stack is its file and line. */
function syntaxPlace({ stack = "" }: SyntaxError): string | undefined {
  const [, url, line] = /^(file:.*):(\d+)$/m.exec(stack) ?? []
  return url === undefined ? undefined : `${fileURLToPath(url)}:${line}`
}

function checked(value: unknown, path: string): AnyExperiment {
  const experiment = value as Partial<AnyExperiment> | null | undefined
  const needed = ["cases", "observe", "summarise"] as const
  const missing =
    typeof experiment !== "object" || experiment === null
      ? "default export that is an experiment"
      : (needed.find((name) => typeof experiment[name] !== "function") ??
        (["columns", "tables"] as const).find((name) => !Array.isArray(experiment[name])))
  if (missing !== undefined) {
    throw new UsageError(
      `${path} has no ${missing}. It needs: export default defineExperiment({ id, question, reference, columns, cases, runs, observe, summarise, tables }).`,
    )
  }
  return defineExperiment(experiment as AnyExperiment)
}

let resolving = false

/** From here on, `import … from "quorate"` in any module of this thread is this program. */
function resolveOurselves(): void {
  if (resolving) return
  resolving = true
  const fromSource = import.meta.url.endsWith(".ts")
  const index = new URL(fromSource ? "../../index.ts" : "../../index.js", import.meta.url).href
  // Whatever a package.json says, and npm init says "commonjs": what imports and exports is a module.
  const hooks = `import { readFile } from "node:fs/promises"
  const isModule = async (url) => {
    if (/\\.ts(\\?|$)/.test(url)) return true
    if (!/^file:.*\\.js(\\?|$)/.test(url)) return false
    return /^(import|export)\\b(?!\\s*\\()/m.test(await readFile(new URL(url), "utf8"))
  }
  export const resolve = async (specifier, context, next) => {
    const found = await next(specifier === "quorate" ? ${JSON.stringify(index)} : specifier, context)
    if (found.url.includes("/node_modules/") || !(await isModule(found.url))) return found
    return { ...found, format: found.format?.replace("commonjs", "module") ?? "module" }
  }`
  register(`data:text/javascript,${encodeURIComponent(hooks)}`)
}

let typed = false

/** Node reads TypeScript itself from 22.18 on; before, tsx does where it is installed: beside the file, or beside this program. */
async function readTypeScript(path: string): Promise<void> {
  const features = process.features as { readonly typescript?: unknown }
  if (typed || (features.typescript !== undefined && features.typescript !== false)) return
  for (const from of [pathToFileURL(path).href, import.meta.url]) {
    const place = tsxFrom(from)
    if (place === undefined) continue
    const { register } = (await import(pathToFileURL(place).href)) as { register: () => void }
    register()
    typed = true
    return
  }
  throw new UsageError(
    `${path} is TypeScript, which Node ${process.versions.node} cannot load. Options: ` +
      `npm install tsx next to the file; use Node 22.18 or later; or compile it with npx tsc and run ${basename(path).replace(/ts$/, "js")}.`,
  )
}

/** Where the package's file for modules is: asked for from elsewhere, Node only finds the one for CommonJS. */
function tsxFrom(url: string): string | undefined {
  try {
    const file = createRequire(url).resolve("tsx/package.json")
    const { exports } = JSON.parse(readFileSync(file, "utf8")) as TsxPackage
    return join(dirname(file), exports["./esm/api"].import.default)
  } catch {
    return undefined
  }
}

interface TsxPackage {
  readonly exports: { readonly "./esm/api": { readonly import: { readonly default: string } } }
}

function hashOf(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex")
}
