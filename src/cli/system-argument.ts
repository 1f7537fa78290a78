import { catalogue } from "../../quorums/index.ts"
import { readPlainCall } from "../quorum/call.ts"
import type { QuorumSystem } from "../quorum/system.ts"

/** The quorum system of an argument. The parser of expressions is imported only where a pattern is not enough. */
export async function readSystem(text: string): Promise<QuorumSystem> {
  return readPlainCall(text, catalogue) ?? (await import("../../quorums/from-text.ts")).quorumSystemFrom(text)
}
