import { parseSystem } from "../src/quorum/notation/parse.ts"
import { parsePlan } from "../src/quorum/notation/plan.ts"
import type { QuorumPlan } from "../src/quorum/plan.ts"
import type { QuorumSystem } from "../src/quorum/system.ts"
import { catalogue } from "./index.ts"

/** The quorum system of a text such as `majority(5)`, with every family of this folder. Errors name the position. */
export function quorumSystemFrom(text: string): QuorumSystem {
  return parseSystem(text, catalogue)
}

/** The quorum plan of a text such as `0: rowa(3); 1..: majority(3)`, or of one system for all epochs. */
export function quorumPlanFrom(text: string): QuorumPlan {
  return parsePlan(text, catalogue)
}
