import { UsageError } from "../base/errors.ts"
import type { Micros } from "../protocol/actor.ts"

/** More events than this at one instant are taken for a loop that takes no time. */
export const mostAtOnce = 10_000_000

/** What to say of it. */
export function timeStandsStill(now: Micros): UsageError {
  return new UsageError(
    `After ${now} µs, ${mostAtOnce} events happened without any time passing: something repeats and costs none, ` +
      "such as clients beside their leader that ask again at once. Give them a think time, or messages a latency.",
  )
}
