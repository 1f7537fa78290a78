import type { MathNode } from "mathjs"
import { LimitError, UsageError } from "../../base/errors.ts"
import { type Catalogue, parameterAt } from "../define.ts"
import { commonDivisor } from "../expression.ts"
import { type SyntaxTree, flattenOperator, isTree, parseTree, shown } from "./parse.ts"

/** What the variables of a rule stand for. */
export type Bindings = ReadonlyMap<string, number>

/**
 * The syntax tree with its arithmetic evaluated: in `simple(n, n/2 + 1, n/2)` the arguments become
 * numbers once n is bound.
 *
 * Arithmetic consists of numbers, bound variables, + - * / % ^, parentheses and floor(), ceil(), min(),
 * max(). `/` is floor division, as in the systems code that such rules are copied from: 5/2 is 2. Inside
 * floor() and ceil() it is exact, so that ceil(3*n/4) is ⌈3n/4⌉.
 *
 * Where a formula stands, `+` and `*` are gates: in `split(1*6, 2*3)` nothing is
 * multiplied, and a variable there is the node of its number.
 */
export function bindVariables(tree: MathNode, bindings: Bindings, catalogue: Catalogue): MathNode {
  return bindPart(tree, "formula", { bindings, catalogue })
}

/** What a place of the notation holds: a formula, or numbers and lists of names, in which all operators are arithmetic. */
type Place = "formula" | "number"

interface Scope {
  readonly bindings: Bindings
  readonly catalogue: Catalogue
}

function bindPart(tree: MathNode, place: Place, scope: Scope): MathNode {
  if (isTree(tree, "ConstantNode")) return tree
  if (isTree(tree, "FunctionNode") && !isArithmeticFunction(tree.fn.name)) return bindCall(tree, place, scope)
  const isGate = place === "formula" && holdsGate(tree)
  const value = isGate ? undefined : evaluate(tree, scope.bindings, false)
  if (value !== undefined) return parseTree(String(toNumber(value, tree)))
  if (isGate) return bindGate(tree, place, scope)
  return tree.map((part) => bindPart(part, place, scope))
}

/** A sum or product with its operands bound, without recursion along its chain of operators. */
function bindGate(tree: MathNode, place: Place, scope: Scope): MathNode {
  const spine: MathNode[] = []
  let left = tree
  while (isTree(left, "OperatorNode") && (left.op === "+" || left.op === "*") && left.args.length === 2) {
    spine.push(left)
    left = left.args[0]!
  }
  if (spine.length === 0) return tree.map((part) => bindPart(part, place, scope))
  return spine.reduceRight<MathNode>(
    (bound, gate) => {
      const [first] = (gate as SyntaxTree["OperatorNode"]).args
      return gate.map((part) => (part === first ? bound : bindPart(part, place, scope)))
    },
    bindPart(left, place, scope),
  )
}

/** Whether `+` or `*` is at the root of an expression. */
function holdsGate(tree: MathNode): boolean {
  if (isTree(tree, "ParenthesisNode")) return holdsGate(tree.content)
  return isTree(tree, "OperatorNode") && (tree.op === "+" || tree.op === "*")
}

/** A call with its arguments bound, each by what the parameter in its place takes. */
function bindCall(tree: SyntaxTree["FunctionNode"], place: Place, scope: Scope): MathNode {
  const { name } = tree.fn
  const family = scope.catalogue.get(name)
  if (place === "number" && family === undefined)
    throw new UsageError(
      `unknown function "${name}" in ${shown(tree)}; the functions of a rule are ${arithmeticFunctions.join(", ")}.`,
    )
  const numbers = { choose: 1, weightedChoose: 2 }[name] ?? 0
  const bound = tree.args.map((argument, i) => {
    const takesFormula = family === undefined ? i >= numbers : parameterAt(family, i)?.takesFormula === true
    return bindPart(argument, takesFormula ? "formula" : "number", scope)
  })
  const places = new Map(tree.args.map((argument, i) => [argument, bound[i]!]))
  return tree.map((part) => places.get(part) ?? part)
}

/** The functions of arithmetic. */
const arithmeticFunctions: readonly string[] = ["floor", "ceil", "min", "max"]

const isArithmeticFunction = (name: string): boolean => arithmeticFunctions.includes(name)

/** The whole number a tree comes to; what is not arithmetic, or not whole, is a UsageError. */
export function wholeNumberOf(tree: MathNode, bindings: Bindings): number {
  const value = evaluate(tree, bindings, false)
  if (value?.denominator !== 1) {
    throw new UsageError(
      `${shown(tree)} is not a whole number; write numbers, variables, + - * / % ^, floor() and ceil().`,
    )
  }
  return value.numerator
}

/** A fraction in lowest terms, its denominator positive. */
interface Fraction {
  readonly numerator: number
  readonly denominator: number
}

