import type { MathNode } from "mathjs"
import { UsageError, describeUnknown } from "../../base/errors.ts"
import { parse } from "./mathjs-parser.ts"
import {
  type AnyFamily,
  type Catalogue,
  bothPhases,
  dualOf,
  minimalCost,
  minimalOf,
  parameterAt,
  partsOf,
  signature,
} from "../define.ts"
import { abbreviated } from "../../base/text.ts"
import {
  type QuorumExpr,
  countTerms,
  dual,
  refuseTooLarge,
  threshold,
  totalWeight,
  weighted,
} from "../expression.ts"
import {
  type Argument,
  type Denotation,
  asDenotation,
  formulaValue,
  isList,
  isSize,
  readArgument,
  showArgument,
} from "../parameter.ts"
import { type QuorumSystem, quorumSystem } from "../system.ts"

/**
 * The quorum system a text denotes.
 *
 * `a*b + c*d` is a formula over nodes: `*` both, `+` either, `choose(k, …)` at least k,
 * `weightedChoose(t, [w…], …)` weights summing to t. A formula alone is the phase-1 system, and its dual
 * the phase-2 system. `grid(2, 3)` calls a family of the catalogue; systems may stand where nodes do,
 * and then each phase is combined with its own formulas, phase 2 by the dual gate. `dual(e)` is the dual
 * and `minimal(e)` the sum of minimal quorums. Nodes are words, whole numbers, or anything in double
 * quotes. `choose(0)` is the empty quorum, by which an epoch skips phase 1, and `choose(1)` has no
 * quorum.
 *
 * Throws UsageError: a syntax error points at the character, any other quotes the part of the text in
 * question. Cost: that of the formula.
 */
export function parseSystem(text: string, catalogue: Catalogue): QuorumSystem {
  return systemFrom(parseDenotation(text, catalogue))
}

/** What a text denotes, before a formula is completed by its dual. */
export function parseDenotation(text: string, catalogue: Catalogue): Denotation {
  return readTree(parseTree(text), text, catalogue)
}

/** What a syntax tree denotes; `text` is what its messages quote. */
export function readTree(tree: MathNode, text: string, catalogue: Catalogue): Denotation {
  // Only at the root: inside an expression a node may well be called majority.
  if (isTree(tree, "SymbolNode")) refuseBareFamily(tree.name, catalogue)
  const argument = new Reader(text, catalogue).argument(tree)
  const value = asDenotation(argument)
  if (value === undefined) {
    throw new UsageError(`${showArgument(argument)} is not a quorum system. Try majority(5) or a*b + c*d.`)
  }
  // A lone node that is called like a family keeps its quotes, or its text would be refused here.
  return catalogue.has(value.text) ? { ...value, text: JSON.stringify(value.text) } : value
}

/** `majority` for `majority(5)` would be a system of the one node "majority": surely a slip. */
function refuseBareFamily(name: string, catalogue: Catalogue): void {
  const family = catalogue.get(name)
  if (family === undefined) return
  throw new UsageError(
    `${name} is a family of systems and wants its arguments: ${signature(family)}, for example ${family.examples[0] ?? name}.`,
  )
}

/** Walks one syntax tree; keeps the text for its messages. */
class Reader {
  private readonly text: string
  private readonly catalogue: Catalogue
  /** The number of nodes and gates built, those of parts included. */
  private terms = 0

  constructor(text: string, catalogue: Catalogue) {
    this.text = text
    this.catalogue = catalogue
  }

  argument(tree: MathNode): Argument {
    if (isTree(tree, "ParenthesisNode")) return this.argument(tree.content)
    if (isTree(tree, "ConstantNode")) return this.constant(tree.value)
    if (isTree(tree, "SymbolNode")) return tree.name
    if (isTree(tree, "ArrayNode")) return tree.items.map((item) => this.argument(item))
    if (isTree(tree, "OperatorNode")) return this.counted(this.operator(tree))
    if (isTree(tree, "FunctionNode")) return this.counted(this.call(tree))
    // us.east, which mathjs takes for a property.
    if (tree.type === "AccessorNode")
      throw this.unexpected(tree, `is not part of the quorum notation; ${inQuotes(shown(tree))}`)
    throw this.unexpected(tree, "is not part of the quorum notation")
  }

