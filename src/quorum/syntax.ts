import type { MathNode } from "mathjs"
import math from "mathjs/lib/browser/math.js"
import { UsageError } from "../base/errors.ts"

/** The kinds of syntax tree that the notation has a use for, by mathjs' names. */
export interface SyntaxTree {
  ParenthesisNode: MathNode & { content: MathNode }
  ConstantNode: MathNode & { value: unknown }
  SymbolNode: MathNode & { name: string }
  ArrayNode: MathNode & { items: MathNode[] }
  OperatorNode: MathNode & { op: string; args: MathNode[]; implicit: boolean }
  FunctionNode: MathNode & { fn: { name: string }; args: MathNode[] }
}

/**
 * Narrows a tree to one kind. By the `type` that mathjs writes into a tree, as its own guards live in
 * the main bundle, which takes ten times as long to load.
 */
export function isTree<K extends keyof SyntaxTree>(tree: MathNode, type: K): tree is SyntaxTree[K] {
  return tree.type === type
}

/** A syntax tree by mathjs' parser; nothing is evaluated. An error points at the character. */
export function parseTree(text: string): MathNode {
  if (text.trim() === "")
    throw new UsageError("The quorum expression is empty. Try majority(5) or a*b + c*d.")
  try {
    return math.parse(text)
  } catch (error) {
    throw new UsageError(describeSyntaxError(text, error))
  }
}

function describeSyntaxError(text: string, error: unknown): string {
  const { message, char } = error as { message: string; char?: number }
  const reason = message.replace(/\s*\(char \d+\)$/, "") + nameHint(text, char)
  if (char === undefined) return `Cannot read the quorum expression ${text}: ${reason}.`
  return (
    `Cannot read the quorum expression at character ${char}: ${reason}.\n` +
    `  ${text.replaceAll(/\s/g, " ")}\n  ${" ".repeat(char - 1)}^`
  )
}

/** The letters that mathjs takes for names are not all there are: 节点1 is a node once it is in quotes. */
function nameHint(text: string, char: number | undefined): string {
  const rest = char === undefined ? "" : text.slice(char - 1)
  const name = /^[^\s()[\]*+,;:"']+/.exec(rest)?.[0]
  return name === undefined || !/^[^\p{ASCII}]/u.test(name)
    ? ""
    : `; put such a name in double quotes, ${JSON.stringify(name)}`
}
