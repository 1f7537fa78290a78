import { parseSystem } from "../src/quorum/notation.ts"
import type { QuorumSystem } from "../src/quorum/system.ts"
import { catalogue } from "./index.ts"

/** The quorum system of a text such as `majority(5)`, with every family of this folder. Errors name the position. */
export function quorumSystemFrom(text: string): QuorumSystem {
  return parseSystem(text, catalogue)
}