  /** Refuses what grows beyond all use, part by part, before a larger whole is made of it. */
  private counted<T extends Argument>(argument: T): T {
    if (typeof argument !== "object" || !("kind" in argument)) return argument
    const { phase1, phase2 = phase1 } =
      argument.kind === "formula" ? { phase1: argument.expr } : argument.parts
    this.count(countTerms(phase1) + (phase2 === phase1 ? 0 : countTerms(phase2)))
    return argument
  }

  private count(terms: number): void {
    this.terms += terms
    refuseTooLarge(this.terms)
  }

  private constant(value: unknown): Argument {
    if (typeof value === "number" || typeof value === "string") return value
    throw new UsageError(`${String(value)} is not a node; put a node of that name in double quotes.`)
  }

  private operator(tree: SyntaxTree["OperatorNode"]): Argument {
    const { op, args, implicit } = tree
    // mathjs reads `2 a` and `a b` as products; a forgotten operator must not become an "and".
    if (implicit)
      throw this.unexpected(tree, "has two nodes side by side; write a*b for both, a + b for either")
    if (op === "-" && args.length === 1)
      return negative(this.argument(args[0]!), this.unexpected(tree, "is not a node"))
    if (op !== "+" && op !== "*") {
      const hint =
        op === "-" ? '; put a name that contains a hyphen in double quotes, "us-west"' : unboundHint(tree)
      throw this.unexpected(tree, `uses ${op}; quorum expressions have + (either) and * (both)${hint}`)
    }
    // One gate of three children and not a gate in a gate: quorums are the same, but names and blocks
    // are as written.
    const operands = flattenOperator(tree).map((operand) => this.value(operand))
    const text = (): string =>
      operands
        .map((value) => (op === "*" && bindsLikeSum(value) ? `(${value.text})` : value.text))
        .join(op === "+" ? " + " : "*")
    return combine(operands, (children) => threshold(op === "+" ? 1 : children.length, children), text)
  }

  private call(tree: SyntaxTree["FunctionNode"]): Denotation {
    const name = tree.fn.name
    const args = tree.args.map((arg) => this.argument(arg))
    if (name === "choose") return this.choose(tree, args)
    if (name === "weightedChoose") return this.weightedChoose(tree, args)
    if (name === "dual") return dualOf(this.only(tree, args))
    if (name === "minimal") {
      const value = this.only(tree, args)
      // Fails by itself where it is too large; counted, so that many of them are too.
      const minimal = minimalOf(value)
      this.count(minimalCost(value))
      return minimal
    }
    return callFamily(this.catalogue, name, args)
  }

  private choose(tree: MathNode, [k, ...rest]: readonly Argument[]): Denotation {
    const children = rest.map((argument) => this.asValue(argument, tree))
    // The two constants, which have no other way to be written.
    if (children.length === 0 && (k === 0 || k === 1)) {
      return formulaValue(threshold(k, []))
    }
    if (k === undefined || !isSize(k) || k > children.length) {
      throw this.unexpected(
        tree,
        `asks for ${k === undefined ? "nothing" : showArgument(k)} of ${children.length} choices; ` +
          `choose(k, x, y, …) takes a whole number k from 1 to the number of choices; ` +
          `choose(0) alone is the empty quorum`,
      )
    }
    const text = (): string => `choose(${[k, ...children.map((child) => child.text)].join(", ")})`
    return combine(children, (exprs) => threshold(k, exprs), text)
  }

