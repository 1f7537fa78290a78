import type { Random } from "../../base/random.ts"
import type { Output } from "../../protocol/actor.ts"
import type { Running } from "../running.ts"
import type { DiskLoss } from "./fault.ts"

/** The records that a process has asked to be written and that are not durable yet, in order. */
export function waitingStores<Message, Stored, Report>(
  process: Pick<Running<Message, Stored, Report>, "pending" | "pendingHead">,
): Stored[] {
  return process.pending
    .slice(process.pendingHead)
    .flatMap((output: Output<Message, Stored, Report>) =>
      output.type === "store" && output.volatile !== true ? [output.record] : [],
    )
}

/** What is on the disk of a process after a crash, and with it the name of what was lost. */
export function keptAfterCrash<Message, Stored, Report>(
  process: Running<Message, Stored, Report>,
  loss: DiskLoss,
  random: Random,
  onFault: ((name: string) => void) | undefined,
): Stored | undefined {
  const { stored, keep } = process
  onFault?.("crash")
  if (loss === "lost") {
    onFault?.("disk-lost")
    return undefined
  }
  const waiting = waitingStores(process)
  if (waiting.length > 0) onFault?.(`unsynced-${loss}`)
  return survivors(waiting, loss, random).reduce<Stored | undefined>(keep, stored)
}

/** Which of the writes under way are on the disk after all. */
function survivors<Stored>(waiting: readonly Stored[], loss: DiskLoss, random: Random): readonly Stored[] {
  if (loss === "partial") return waiting.filter(() => random.below(2) === 0)
  // The torn one is at the end of what was written, and is recognised and dropped.
  if (loss === "torn" && waiting.length > 0) return waiting.slice(0, random.below(waiting.length))
  return []
}
