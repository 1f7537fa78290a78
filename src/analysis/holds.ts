import { type Formula, childWeight, weightOf } from "./formula.ts"

/** Whether a formula holds when live[x] tells of every position x whether it is in the set. Cost: linear. */
export function holdsOn(formula: Formula, live: readonly boolean[]): boolean {
  if (formula.kind === "leaf") return live[formula.position] === true
  const { need, children } = formula
  let reached = 0
  let left = weightOf(formula)
  if (need <= 0) return true
  for (let i = 0; i < children.length && reached + left >= need; i++) {
    const weight = childWeight(formula, i)
    left -= weight
    if (holdsOn(children[i]!, live)) reached += weight
    if (reached >= need) return true
  }
  return false
}
