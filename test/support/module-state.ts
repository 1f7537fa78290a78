import ts from "typescript"
import { type Source, parse, target } from "./architecture.ts"

/**
 * State that outlives a call: what makes the answer to a question depend on the questions before it.
 * By file and line, each of
 *
 * - a `let` or `var` outside every function,
 * - a `static` property that is not `readonly`,
 * - an instance of a class of one's own outside every function,
 * - a constant outside every function that some file changes: by a method that changes a collection
 *   (`set`, `push`, …), an assignment to one of its elements or properties, or `delete`. The file may be
 *   another one, which imports it.
 *
 * What is not seen: state in a closure that a call outside every function returns, and a constant that is
 * changed under another name. Objects of the platform that nothing changes, such as a `TextEncoder`, are no state.
 */
export function moduleState(sources: readonly Source[]): string[] {
  const paths = new Set(sources.map(({ path }) => path))
  const changed = new Set(sources.flatMap((source) => changedConstants(source, paths)))
  return sources.flatMap((source) => stateOf(source, changed))
}

function stateOf(source: Source, changed: ReadonlySet<string>): string[] {
  const tree = parse(source)
  const classes = namesOfClasses(tree)
  const found: string[] = []
  const report = (node: ts.Node, what: string): void => {
    const { line } = tree.getLineAndCharacterOfPosition(node.getStart(tree))
    found.push(`${source.path}:${line + 1}: ${what}`)
  }
  for (const statement of tree.statements) {
    if (ts.isVariableStatement(statement)) {
      const isConstant = (statement.declarationList.flags & ts.NodeFlags.Const) !== 0
      for (const { name, initializer } of statement.declarationList.declarations) {
        const text = name.getText(tree)
        if (!isConstant) report(statement, `let ${text}`)
        else if (changed.has(keyOf(source.path, text))) report(statement, `${text} is changed`)
        else if (initializer !== undefined && isInstance(initializer, classes))
          report(statement, `${text} is ${initializer.getText(tree)}`)
      }
    }
    if (ts.isClassDeclaration(statement)) {
      for (const member of statement.members) {
        const kinds = ts.canHaveModifiers(member)
          ? (ts.getModifiers(member) ?? []).map(({ kind }) => kind)
          : []
        if (
          ts.isPropertyDeclaration(member) &&
          kinds.includes(ts.SyntaxKind.StaticKeyword) &&
          !kinds.includes(ts.SyntaxKind.ReadonlyKeyword)
        )
          report(member, `static ${member.name.getText(tree)}`)
      }
    }
  }
  return found
}

/** The classes a file declares or imports: those of others' libraries included, those of the platform not. */
function namesOfClasses(tree: ts.SourceFile): ReadonlySet<string> {
  return new Set([...importedNames(tree).keys(), ...declaredNames(tree)])
}

function isInstance(value: ts.Expression, classes: ReadonlySet<string>): boolean {
  return ts.isNewExpression(value) && ts.isIdentifier(value.expression) && classes.has(value.expression.text)
}

/** Methods that change the collection they are called on. */
const changing = /^(set|add|delete|clear|push|pop|shift|unshift|splice|sort|reverse|fill|copyWithin|append)$/

/** The constants outside functions, of this file or imported ones, that a file changes. */
function changedConstants(source: Source, paths: ReadonlySet<string>): string[] {
  const tree = parse(source)
  const imported = importedNames(tree)
  const own = declaredNames(tree)
  const found: string[] = []
  const change = (expression: ts.Expression): void => {
    const root = rootOf(expression)
    if (root === undefined || isLocal(root)) return
    const from = imported.get(root.text)
    const path = from === undefined ? undefined : target(source.path, from.specifier)
    if (from !== undefined && path !== undefined && paths.has(path)) found.push(keyOf(path, from.name))
    else if (own.has(root.text)) found.push(keyOf(source.path, root.text))
  }
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const { expression, name } = node.expression
      if (changing.test(name.text)) change(expression)
      const [first] = node.arguments
      if (expression.getText(tree) === "Object" && name.text === "assign" && first !== undefined)
        change(first)
    } else if (ts.isBinaryExpression(node) && isAssignment(node.operatorToken.kind) && isPart(node.left)) {
      change(node.left)
    } else if (
      (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) &&
      (node.operator === ts.SyntaxKind.PlusPlusToken || node.operator === ts.SyntaxKind.MinusMinusToken) &&
      isPart(node.operand)
    ) {
      change(node.operand)
    } else if (ts.isDeleteExpression(node)) {
      change(node.expression)
    }
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return found
}

