import { posix } from "node:path"
import ts from "typescript"
import { oncePer } from "../../src/base/memo.ts"

/** A source file by its path from the root of the repository. */
export interface Source {
  readonly path: string
  readonly text: string
}

/**
 * The floors of the house, the lowest first. A file imports from floors below
 * its own and from its own folder, never upwards and never from a neighbour.
 * `src` stands for the files directly in src/.
 */
export const floors: readonly (readonly string[])[] = [
  ["base"],
  ["quorum", "history", "experiment"],
  ["quorums"],
  ["analysis", "protocol"],
  ["world"],
  ["check"],
  ["experiments/data"],
  ["run"],
  ["experiments"],
  ["src"],
  ["cli"],
]

/** "run" for src/run/…, "quorums" for quorums/…, "src" for files directly in src/. */
export function folderOf(path: string): string {
  const [top, folder, rest] = path.split("/")
  if (path.startsWith("experiments/data/")) return "experiments/data"
  if (top !== "src") return top!
  return rest === undefined ? "src" : folder!
}

const floorOf = (folder: string): number => floors.findIndex((floor) => floor.includes(folder))

export interface Import {
  readonly specifier: string
  /** Only where it is static and of values, not types, does it run. */
  readonly runs: boolean
}

/** Everything a file imports or exports from elsewhere, `import()` included. */
export function importsOf(source: Source): readonly Import[] {
  return importsIn(parse(source))
}

const importsIn = oncePer((tree: ts.SourceFile): readonly Import[] => {
  const found: Import[] = []
  const visit = (node: ts.Node): void => {
    if (
      (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) &&
      node.moduleSpecifier !== undefined
    ) {
      found.push({ specifier: (node.moduleSpecifier as ts.StringLiteral).text, runs: !isTypeOnly(node) })
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [argument] = node.arguments
      if (argument !== undefined && ts.isStringLiteral(argument))
        found.push({ specifier: argument.text, runs: false })
    }
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return found
})

function isTypeOnly(node: ts.ImportDeclaration | ts.ExportDeclaration): boolean {
  if (ts.isExportDeclaration(node)) return node.isTypeOnly
  const clause = node.importClause
  if (clause === undefined) return false
  const named = clause.namedBindings
  const allTypes =
    named !== undefined && ts.isNamedImports(named) && named.elements.every(({ isTypeOnly: t }) => t)
  return clause.phaseModifier === ts.SyntaxKind.TypeKeyword || (clause.name === undefined && allTypes)
}

/** The path of a relative import, from the root of the repository; nothing for packages. */
export function target(from: string, specifier: string): string | undefined {
  return specifier.startsWith(".") ? posix.join(posix.dirname(from), specifier) : undefined
}

/** Imports that point upwards or sideways. */
export function floorViolations(sources: readonly Source[]): string[] {
  return sources.flatMap((source) => {
    const own = folderOf(source.path)
    return importsOf(source).flatMap(({ specifier }) => {
      const to = target(source.path, specifier)
      if (to === undefined) return []
      const folder = folderOf(to)
      if (folder === own || floorOf(folder) < floorOf(own))
        return floorOf(folder) < 0 ? [`${to} is on no floor`] : []
      return [`${source.path} imports ${to}: ${own} may not use ${folder}`]
    })
  })
}

/** Imports of Node's own modules, and packages that need them. */
export function nodeImports(sources: readonly Source[]): string[] {
  return sources.flatMap((source) =>
    importsOf(source)
      .filter(({ specifier }) =>
        /^node:|^(fs|path|os|worker_threads|child_process|tinypool|cli-progress|commander)\b/.test(specifier),
      )
      .map(({ specifier }) => `${source.path} imports ${specifier}`),
  )
}

/** Where a file imports from node:fs what creates or changes the content of files. */
export function fileWriters(source: Source): string[] {
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    if (
      ts.isImportDeclaration(node) &&
      /^["'](node:)?fs(\/promises)?["']$/.test(node.moduleSpecifier.getText())
    ) {
      const named = node.importClause?.namedBindings
      const names =
        named !== undefined && ts.isNamedImports(named)
          ? named.elements.map(({ name, propertyName }) => (propertyName ?? name).text)
          : ["everything"]
      const writes = /^(write|append|createWrite|open|copy|cp|truncate|symlink|everything)/
      found.push(...names.filter((name) => writes.test(name)).map((name) => `${source.path} imports ${name}`))
    }
    ts.forEachChild(node, visit)
  }
  visit(parse(source))
  return found
}

/** Objects of the outside world, and which of their properties reach it; all, where none is listed. */
const outside: Readonly<Record<string, readonly string[]>> = {
  Math: ["random"],
  Date: [],
  performance: [],
  console: [],
  globalThis: [],
  process: [
    "argv",
    "env",
    "stdout",
    "stderr",
    "stdin",
    "exit",
    "exitCode",
    "cwd",
    "platform",
    "version",
    "hrtime",
    "nextTick",
    "memoryUsage",
    "on",
    "pid",
  ],
}

/** Where a file reaches for a clock, chance, or the process it runs in. */
export function outsideUses(source: Source): string[] {
  const tree = parse(source)
  const found: string[] = []
  const report = (node: ts.Node): void => {
    const { line } = tree.getLineAndCharacterOfPosition(node.getStart(tree))
    found.push(`${source.path}:${line + 1}: ${node.getText(tree)}`)
  }
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
      const properties = Object.hasOwn(outside, node.expression.text)
        ? outside[node.expression.text]
        : undefined
      if (properties !== undefined && (properties.length === 0 || properties.includes(node.name.text)))
        report(node)
    }
    const called = ts.isNewExpression(node) || ts.isCallExpression(node) ? node.expression : undefined
    if (
      called !== undefined &&
      ts.isIdentifier(called) &&
      /^(Date|setTimeout|setInterval|setImmediate|fetch|require)$/.test(called.text)
    ) {
      report(node)
    }
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return found
}

