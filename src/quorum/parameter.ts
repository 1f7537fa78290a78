import { UsageError } from "../base/errors.ts"
import { abbreviated } from "../base/text.ts"
import { type NodeId, type QuorumExpr, formatExpr, formatNode, node } from "./expression.ts"
import type { SystemParts } from "./system.ts"

/**
 * What an argument can be before a parameter reads it: a number, a name, a
 * list, or the value of an expression.
 */
export type Argument = number | string | readonly Argument[] | Denotation

/** The value of an expression: a formula, or a system with a formula for each phase; and how to write it. */
export type Denotation = { readonly text: string } & (
  | { readonly kind: "formula"; readonly expr: QuorumExpr }
  | { readonly kind: "system"; readonly parts: SystemParts }
)

/**
 * The value of a formula. Its text is formatted at first use: inner formulas are not formatted again for
 * every gate around them.
 */
export function formulaValue(expr: QuorumExpr): Denotation & { kind: "formula" } {
  return {
    kind: "formula",
    expr,
    get text() {
      return formatExpr(expr)
    },
  }
}

/**
 * One parameter of a family: how its argument is read, and written back.
 *
 * Reading and showing are inverse: `read(parse(show(value)))` is `value`, which is how the name of a
 * system is also the text that rebuilds it.
 */
export interface Parameter<T> {
  readonly name: string
  /** "a positive integer": completes "must be …". */
  readonly what: string
  readonly optional?: boolean
  /** Whether it takes all arguments that are left, at least one; only the last parameter may. */
  readonly rest?: boolean
  /** Whether it takes a formula, in which `+` and `*` are gates and not arithmetic. */
  readonly takesFormula?: boolean
  /** The value of an argument, or nothing where the argument does not fit. */
  read(argument: Argument): T | undefined
  show(value: T): string
}

/** Reads one argument; throws a UsageError if it is invalid. `call` is the family's signature. */
export function readArgument<T>(parameter: Parameter<T>, argument: Argument, call: string): T {
  const value = parameter.read(argument)
  if (value === undefined) {
    throw new UsageError(
      `${call}: ${parameter.name} is ${showArgument(argument)}; must be ${parameter.what}.` +
        letterHint(parameter, argument),
    )
  }
  return value
}

/** A hint for sizes with a letter, which are rules over all its values: use `quorate check --rule`. */
function letterHint(parameter: Parameter<unknown>, argument: Argument): string {
  const isLetters = /^[A-Za-z]\w*$/.test(showArgument(argument))
  if (!isLetters || !parameter.what.endsWith(" integer")) return ""
  return ` A size may hold a letter in a rule: quorate check --rule "fastPaxos(7, k)" --for k=1..7.`
}

/** A number of nodes, rows or votes. */
export function size(name: string): Parameter<number> {
  return {
    name,
    what: "a positive integer",
    read: (argument) => (isSize(argument) ? argument : undefined),
    show: String,
  }
}

/** A number that may be zero: of levels, of faults. */
export function wholeNumber(name: string): Parameter<number> {
  return {
    name,
    what: "a non-negative integer",
    read: (argument) => (argument === 0 || isSize(argument) ? argument : undefined),
    show: String,
  }
}

/** A list of positive whole numbers, such as the votes of each node. */
export function sizes(name: string): Parameter<readonly number[]> {
  return {
    name,
    what: "a list of positive integers, such as [3, 1, 1]",
    read: (argument) =>
      isList(argument) && argument.length > 0 && argument.every(isSize) ? argument : undefined,
    show: (values) => `[${values.join(", ")}]`,
  }
}

/** A list of quorums, each a list of nodes. The empty quorum is allowed: an epoch may skip phase 1. */
export function quorumList(name: string): Parameter<readonly (readonly NodeId[])[]> {
  return {
    name,
    what: "a list of one or more quorums without repeated nodes, such as [[1, 2], [2, 3]]",
    read: (argument) => {
      if (!isList(argument) || argument.length === 0) return undefined
      const lists = argument.map(readNodeList)
      return lists.every((list) => list !== undefined) ? lists : undefined
    },
    show: (lists) => `[${lists.map((list) => `[${list.map(formatNode).join(", ")}]`).join(", ")}]`,
  }
}

/** An expression: a formula over nodes, or a system. */
export function expression(name: string): Parameter<Denotation> {
  return {
    name,
    what: "a quorum expression, such as a*b + c*d or majority(3)",
    takesFormula: true,
    read: asDenotation,
    show: ({ text }) => text,
  }
}

/** The same parameter, which may be left out. */
export function optional<T>(parameter: Parameter<T>): Parameter<T | undefined> {
  return {
    name: parameter.name,
    what: parameter.what,
    ...(parameter.takesFormula === true && { takesFormula: true }),
    optional: true,
    read: (argument) => parameter.read(argument),
    show: (value) => (value === undefined ? "" : parameter.show(value)),
  }
}

/** The same parameter, once for every argument that is left. */
export function rest<T>(parameter: Parameter<T>): Parameter<T> {
  return { ...parameter, rest: true }
}

/** A number or a name in the place of an expression is a node. */
export function asDenotation(argument: Argument): Denotation | undefined {
  if (isList(argument)) return undefined
  if (typeof argument === "object") return argument
  const name = readNode(argument)
  if (name === undefined) return undefined
  return formulaValue(node(name))
}

/** Narrows an argument to a list; `Array.isArray` alone does not tell a readonly array. */
export function isList(argument: Argument): argument is readonly Argument[] {
  return Array.isArray(argument)
}

/** A positive integer that a double holds exactly. */
export function isSize(argument: Argument): argument is number {
  return typeof argument === "number" && Number.isSafeInteger(argument) && argument >= 1
}

/**
 * A node in the place of an argument; a whole number is the node of that name, as in `explicit([[1, 2]],
 * …)`.
 */
function readNode(argument: Argument): NodeId | undefined {
  if (typeof argument === "string") return argument === "" ? undefined : argument
  if (typeof argument === "number") {
    return Number.isSafeInteger(argument) && argument >= 0 ? String(argument) : undefined
  }
  if (isList(argument) || argument.kind !== "formula" || argument.expr.kind !== "node") return undefined
  return argument.expr.node
}

/** A quorum as written; a node listed twice is a slip, not a quorum of fewer. */
function readNodeList(argument: Argument): NodeId[] | undefined {
  if (!isList(argument)) return undefined
  const names = argument.map(readNode)
  if (!names.every((name) => name !== undefined)) return undefined
  return new Set(names).size === names.length ? names : undefined
}

/** An argument as it was written, for messages. */
export function showArgument(argument: Argument): string {
  return abbreviated(written(argument))
}

function written(argument: Argument): string {
  // A list so long is abbreviated anyway.
  if (isList(argument)) return `[${argument.slice(0, 1000).map(written).join(", ")}]`
  if (typeof argument === "object") return argument.text
  return typeof argument === "string" ? formatNode(argument) : String(argument)
}