const keyOf = (path: string, name: string): string => `${path} ${name}`

const isAssignment = (kind: ts.SyntaxKind): boolean =>
  kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment

const isPart = (node: ts.Expression): boolean =>
  ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node) || ts.isNonNullExpression(node)

/** `cache` in `cache.byId[3]!`; nothing where a call stands between. */
function rootOf(node: ts.Expression): ts.Identifier | undefined {
  if (ts.isIdentifier(node)) return node
  if (isPart(node) || ts.isParenthesizedExpression(node) || ts.isAsExpression(node))
    return rootOf((node as ts.PropertyAccessExpression).expression)
  return undefined
}

/** Whether a name is that of a parameter or a variable of a function or block around it. */
function isLocal(name: ts.Identifier): boolean {
  for (let node: ts.Node = name.parent; !ts.isSourceFile(node); node = node.parent)
    if (namesIn(node).has(name.text)) return true
  return false
}

/** The names that a function, loop or block introduces for what is inside it. */
function namesIn(node: ts.Node): Set<string> {
  const names = new Set<string>()
  const bind = (name: ts.BindingName): void => {
    if (ts.isIdentifier(name)) names.add(name.text)
    else for (const element of name.elements) if (ts.isBindingElement(element)) bind(element.name)
  }
  if (ts.isFunctionLike(node))
    node.parameters.forEach(({ name }) => {
      bind(name)
    })
  if (ts.isCatchClause(node) && node.variableDeclaration !== undefined) bind(node.variableDeclaration.name)
  if (ts.isForStatement(node) || ts.isForOfStatement(node) || ts.isForInStatement(node)) {
    const { initializer } = node
    if (initializer !== undefined && ts.isVariableDeclarationList(initializer))
      initializer.declarations.forEach(({ name }) => {
        bind(name)
      })
  }
  if (ts.isBlock(node) || ts.isCaseClause(node) || ts.isDefaultClause(node)) {
    for (const statement of node.statements) {
      if (ts.isVariableStatement(statement))
        statement.declarationList.declarations.forEach(({ name }) => {
          bind(name)
        })
      if (ts.isFunctionDeclaration(statement) && statement.name !== undefined) names.add(statement.name.text)
    }
  }
  return names
}

/** Names imported by a file: from where, and what they are called there. */
function importedNames(tree: ts.SourceFile): ReadonlyMap<string, { specifier: string; name: string }> {
  const found = new Map<string, { specifier: string; name: string }>()
  for (const statement of tree.statements) {
    if (!ts.isImportDeclaration(statement)) continue
    const specifier = (statement.moduleSpecifier as ts.StringLiteral).text
    const clause = statement.importClause
    if (clause?.name !== undefined) found.set(clause.name.text, { specifier, name: "default" })
    const bindings = clause?.namedBindings
    if (bindings === undefined || !ts.isNamedImports(bindings)) continue
    for (const { name, propertyName } of bindings.elements)
      found.set(name.text, { specifier, name: (propertyName ?? name).text })
  }
  return found
}

/** Names of the constants and classes a file declares outside functions. */
function declaredNames(tree: ts.SourceFile): ReadonlySet<string> {
  return new Set(
    tree.statements.flatMap((statement) => {
      if (ts.isVariableStatement(statement))
        return statement.declarationList.declarations.map(({ name }) => name.getText(tree))
      return ts.isClassDeclaration(statement) && statement.name !== undefined ? [statement.name.text] : []
    }),
  )
}