  private weightedChoose(tree: MathNode, [limit, weights, ...rest]: readonly Argument[]): Denotation {
    const children = rest.map((argument) => this.asValue(argument, tree))
    const wanted =
      "weightedChoose(t, [w, …], x, …) takes a threshold, one whole weight of at least 1 per choice, and the choices"
    if (
      limit === undefined ||
      !isSize(limit) ||
      weights === undefined ||
      !isList(weights) ||
      !weights.every(isSize)
    ) {
      throw this.unexpected(tree, `does not fit: ${wanted}`)
    }
    const total = totalWeight(weights)
    if (weights.length !== children.length || limit > total) {
      throw this.unexpected(
        tree,
        `has ${weights.length} weights (sum ${total}), ${children.length} choices and threshold ${limit}: ${wanted}, the threshold at most the sum`,
      )
    }
    const text = (): string =>
      `weightedChoose(${[limit, `[${weights.join(", ")}]`, ...children.map((child) => child.text)].join(", ")})`
    return combine(children, (exprs) => weighted(weights, limit, exprs), text)
  }

  /** The one argument of `dual` and `minimal`. */
  private only(tree: MathNode, args: readonly Argument[]): Denotation {
    const [argument, ...others] = args
    if (argument === undefined || others.length > 0)
      throw this.unexpected(tree, `has ${args.length} arguments; it takes one expression, such as a*b + c*d`)
    return this.asValue(argument, tree)
  }

  private value(tree: MathNode): Denotation {
    return this.asValue(this.argument(tree), tree)
  }

  private asValue(argument: Argument, tree: MathNode): Denotation {
    const value = asDenotation(argument)
    if (value === undefined)
      throw this.unexpected(tree, `has ${showArgument(argument)} where a node or system is wanted`)
    return value
  }

  private unexpected(tree: MathNode, problem: string): UsageError {
    return new UsageError(
      `in the quorum expression ${abbreviated(this.text.trim())}: ${shown(tree)} ${problem}.`,
    )
  }
}

function inQuotes(name: string): string {
  return `put a name with other characters than letters, digits and _ in double quotes, ${JSON.stringify(name)}`
}

/** n/2 is arithmetic, which only rules have. */
function unboundHint(tree: MathNode): string {
  const text = shown(tree)
  const names = [...new Set(text.match(/[A-Za-z]\w*/g) ?? [])]
  if (names.length === 0 || !/[/%^]/.test(text)) return ""
  return `; arithmetic is for rules, quorate check --rule, where each variable has its --for: ${names.join(", ")}`
}

/** Joins values by a gate: formulas to a formula; with a system among them, phase by phase, and `text` writes it. */
function combine(
  values: readonly Denotation[],
  gate: (children: readonly QuorumExpr[]) => QuorumExpr,
  text: () => string,
): Denotation {
  const formulas = values.flatMap((value) => (value.kind === "formula" ? [value.expr] : []))
  if (formulas.length === values.length) {
    return formulaValue(gate(formulas))
  }
  const pairs = values.map((value) =>
    bothPhases(value.kind === "formula" ? { phase1: value.expr } : value.parts),
  )
  const phase1 = gate(pairs.map((pair) => pair.phase1))
  // The dual of the gate, over the phase-2 formulas as they are: dual twice leaves them so.
  const phase2 = dual(gate(pairs.map((pair) => dual(pair.phase2))))
  return { kind: "system", parts: { phase1, phase2 }, text: text() }
}

/** A sum is written in parentheses inside a product; so is a system whose text is one. */
function bindsLikeSum(value: Denotation): boolean {
  if (value.kind === "formula") return isSum(value.expr)
  let depth = 0
  for (const char of value.text.replaceAll(/"(?:[^"\\]|\\.)*"/g, "")) {
    if (char === "(") depth++
    else if (char === ")") depth--
    else if (char === "+" && depth === 0) return true
  }
  return false
}

/** Whether a formula is written as a sum: a gate of one child is written as the child. */
function isSum(expr: QuorumExpr): boolean {
  if (expr.kind !== "threshold" || expr.k !== 1) return false
  return expr.children.length === 1 ? isSum(expr.children[0]!) : expr.children.length > 1
}

