import type { Command } from "commander"
import { UsageError } from "../../base/errors.ts"
import type { LogProtocol } from "../../run/log-protocol.ts"
import { settingsOf } from "../../run/protocol.ts"
import { logProtocols, logTable } from "../../run/protocols/index.ts"
import { leastLoadStrategy } from "../../run/drawn-quorums.ts"
import { type LogSetup, logSettings } from "../../run/log-settings.ts"
import { type ValuesOf, defaultsOf, flagOf, refuseIdle } from "../../run/setting.ts"
import { readLatency } from "../shared/latency-argument.ts"
import { readAssignments } from "../shared/protocol-argument.ts"
import { settingsFrom } from "../shared/setting-options.ts"
import { readPlan } from "../shared/system-argument.ts"

/** What the flags of `quorate log` say of a setup. */
export interface LogFlags extends ValuesOf<typeof logSettings> {
  readonly latency: string
  readonly set: readonly string[]
}

/** Refuses flags of settings that another log has. */
export function refuseForeignSettings(command: Command, protocol: LogProtocol): void {
  const table = logTable(protocol)
  const foreign = Object.keys(logSettings).find(
    (key) => !Object.hasOwn(table, key) && command.getOptionValueSource(key) === "cli",
  )
  if (foreign === undefined) return
  const owners = logProtocols.filter((one) => Object.hasOwn(logTable(one), foreign)).map(({ id }) => id)
  throw new UsageError(
    `${flagOf(foreign)} is not a setting of ${protocol.id}; it requires --protocol ${owners.join(" or ")}.`,
  )
}

/** The setup that the flags of `quorate log` describe. */
export async function readLogSetup(
  protocol: LogProtocol,
  system: string,
  flags: LogFlags,
): Promise<LogSetup> {
  const plan = await readPlan(system)
  const settings = {
    ...defaultsOf(settingsOf(protocol)),
    ...settingsFrom(logSettings, { ...flags }),
    ...readAssignments(protocol, flags.set),
  }
  const latency = readLatency(flags.latency, flags)
  refuseIdle(logTable(protocol), { ...settings, latency })
  return {
    ...settings,
    plan,
    latency,
    ...(flags.quorumSelection === "strategy" && { strategy: await leastLoadStrategy(plan, 0) }),
  }
}
