import { UsageError, didYouMean } from "../../base/errors.ts"
import type { Protocol } from "../protocol.ts"
import { paxos } from "./paxos.ts"

/** Every protocol that `--protocol` knows by name. */
export const protocols: readonly Protocol[] = [paxos]

/** The protocol of that name; a UsageError names those there are. */
export function protocolNamed(id: string): Protocol {
  const found = protocols.find((protocol) => protocol.id === id)
  if (found !== undefined) return found
  const known = protocols.map((protocol) => protocol.id)
  throw new UsageError(
    `There is no protocol ${id}.${didYouMean(id, known)} Protocols: ${known.join(", ")}; or a file of your own, such as ./mine.ts.`,
  )
}
