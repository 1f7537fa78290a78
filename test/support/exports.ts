import { relative } from "node:path"
import ts from "typescript"
import { oncePer } from "../../src/base/memo.ts"

/** A type that a signature names, and where: `runLog names LogRun of src/run/log.ts`. */
export interface Unexported {
  readonly type: string
  readonly path: string
  readonly namedBy: string
}

/**
 * The types of this repository that signatures exported by an entry name and that the entry does not export:
 * whoever uses such a function cannot write down what it takes or gives. Namespaces (`export * as latency`)
 * are followed, and what they export counts as exported.
 *
 * A signature is what a declaration file would say: parameters, results, members that are not private, and
 * the inferred type where none is written. Cost: seconds, for the checker reads everything imported.
 */
export function unexportedTypes(program: ts.Program, entry: string): Unexported[] {
  const checker = program.getTypeChecker()
  const exported = exportedSymbols(program, entry)
  const found = new Map<ts.Symbol, Unexported>()
  for (const [symbol, name] of exported) {
    for (const type of typesNamedBy(symbol, checker)) {
      if (exported.has(type) || found.has(type)) continue
      const { fileName } = type.declarations![0]!.getSourceFile()
      found.set(type, { type: type.name, path: relative(".", fileName), namedBy: name })
    }
  }
  return [...found.values()].sort((a, b) => `${a.path} ${a.type}`.localeCompare(`${b.path} ${b.type}`))
}

/** The program of files and all they import, with the options of this repository; `at` stands in for files on disk. */
export function programOf(
  entries: readonly string[],
  at: ReadonlyMap<string, string> = new Map(),
): ts.Program {
  const read = ts.readConfigFile("tsconfig.json", (path) => ts.sys.readFile(path))
  const { options } = ts.parseJsonConfigFileContent(read.config, ts.sys, ".")
  const host = ts.createCompilerHost(options, true)
  const disk = ts.createCompilerHost(options, true)
  host.fileExists = (path) => at.has(relative(".", path)) || disk.fileExists(path)
  host.getSourceFile = (path, ...rest) => {
    const text = at.get(relative(".", path))
    if (text !== undefined) return ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true)
    return path.includes("/node_modules/") ? library(path) : disk.getSourceFile(path, ...rest)
  }
  return ts.createProgram(entries, { ...options, noEmit: true }, host)
}

/** Files of TypeScript and of packages, which are the same for every program. */
const library = oncePer((path: string) =>
  ts.createSourceFile(path, ts.sys.readFile(path) ?? "", ts.ScriptTarget.ES2023, true),
)

