import type { MathNode } from "mathjs"
import { LimitError, UsageError } from "../../base/errors.ts"
import { type Verdict, unknown, violated } from "../../base/verdict.ts"
import { abbreviated } from "../../base/text.ts"
import { wholeNumberOf } from "../notation/arithmetic.ts"
import type { Catalogue } from "../define.ts"
import type { Effort } from "./intersect.ts"
import { parsePlan } from "../notation/plan.ts"
import type { Requirement, RequirementWitness } from "./requirement.ts"
import { parseTree } from "../notation/parse.ts"

/** A variable of a rule, and the text of the numbers it runs over: "1..100", "3, 5, 7", "1..n". */
export interface RuleVariable {
  readonly name: string
  readonly numbers: string
}

/** What came of a rule for one choice of its variables. */
export interface RuleCase {
  readonly values: ReadonlyMap<string, number>
  /** The plan it makes, such as "simple(5, 3, 2)"; nothing where it makes none. */
  readonly plan: string | undefined
  /** A rule that yields no system for these numbers is violated too, with the reason in `because`. */
  readonly verdict: Verdict<RequirementWitness | undefined>
}

/** All cases of a rule. Throws the first error if the text yields a system for no numbers. */
export function ruleCases(...[text, ...rest]: Parameters<typeof checkRule>): RuleCase[] {
  const cases = [...checkRule(text, ...rest)]
  const [first] = cases
  if (first === undefined)
    throw new UsageError(
      `the variables of the rule ${abbreviated(text)} have no values: ${rest[0].map(({ name, numbers }) => `${name}=${abbreviated(numbers)}`).join(", ")}; ranges ascend, as in n=1..100.`,
    )
  if (cases.every(({ plan }) => plan === undefined))
    throw new UsageError(first.verdict.because + unboundHint(text, first.values))
  return cases
}

/** Names of a rule that are not given numbers: nodes, or variables that were forgotten. */
function unboundHint(text: string, values: RuleCase["values"]): string {
  const words = text.match(/"[^"]*"|[A-Za-z]\w*(?:\s*\()?/g) ?? []
  const names = [...new Set(words)].filter(
    (word) => !word.startsWith('"') && !word.endsWith("(") && !values.has(word),
  )
  if (names.length === 0) return ""
  return `\nwithout --for in the rule: ${abbreviated(names.join(", "))}; add, for example, --for ${abbreviated(names[0]!)}=1..9.`
}

/** How a rule is checked. */
export interface RuleOptions {
  readonly effort?: Effort
  /** Called after each case. */
  readonly progress?: (done: number, cases: number) => void
}

/** More cases than this are taken for a slip of the keyboard. */
const maxCases = 100_000

/**
 * Checks a rule for quorum sizes, such as `simple(n, n/2 + 1, n/2)`, for all values of its variables,
 * the last variable fastest: which of them yield quorums that do not intersect? Quorum sizes computed by
 * a formula are a frequent class of bugs, most often at even n, at n = 1, or where a division was
 * rounded.
 *
 * The cases are generated lazily. Arithmetic is that of `arithmetic.ts`; ranges of later variables may
 * depend on earlier ones.
 */
export function* checkRule(
  text: string,
  variables: readonly RuleVariable[],
  requirement: Requirement,
  catalogue: Catalogue,
  { effort, progress = () => undefined }: RuleOptions = {},
): Generator<RuleCase> {
  const twice = variables.find(({ name }, i) => variables.findIndex((other) => other.name === name) !== i)
  if (twice !== undefined)
    throw new UsageError(
      `the variable ${twice.name} of the rule has two ranges; give it one: --for ${twice.name}=1..9, or a list such as ${twice.name}=3,5,7.`,
    )
  // Counted before any is checked: an excessive range of the last variable is refused immediately, not
  // after an hour of cases.
  const all = assignments(variables)
  for (const [i, values] of all.entries()) {
    yield checkCase(text, values, requirement, catalogue, effort)
    progress(i + 1, all.length)
  }
}

/** Reads "n=1..100", "n=3,5,7" or "k=1..n". */
export function parseRuleVariable(text: string): RuleVariable {
  const [, name, numbers] = /^\s*([A-Za-z]\w*)\s*=(.*)$/.exec(text) ?? []
  if (name === undefined || numbers === undefined || numbers.trim() === "") {
    throw new UsageError(
      `${abbreviated(text.trim())} is not a variable and its values; try n=1..100 or n=3,5,7.`,
    )
  }
  const [, from, to] = /^\s*(\d+)\s*-\s*(\d+)\s*$/.exec(numbers) ?? []
  // As arithmetic this would be -99, which is never intended.
  if (from !== undefined && to !== undefined && Number(from) < Number(to)) {
    throw new UsageError(
      `${abbreviated(text.trim())} is a difference; write a range as ${name}=${from}..${to}.`,
    )
  }
  return { name, numbers }
}

function checkCase(
  text: string,
  values: ReadonlyMap<string, number>,
  requirement: Requirement,
  catalogue: Catalogue,
  effort: Effort | undefined,
): RuleCase {
  try {
    const plan = parsePlan(text, catalogue, values)
    return { values, plan: plan.name, verdict: requirement.check(plan, effort) }
  } catch (error) {
    // Part of the finding where it depends on the numbers; the caller sees it with them.
    if (!(error instanceof UsageError)) throw error
    const { message } = error
    // A limit of this program is none of the rule.
    const verdict = error instanceof LimitError ? unknown(message) : violated(undefined, message)
    return { values, plan: undefined, verdict }
  }
}

/** All choices of numbers for the variables, the last fastest; those of one may depend on earlier ones. */
function assignments(variables: readonly RuleVariable[]): readonly ReadonlyMap<string, number>[] {
  let all: readonly ReadonlyMap<string, number>[] = [new Map()]
  for (const variable of variables) {
    const ranges = rangesOf(variable)
    const next: ReadonlyMap<string, number>[] = []
    let empty = 0
    for (const values of all) {
      for (const range of ranges) {
        const before = next.length
        for (const value of numbersIn(range, values)) {
          refuseManyCases(next.length + empty + 1)
          next.push(new Map([...values, [variable.name, value]]))
        }
        // Empty ranges take time too.
        if (next.length === before) refuseManyCases(next.length + ++empty)
      }
    }
    all = next
  }
  return all
}

function refuseManyCases(cases: number): void {
  if (cases <= maxCases) return
  throw new UsageError(`the rule has more than ${maxCases} cases; choose smaller ranges for its variables.`)
}

/** "1..n", or one number. */
interface NumberRange {
  readonly from: MathNode
  readonly to?: MathNode
}

function rangesOf({ name, numbers }: RuleVariable): NumberRange[] {
  return numbers.split(",").map((item) => {
    const [from, to, ...more] = item.split("..")
    if (from === undefined || from.trim() === "" || to?.trim() === "" || more.length > 0) {
      throw new UsageError(
        `${name}=${abbreviated(numbers)} is not a list of numbers and ranges; try ${name}=1..100.`,
      )
    }
    return { from: parseTree(from), ...(to !== undefined && { to: parseTree(to) }) }
  })
}

function* numbersIn({ from, to }: NumberRange, values: ReadonlyMap<string, number>): Generator<number> {
  const first = wholeNumberOf(from, values)
  const last = to === undefined ? first : wholeNumberOf(to, values)
  for (let value = first; value <= last; value++) yield value
}