/** a + b + c parses as (a + b) + c; this gives the three. */
export function flattenOperator(tree: SyntaxTree["OperatorNode"]): MathNode[] {
  const operands: MathNode[] = []
  // No recursion: thousands of operands are nested as deeply.
  const open: MathNode[] = [tree]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (isTree(next, "OperatorNode") && next.op === tree.op && next.implicit === tree.implicit)
      open.push(...next.args.toReversed())
    else operands.push(next)
  }
  return operands
}

/** -3 is a number a parameter may refuse by name; -a is nothing. */
function negative(argument: Argument, error: UsageError): number {
  if (typeof argument !== "number") throw error
  return -argument
}

/** The kinds of syntax tree that the notation has a use for, by mathjs' names. */
export interface SyntaxTree {
  ParenthesisNode: MathNode & { content: MathNode }
  ConstantNode: MathNode & { value: unknown }
  SymbolNode: MathNode & { name: string }
  ArrayNode: MathNode & { items: MathNode[] }
  OperatorNode: MathNode & { op: string; args: MathNode[]; implicit: boolean }
  FunctionNode: MathNode & { fn: { name: string }; args: MathNode[] }
}

/** Narrows a tree to one kind, by the `type` that mathjs writes into it; its own guards come with all of mathjs. */
export function isTree<K extends keyof SyntaxTree>(tree: MathNode, type: K): tree is SyntaxTree[K] {
  return tree.type === type
}

/** A syntax tree by mathjs' parser; nothing is evaluated. An error points at the character. */
export function parseTree(text: string): MathNode {
  if (text.trim() === "")
    throw new UsageError("the quorum expression is empty. Try majority(5) or a*b + c*d.")
  if (text.length > maxLength)
    throw new UsageError(
      `the quorum expression ${abbreviated(text)} has ${text.length} characters; at most ${maxLength} are read. Try a family, such as majority(5).`,
    )
  if (bracketDepth(text) > maxLevels) throw tooDeep(text)
  const tree = parsed(text)
  refuseDeep(tree, text)
  return tree
}

function parsed(text: string): MathNode {
  try {
    return parse(text)
  } catch (error) {
    // Operators nest without brackets: -a, a^b, a ? b : c.
    throw error instanceof RangeError ? tooDeep(text) : new UsageError(describeSyntaxError(text, error))
  }
}

/** Longer texts are taken for a slip: the longest family has 10,000 acceptors. */
const maxLength = 250_000

/** Brackets deeper than this would exhaust the stack of the parser. */
const maxLevels = 100

const tooDeep = (text: string): UsageError =>
  new UsageError(
    `the quorum expression ${abbreviated(text)} is nested too deeply; at most ${maxLevels} levels of parentheses, lists and calls are read.`,
  )

/** The deepest level of brackets outside quotes. */
function bracketDepth(text: string): number {
  let [depth, deepest] = [0, 0]
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[([{]|[)\]}]/gs)) {
    if (token.length > 1) continue
    depth += "([{".includes(token) ? 1 : -1
    deepest = Math.max(deepest, depth)
  }
  return deepest
}

/** Long chains of + and of * are not nested: `flattenOperator` flattens them. */
function refuseDeep(tree: MathNode, text: string): void {
  const open: { readonly tree: MathNode; readonly level: number }[] = [{ tree, level: 0 }]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { tree: part, level } = next
    if (level > 3 * maxLevels) throw tooDeep(text)
    for (const child of childrenOf(part))
      open.push({ tree: child, level: isChained(part, child) ? level : level + 1 })
  }
}

/** Whether a sum is the operand of a sum, or a product of a product. */
function isChained(tree: MathNode, operand: MathNode): boolean {
  if (!isTree(tree, "OperatorNode") || !isTree(operand, "OperatorNode")) return false
  return tree.op === operand.op && (tree.op === "+" || tree.op === "*") && tree.args.length === 2
}

function childrenOf(tree: MathNode): MathNode[] {
  const children: MathNode[] = []
  tree.forEach((child) => children.push(child))
  return children
}