/** What files import from the sources of this repository and an entry does not export: by file and name. */
export function importsBeyond(program: ts.Program, files: readonly string[], entry: string): string[] {
  const checker = program.getTypeChecker()
  const exported = exportedSymbols(program, entry)
  return files.flatMap((file) =>
    program.getSourceFile(file)!.statements.flatMap((statement) => {
      if (!ts.isImportDeclaration(statement)) return []
      const { text } = statement.moduleSpecifier as ts.StringLiteral
      const bindings = statement.importClause?.namedBindings
      if (!/^(\.\.\/)+src\//.test(text) || bindings === undefined || !ts.isNamedImports(bindings)) return []
      return bindings.elements
        .filter(({ name }) => !exported.has(resolved(checker.getSymbolAtLocation(name)!, checker)))
        .map(({ name }) => `${file}: ${name.text}`)
    }),
  )
}

/** What an entry exports, followed to where it is declared, by the name it has for a user: `latency.parseLatency`. */
export function exportedSymbols(program: ts.Program, entry: string): ReadonlyMap<ts.Symbol, string> {
  const checker = program.getTypeChecker()
  const found = new Map<ts.Symbol, string>()
  const collect = (module: ts.Symbol, prefix: string): void => {
    for (const one of checker.getExportsOfModule(module)) {
      const symbol = resolved(one, checker)
      if (found.has(symbol)) continue
      found.set(symbol, prefix + one.name)
      if ((symbol.flags & ts.SymbolFlags.ValueModule) !== 0) collect(symbol, `${prefix}${one.name}.`)
    }
  }
  collect(checker.getSymbolAtLocation(program.getSourceFile(entry)!)!, "")
  return found
}

function resolved(symbol: ts.Symbol, checker: ts.TypeChecker): ts.Symbol {
  return (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol)
}

/** The named types of this repository in the signature of a symbol. */
function typesNamedBy(symbol: ts.Symbol, checker: ts.TypeChecker): Set<ts.Symbol> {
  const found = new Set<ts.Symbol>()
  const name = (type: ts.Symbol | undefined): void => {
    if (type !== undefined && isOurs(type)) found.add(type)
  }
  const visit = (node: ts.Node): void => {
    if (ts.isBlock(node) || isPrivate(node)) return
    if (
      ts.isIdentifier(node) &&
      (ts.isTypeReferenceNode(node.parent) || ts.isExpressionWithTypeArguments(node.parent))
    ) {
      const at = checker.getSymbolAtLocation(node)
      name(at && resolved(at, checker))
    }
    if (
      ts.isFunctionLike(node) &&
      "body" in node &&
      node.type === undefined &&
      !ts.isConstructorDeclaration(node)
    ) {
      const signature = checker.getSignatureFromDeclaration(node)
      if (signature !== undefined) visitType(checker.getReturnTypeOfSignature(signature))
    }
    if ((ts.isVariableDeclaration(node) || ts.isPropertyDeclaration(node)) && node.type === undefined)
      visitType(checker.getTypeAtLocation(node))
    ts.forEachChild(node, (child) => {
      const isValue = "initializer" in node && child === node.initializer
      if (!isValue) visit(child)
    })
  }
  const seen = new Set<ts.Type>()
  const visitType = (type: ts.Type): void => {
    if (seen.has(type)) return
    seen.add(type)
    const symbol = type.aliasSymbol ?? type.getSymbol()
    type.aliasTypeArguments?.forEach(visitType)
    if (type.aliasSymbol !== undefined) {
      name(type.aliasSymbol)
      return
    }
    if (type.isUnionOrIntersection()) {
      type.types.forEach(visitType)
      return
    }
    if (symbol !== undefined && (symbol.flags & (ts.SymbolFlags.Interface | ts.SymbolFlags.Class)) !== 0)
      name(symbol)
    checker.getTypeArguments(type as ts.TypeReference).forEach(visitType)
    if (
      symbol === undefined ||
      (symbol.flags &
        (ts.SymbolFlags.Function | ts.SymbolFlags.TypeLiteral | ts.SymbolFlags.ObjectLiteral)) !==
        0
    ) {
      for (const signature of type.getCallSignatures()) {
        visitType(checker.getReturnTypeOfSignature(signature))
        for (const parameter of signature.parameters) visitType(checker.getTypeOfSymbol(parameter))
      }
      for (const property of symbol === undefined ? [] : type.getProperties())
        visitType(checker.getTypeOfSymbol(property))
    }
  }
  for (const declaration of symbol.declarations ?? [])
    if (isOursAt(declaration) && !ts.isSourceFile(declaration)) visit(declaration)
  return found
}

const isPrivate = (node: ts.Node): boolean =>
  ts.canHaveModifiers(node) &&
  (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword)

function isOurs(symbol: ts.Symbol): boolean {
  const types =
    ts.SymbolFlags.Interface | ts.SymbolFlags.TypeAlias | ts.SymbolFlags.Class | ts.SymbolFlags.Enum
  return (
    (symbol.flags & types) !== 0 && symbol.declarations !== undefined && symbol.declarations.every(isOursAt)
  )
}

const isOursAt = (declaration: ts.Node): boolean =>
  !declaration.getSourceFile().fileName.includes("/node_modules/") &&
  !declaration.getSourceFile().fileName.includes("/typescript/lib/")