/** Every file a file needs at run time before it can run: itself, its static imports, theirs, and packages by name. */
export function closure(path: string, sources: ReadonlyMap<string, string>): Set<string> {
  const seen = new Set<string>()
  const visit = (file: string): void => {
    if (seen.has(file)) return
    seen.add(file)
    const text = sources.get(file)
    if (text === undefined) return
    for (const { specifier, runs } of importsOf({ path: file, text }))
      if (runs) visit(target(file, specifier) ?? specifier)
  }
  visit(path)
  return seen
}

/**
 * Groups of files that need each other, each as a path that comes back to its start. Imports of types count,
 * and `import()` does: nothing is gained by a cycle that only a reader notices.
 */
export function cycles(sources: ReadonlyMap<string, string>): string[] {
  const found: string[] = []
  const done = new Set<string>()
  const visit = (file: string, way: readonly string[]): void => {
    if (way.includes(file)) found.push([...way.slice(way.indexOf(file)), file].join(" → "))
    if (way.includes(file) || done.has(file)) return
    const text = sources.get(file)
    if (text !== undefined) {
      for (const { specifier } of importsOf({ path: file, text })) {
        const to = target(file, specifier)
        if (to !== undefined) visit(to, [...way, file])
      }
    }
    done.add(file)
  }
  for (const file of sources.keys()) visit(file, [])
  return found
}

/** Functions longer than `most` lines, by file and line. */
export function longFunctions(source: Source, max: number): string[] {
  const tree = parse(source)
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && "body" in node && node.body !== undefined) {
      const from = tree.getLineAndCharacterOfPosition(node.getStart(tree)).line
      const to = tree.getLineAndCharacterOfPosition(node.end).line
      if (to - from + 1 > max) found.push(`${source.path}:${from + 1}: ${to - from + 1} lines`)
    }
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return found
}

/** Each text is parsed once: several checks walk the same trees. */
const trees = new Map<string, ts.SourceFile>()

export function parse({ path, text }: Source): ts.SourceFile {
  const known = trees.get(text)
  if (known !== undefined) return known
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true)
  trees.set(text, tree)
  return tree
}
