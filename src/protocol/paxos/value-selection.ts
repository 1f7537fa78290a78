import type { Epoch, QuorumPlan } from "../../quorum/plan.ts"
import type { Answers, Choice } from "./answers.ts"
import { possibleByEpoch } from "./possible-by-epoch.ts"
import { possibleAfterFastEpoch, possibleInFastPaxos } from "./possible-fast.ts"
import { printedCounting } from "./possible-printed.ts"
import { possibleValues } from "./possible-values.ts"
import type { ValueRule } from "./variant.ts"

/** The value rules that look at every answer; `greatest` needs only the greatest proposal, which the proposer keeps. */
export function valueRule(
  rule: Exclude<ValueRule, "greatest">,
  plan: QuorumPlan,
  shared: (epoch: Epoch) => boolean,
): (answers: Answers) => Choice {
  switch (rule) {
    case "quorums":
      return possibleValues(plan)
    case "quorums-by-epoch":
      return possibleByEpoch(plan, shared)
    case "multi-path":
      return possibleAfterFastEpoch(plan, "corrected")
    case "printed-multi-path":
      return possibleAfterFastEpoch(plan, "printed")
    case "fast":
      return possibleInFastPaxos(plan)
    case "printed-counting":
      return printedCounting(plan)
  }
}
