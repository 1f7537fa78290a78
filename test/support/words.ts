import ts from "typescript"
import { type Source, parse } from "./architecture.ts"

/** The text of an error at its `new`, with `…` for what is interpolated. */
export interface ErrorText {
  readonly place: string
  readonly text: string
}

/**
 * The texts of all errors that the sources construct, through sums, alternatives, `join` and `trimEnd`, and
 * through the functions of the sources that return the text. What is only passed on (`error.message`) has no
 * text of its own and is left out.
 */
export function errorTexts(sources: readonly Source[]): ErrorText[] {
  const functions = functionsByName(sources)
  return sources.flatMap((source) => {
    const tree = parse(source)
    const found: ErrorText[] = []
    const visit = (node: ts.Node): void => {
      if (
        ts.isNewExpression(node) &&
        /^(Usage|Experiment|Invariant|Range)?Error$/.test(node.expression.getText(tree)) &&
        node.arguments?.[0] !== undefined
      ) {
        const { line } = tree.getLineAndCharacterOfPosition(node.getStart(tree))
        const place = `${source.path}:${line + 1}`
        found.push(...textsOf(node.arguments[0], functions, new Set()).map((text) => ({ place, text })))
      }
      ts.forEachChild(node, visit)
    }
    visit(tree)
    return found
  })
}

type Functions = ReadonlyMap<string, readonly ts.FunctionDeclaration[]>

function functionsByName(sources: readonly Source[]): Functions {
  const found = new Map<string, ts.FunctionDeclaration[]>()
  for (const source of sources) {
    for (const statement of parse(source).statements) {
      if (!ts.isFunctionDeclaration(statement) || statement.name === undefined) continue
      const { text } = statement.name
      found.set(text, [...(found.get(text) ?? []), statement])
    }
  }
  return found
}

function textsOf(node: ts.Expression, functions: Functions, seen: Set<string>): string[] {
  if (ts.isParenthesizedExpression(node) || ts.isAwaitExpression(node))
    return textsOf(node.expression, functions, seen)
  if (ts.isConditionalExpression(node))
    return [node.whenTrue, node.whenFalse].flatMap((branch) => textsOf(branch, functions, seen))
  if (ts.isStringLiteralLike(node)) return [node.text]
  if (ts.isTemplateExpression(node)) {
    return [node.templateSpans.reduce((text, { literal }) => `${text}…${literal.text}`, node.head.text)]
  }
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    const [ends] = textsOf(node.right, functions, seen)
    return textsOf(node.left, functions, seen).map((text) => text + (ends ?? "…"))
  }
  if (!ts.isCallExpression(node)) return []
  const called = node.expression
  if (ts.isPropertyAccessExpression(called)) {
    const { expression: on } = called
    if (ts.isArrayLiteralExpression(on)) return textsOf(on.elements[0]!, functions, seen)
    return called.name.text === "trimEnd" ? textsOf(on, functions, seen) : []
  }
  if (!ts.isIdentifier(called) || seen.has(called.text)) return []
  seen.add(called.text)
  return (functions.get(called.text) ?? []).flatMap((declaration) => returned(declaration, functions, seen))
}

function returned(declaration: ts.FunctionDeclaration, functions: Functions, seen: Set<string>): string[] {
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node)) return
    if (ts.isReturnStatement(node) && node.expression !== undefined)
      found.push(...textsOf(node.expression, functions, seen))
    ts.forEachChild(node, visit)
  }
  if (declaration.body !== undefined) ts.forEachChild(declaration.body, visit)
  return found
}

/** Names with which an error may begin, though they begin with a capital. */
const names = /^(HiGHS|ITF|EDN|CSV|JSON|Redis|Node|Paxos)\b/

/** Errors that begin with a capital that is not part of a name. */
export function capitalErrors(texts: readonly ErrorText[]): string[] {
  return texts
    .filter(({ text }) => /^[A-Z]/.test(text) && !names.test(text))
    .map(({ place, text }) => `${place}: ${text}`)
}

/** Errors with a rule "; must …" that does not follow "x is y", so that it is not said what must. */
export function rulesWithoutSubject(texts: readonly ErrorText[]): string[] {
  return texts
    .filter(({ text }) => /;\s+must\b/.test(text) && !/(^|\S\s+)(is|are)\s[^;]*;\s+must\b/.test(text))
    .map(({ place, text }) => `${place}: ${text}`)
}