/** The value of a tree, or nothing where it is not arithmetic. `exact` keeps the remainders of divisions. */
function evaluate(tree: MathNode, bindings: Bindings, exact: boolean): Fraction | undefined {
  if (isTree(tree, "ParenthesisNode")) return evaluate(tree.content, bindings, exact)
  if (isTree(tree, "ConstantNode")) return typeof tree.value === "number" ? decimal(tree.value) : undefined
  if (isTree(tree, "SymbolNode")) {
    const value = bindings.get(tree.name)
    return value === undefined ? undefined : fraction(value, 1)
  }
  if (isTree(tree, "FunctionNode")) return applyFunction(tree, bindings, exact)
  if (!isTree(tree, "OperatorNode")) return undefined
  // Sums and products of thousands are nested as deeply; from the left, as written.
  const isChain = tree.args.length === 2 && (tree.op === "+" || tree.op === "*")
  const parts = isChain ? flattenOperator(tree) : tree.args
  const operands = parts.map((argument) => evaluate(argument, bindings, exact))
  if (!operands.every((operand) => operand !== undefined)) return undefined
  const [first, ...others] = operands
  if (others.length === 0) return operate(tree, operands, exact)
  return others.reduce<Fraction | undefined>(
    (value, operand) => value && operate(tree, [value, operand], exact),
    first,
  )
}

function applyFunction(
  tree: SyntaxTree["FunctionNode"],
  bindings: Bindings,
  exact: boolean,
): Fraction | undefined {
  const name = tree.fn.name
  const rounds = name === "floor" || name === "ceil"
  if (!rounds && name !== "min" && name !== "max") return undefined
  const values = tree.args.map((argument) => evaluate(argument, bindings, exact || rounds))
  if (values.length === 0 || !values.every((value) => value !== undefined)) return undefined
  if (!rounds) {
    // Doubles only choose which argument it is; the exact fraction is what is returned.
    const quotients = values.map(({ numerator, denominator }) => numerator / denominator)
    return values[quotients.indexOf(Math[name](...quotients))]
  }
  // floor(a, b) is not arithmetic here: mathjs reads a second argument as a number of decimals.
  const [value, ...others] = values
  if (value === undefined || others.length > 0) return undefined
  return fraction(name === "floor" ? floorOf(value) : -floorOf({ ...value, numerator: -value.numerator }), 1)
}

/** The greatest whole number not above a fraction; exact, as a division of doubles would not be. */
function floorOf({ numerator, denominator }: Fraction): number {
  const rest = ((numerator % denominator) + denominator) % denominator
  return (numerator - rest) / denominator
}

function operate(
  tree: SyntaxTree["OperatorNode"],
  [a, b]: readonly Fraction[],
  exact: boolean,
): Fraction | undefined {
  if (a === undefined) return undefined
  if (b === undefined) return tree.op === "-" ? fraction(-a.numerator, a.denominator) : undefined
  switch (tree.op) {
    case "+":
      return fraction(
        a.numerator * b.denominator + b.numerator * a.denominator,
        a.denominator * b.denominator,
      )
    case "-":
      return fraction(
        a.numerator * b.denominator - b.numerator * a.denominator,
        a.denominator * b.denominator,
      )
    case "*":
      return fraction(a.numerator * b.numerator, a.denominator * b.denominator)
    case "/":
    case "%":
      return divide(tree, a, b, exact)
    case "^":
      // A root or a reciprocal is never a number of nodes.
      return b.denominator === 1 && b.numerator >= 0
        ? fraction(a.numerator ** b.numerator, a.denominator ** b.numerator)
        : undefined
    default:
      return undefined
  }
}

/** `%` is the rest that goes with floor division, so that (a/b)·b + a%b is a, also where a is negative. */
function divide(tree: SyntaxTree["OperatorNode"], a: Fraction, b: Fraction, exact: boolean): Fraction {
  if (b.numerator === 0) throw new UsageError(`${shown(tree)} divides by zero.`)
  const quotient = fraction(a.numerator * b.denominator, a.denominator * b.numerator)
  const whole = floorOf(quotient)
  if (tree.op === "/") return exact ? quotient : fraction(whole, 1)
  return fraction(
    a.numerator * b.denominator - whole * b.numerator * a.denominator,
    a.denominator * b.denominator,
  )
}

/**
 * In lowest terms. Beyond 2^53 a double does not distinguish neighbouring integers, and rules are
 * checked for sizes that are off by one: larger numbers are an error.
 */
function fraction(numerator: number, denominator: number): Fraction {
  if (!Number.isSafeInteger(numerator) || !Number.isSafeInteger(denominator)) {
    throw new LimitError("a number in the rule exceeds 2^53; numbers must be at most 2^53.")
  }
  // Not by division alone: −0 would be printed.
  if (numerator === 0) return { numerator: 0, denominator: 1 }
  const divisor = commonDivisor([Math.abs(numerator), Math.abs(denominator)]) * Math.sign(denominator)
  return { numerator: numerator / divisor, denominator: denominator / divisor }
}

/** 0.75 is 3/4, as written. */
function decimal(value: number): Fraction {
  const [, digits = ""] = String(value).split(".")
  const scale = 10 ** digits.length
  return fraction(Math.round(value * scale), scale)
}

function toNumber({ numerator, denominator }: Fraction, part: MathNode): number {
  if (denominator === 1) return numerator
  throw new UsageError(
    `${shown(part)} comes to ${numerator}/${denominator}; round it with floor() or ceil().`,
  )
}