/** A part of an expression for a message; a long one is only hinted at. */
export function shown(tree: MathNode): string {
  const open = [tree]
  for (let i = 0; i < open.length && i <= 50; i++) open.push(...childrenOf(open[i]!).slice(0, 51))
  if (open.length <= 50) return abbreviated(tree.toString())
  return isTree(tree, "FunctionNode") ? `${tree.fn.name}(…)` : "one of its parts"
}

function describeSyntaxError(text: string, error: unknown): string {
  const { message, char } = error as { message: string; char?: number }
  const reason = abbreviated(message.replace(/\s*\(char \d+\)$/, "")) + nameHint(text, char)
  if (char === undefined) return `cannot parse the quorum expression ${abbreviated(text)}: ${reason}.`
  const from = Math.max(0, char - 1 - maxContext)
  const part = text.slice(from, char + maxContext).replaceAll(/\s/g, " ")
  const [before, after] = [from > 0 ? "… " : "", char + maxContext < text.length ? " …" : ""]
  return (
    `cannot parse the quorum expression at character ${char}: ${reason}.\n` +
    `  ${before}${part}${after}\n  ${" ".repeat(before.length + char - 1 - from)}^`
  )
}

/** Characters shown on either side of the one an error points at. */
const maxContext = 100

/** The letters that mathjs takes for names are not all there are: 节点1 is a node once it is in quotes. */
function nameHint(text: string, char: number | undefined): string {
  const rest = char === undefined ? "" : text.slice(char - 1)
  const name = /^[^\s()[\]*+,;:"']+/.exec(rest)?.[0]
  return name === undefined || !/^[^\p{ASCII}]/u.test(name)
    ? ""
    : `; put such a name in double quotes, ${JSON.stringify(abbreviated(name, 60))}`
}

/** Calls a family by name with arguments from text; unknown names and wrong arities say what there is. */
export function callFamily(
  catalogue: Catalogue,
  id: string,
  args: readonly Argument[],
): Denotation & { kind: "system" } {
  const family = catalogue.get(id)
  if (family === undefined) throw new UsageError(unknownFamily(catalogue, id))
  const call = signature(family)
  refuseWrongArity(family, args, call)
  const values = args.map((argument, i) => readArgument(parameterAt(family, i)!, argument, call))
  const shown = values.map((value, i) => parameterAt(family, i)!.show(value))
  // The parameters have read values of the types that the formulas take.
  return { kind: "system", parts: partsOf(family, values as never[]), text: `${id}(${shown.join(", ")})` }
}

/** The system a value denotes; a formula stands for itself in phase 1 and its dual in phase 2. */
export function systemFrom(value: Denotation): QuorumSystem {
  const parts = value.kind === "system" ? value.parts : { phase1: value.expr }
  return quorumSystem(parts, value.text)
}

function unknownFamily(catalogue: Catalogue, id: string): string {
  const listed = [...catalogue.values()].map((family) => signature(family))
  return `${describeUnknown("quorum system", abbreviated(id), catalogue.keys(), listed)} Expressions such as a*b + c*d or choose(2, a, b, c) are valid too.`
}

function refuseWrongArity(family: AnyFamily, args: readonly Argument[], call: string): void {
  // Only a family whose last parameter takes the rest has a parameter at every place.
  const max = parameterAt(family, Infinity) === undefined ? family.parameters.length : Infinity
  const min = family.parameters.filter(({ optional }) => optional !== true).length
  if (args.length >= min && args.length <= max) return
  const given = args.length === 0 ? "none was" : args.length === 1 ? "one was" : `${args.length} were`
  const wanted = min === max ? String(max) : max === Infinity ? `${min} or more` : `${min} to ${max}`
  throw new UsageError(
    `${call} takes ${wanted} argument${max === 1 ? "" : "s"}; ` +
      `${given} given: ${abbreviated(`${family.id}(${args.map(showArgument).join(", ")})`)}. ` +
      `For example ${family.examples[0] ?? call}.`,
  )
}
