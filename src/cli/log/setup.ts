import { leastLoadStrategy } from "../../run/drawn-quorums.ts"
import { type LogSetup, logSettings } from "../../run/log-settings.ts"
import { type ValuesOf, refuseIdle } from "../../run/setting.ts"
import { readLatency } from "../shared/latency-argument.ts"
import { settingsFrom } from "../shared/setting-options.ts"
import { readPlan } from "../shared/system-argument.ts"

/** What the flags of `quorate log` say of a setup. */
export interface LogFlags extends ValuesOf<typeof logSettings> {
  readonly latency: string
}

/** The setup that the flags of `quorate log` describe. */
export async function readLogSetup(system: string, flags: LogFlags): Promise<LogSetup> {
  const plan = await readPlan(system)
  const settings = settingsFrom(logSettings, { ...flags })
  const latency = readLatency(flags.latency, flags)
  refuseIdle(logSettings, { ...settings, latency })
  return {
    ...settings,
    plan,
    latency,
    ...(flags.quorumSelection === "strategy" && { strategy: await leastLoadStrategy(plan, 0) }),
  }
}
