import { type LogSetup, logDefaults } from "../src/run/log-settings.ts"
import { planFrom } from "../src/run/from-text.ts"
import { latencyNamed } from "./data/latencies.ts"

/** A replicated log by the texts of its system and latency, and what differs from the usual. */
export function logSetupFrom(system: string, latency: string, more: Partial<LogSetup> = {}): LogSetup {
  return { ...logDefaults, plan: planFrom(system), latency: latencyNamed(latency, more), ...more }
}

/** Microseconds as milliseconds; what is not there counts as a mistake of the experiment, and NaN is refused by its columns. */
export function ms(micros: number | null): number {
  return micros === null ? NaN : micros / 1000
}
