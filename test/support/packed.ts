import { spawnSync } from "node:child_process"
import { cpSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"

/**
 * A folder in which this package is installed as a user has it: built, packed by npm and unpacked, with links
 * to its dependencies. Nothing of the repository but its `dist/` is out of reach of the build, which goes
 * elsewhere, so that tests beside it are not disturbed. Cost: a build, ten seconds or more.
 */
export function installPacked(): string {
  const build = mkdtempSync(join(tmpdir(), "quorate-build-"))
  const folder = mkdtempSync(join(tmpdir(), "quorate-packed-"))
  const dist = join(build, "dist")
  run("node", [resolve("node_modules/typescript/bin/tsc"), "-p", "tsconfig.build.json", "--outDir", dist])
  for (const name of [
    "package.json",
    "README.md",
    "LICENSE",
    "CHANGELOG.md",
    "docs",
    "schemas",
    "experiments/data",
  ])
    cpSync(name, join(build, name), { recursive: true })
  symlinkSync(resolve("node_modules"), join(build, "node_modules"))
  run("npm", ["run", "-s", "build:parser"], build)
  run("npm", ["pack", "--ignore-scripts", "--silent"], build)
  const [tarball] = readdirSync(build).filter((name) => name.endsWith(".tgz"))
  const modules = join(folder, "node_modules")
  mkdirSync(join(modules, "quorate"), { recursive: true })
  run("tar", ["-xzf", join(build, tarball!), "-C", join(modules, "quorate"), "--strip-components=1"])
  for (const name of readdirSync("node_modules").filter((one) => !one.startsWith(".")))
    symlinkSync(resolve("node_modules", name), join(modules, name))
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }))
  return folder
}

function run(command: string, words: readonly string[], cwd = "."): void {
  const path = `${resolve("node_modules/.bin")}:${process.env["PATH"] ?? ""}`
  const { status, stdout, stderr } = spawnSync(command, words, {
    cwd,
    encoding: "utf8",
    env: { ...process.env, PATH: path },
  })
  if (status !== 0)
    throw new Error(`${command} ${words.join(" ")} ended with ${String(status)}:\n${stdout}${stderr}`)
}
