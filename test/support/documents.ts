import { existsSync } from "node:fs"
import { resolve } from "node:path"
import { isDeepStrictEqual } from "node:util"
import ts from "typescript"

/** A block of code in a document. */
export interface Block {
  readonly language: string
  readonly text: string
  /** The line of its first line of code, from 1. */
  readonly line: number
}

/** Put on the line above a block that only shows, and does not run by itself. */
const notRun = "<!-- not run -->"

/** The fenced blocks of a document, without those marked as not run. */
export function blocksOf(markdown: string): Block[] {
  const found: Block[] = []
  const lines = markdown.split("\n")
  for (let i = 0; i < lines.length; i++) {
    const language = /^\s*```(\w+)\s*$/.exec(lines[i]!)?.[1]
    if (language === undefined) continue
    const end = lines.findIndex((line, j) => j > i && /^\s*```\s*$/.test(line))
    if (lines[i - 1]?.trim() !== notRun)
      found.push({ language, text: lines.slice(i + 1, end).join("\n"), line: i + 2 })
    i = end
  }
  return found
}

/** A command of a `sh` block and the output printed below it. */
export interface Transcript {
  readonly command: string
  readonly output: string
  readonly line: number
}

/** The commands of a block that begin with "$ " and show what they print; a command alone shows nothing. */
export function transcriptsOf({ text, line }: Block): Transcript[] {
  const lines = text.split("\n")
  const starts = lines.flatMap((content, i) => (content.startsWith("$ ") ? [i] : []))
  return starts
    .map((start, i) => ({
      command: lines[start]!.slice(2).trim(),
      output: lines
        .slice(start + 1, starts[i + 1])
        .join("\n")
        .trimEnd(),
      line: line + start,
    }))
    .filter(({ output }) => output !== "")
}

/** Whether an output is as shown, where a line "…" stands for any number of lines. */
export function isAsShown(shown: string, output: string): boolean {
  const parts = shown
    .split("\n")
    .map((line) => (line.trim() === "…" ? "[^]*?" : `${escapeRegExp(line.trimEnd())} *`))
  return new RegExp(`^${parts.join("\n")}$`).test(output.trimEnd())
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
}

/** The words of a command line, as a shell takes it apart: quotes, and backslashes within double ones. */
export function shellWords(line: string): string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, plain]) => plain ?? single ?? double!.replace(/\\(.)/g, "$1"),
  )
}

/** What a TypeScript block came to: its exports, and every `// =>` that was not so. */
export interface BlockRun {
  readonly exports: Readonly<Record<string, unknown>>
  readonly wrong: readonly string[]
  /** How many `// =>` there were. */
  readonly checked: number
}

/**
 * Runs a TypeScript block as a module in docs/: "quorate" is this package,
 * relative imports are from there. Each top-level statement followed by
 * `// => value` is compared with that value, `// => throws text` with the error.
 */
export async function runBlock({ text, line }: Block): Promise<BlockRun> {
  const exports: Record<string, unknown> = {}
  const wrong: string[] = []
  let checked = 0
  const check = async (at: number, expected: string, run: () => unknown): Promise<unknown> => {
    checked++
    const outcome = await outcomeOf(run)
    if (!agrees(outcome, expected)) wrong.push(`line ${line + at}: ${show(outcome)}, not ${expected}`)
    return "value" in outcome ? outcome.value : undefined
  }
  const code = ts.transpile(asFunctionBody(text), {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.ESNext,
  })
  const AsyncFunction = (async () => undefined).constructor as new (
    ...names: string[]
  ) => (...values: unknown[]) => Promise<void>
  await new AsyncFunction("$import", "$check", "$exports", code)(importFromDocs, check, exports)
  return { exports, wrong, checked }
}

type Outcome = { readonly value: unknown } | { readonly error: Error }

async function outcomeOf(run: () => unknown): Promise<Outcome> {
  try {
    return { value: await run() }
  } catch (error) {
    return { error: error as Error }
  }
}

function agrees(outcome: Outcome, expected: string): boolean {
  if (expected.startsWith("throws"))
    return "error" in outcome && outcome.error.message.includes(expected.slice(6).trim())
  if ("error" in outcome) return false
  const value = valueOf(expected)
  return value === undefined
    ? String(outcome.value) === expected
    : isDeepStrictEqual(outcome.value, value.value)
}

/** The value a text denotes in JavaScript; nothing where it is not an expression of literals. */
function valueOf(text: string): { value: unknown } | undefined {
  try {
    // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call -- our own documents
    return { value: new Function(`return (${text})`)() as unknown }
  } catch {
    return undefined
  }
}

function show(outcome: Outcome): string {
  if ("error" in outcome) return `throws ${outcome.error.message}`
  return outcome.value === undefined ? "undefined" : JSON.stringify(outcome.value)
}

async function importFromDocs(specifier: string): Promise<unknown> {
  if (specifier === "quorate") return import(resolve("src/index.ts"))
  if (!specifier.startsWith(".")) return import(specifier)
  const file = resolve("docs", specifier)
  if (!existsSync(file)) throw new Error(`there is no file ${specifier}, seen from docs/.`)
  return import(file)
}

/** The block with its imports awaited, its exports kept, and its `// =>` checked. */
function asFunctionBody(text: string): string {
  const tree = ts.createSourceFile("block.ts", text, ts.ScriptTarget.ES2023, true)
  let out = ""
  let from = 0
  for (const statement of tree.statements) {
    const start = statement.getStart(tree)
    out += text.slice(from, start) + rewritten(statement, tree, text)
    from = statement.end
  }
  return out + text.slice(from)
}

function rewritten(statement: ts.Statement, tree: ts.SourceFile, text: string): string {
  const code = statement.getText(tree)
  if (ts.isImportDeclaration(statement)) return awaitedImport(statement)
  if (ts.isExportAssignment(statement)) return `$exports.default = ${statement.expression.getText(tree)}`
  const expected = /^;?[ \t]*\/\/ => (.*)/.exec(text.slice(statement.end))?.[1]?.trim()
  const bare = code.replace(/^export /, "")
  if (expected === undefined) return bare
  const at = tree.getLineAndCharacterOfPosition(statement.getStart(tree)).line
  const call = (run: string): string =>
    `await $check(${at}, ${JSON.stringify(expected)}, async () => (${run}));`
  if (ts.isExpressionStatement(statement)) return call(statement.expression.getText(tree))
  const [declared] = ts.isVariableStatement(statement) ? statement.declarationList.declarations : []
  return declared === undefined ? bare : `${bare.replace(/;?$/, ";")} ${call(declared.name.getText(tree))}`
}

function awaitedImport({ importClause: clause, moduleSpecifier }: ts.ImportDeclaration): string {
  const module = `await $import(${moduleSpecifier.getText()})`
  if (clause === undefined) return `${module};`
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return ""
  const names = clause.name === undefined ? [] : [`default: ${clause.name.text}`]
  const bindings = clause.namedBindings
  if (bindings !== undefined && ts.isNamespaceImport(bindings))
    return `const ${bindings.name.text} = ${module};`
  for (const element of bindings?.elements ?? []) {
    if (!element.isTypeOnly)
      names.push(`${(element.propertyName ?? element.name).getText()}: ${element.name.text}`)
  }
  return `const { ${names.join(", ")} } = ${module};`
}
