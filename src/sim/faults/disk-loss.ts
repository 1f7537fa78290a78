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

/** The writes under way at a crash that are on the disk after all; tells the names of what was lost. */
export function survivingStores<Message, Stored, Report>(
  process: Pick<Running<Message, Stored, Report>, "pending" | "pendingHead" | "follows">,
  loss: DiskLoss,
  random: Random,
  onFault: ((name: string) => void) | undefined,
): readonly Stored[] {
  onFault?.("crash")
  if (loss === "lost") onFault?.("disk-lost")
  const waiting = waitingStores(process)
  if (waiting.length > 0) onFault?.(`unsynced-${loss}`)
  return survivors(waiting, loss, process.follows, random)
}

/** Which of the writes under way are on the disk after all. */
function survivors<Stored>(
  waiting: readonly Stored[],
  loss: DiskLoss,
  follows: (record: Stored) => boolean,
  random: Random,
): readonly Stored[] {
  // The torn one is at the end of what was written, and is recognised and dropped.
  if (loss === "torn" && waiting.length > 0) return waiting.slice(0, random.below(waiting.length))
  if (loss !== "partial") return []
  // A record that stands for earlier ones survives only with all of them: disks reorder
  // writes, not what waits for them.
  let complete = true
  return waiting.filter((record) => {
    const survives = random.below(2) === 0 && (complete || !follows(record))
    complete &&= survives
    return survives
  })
}
