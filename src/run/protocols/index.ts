import { UsageError, describeUnknown } from "../../base/errors.ts"
import { defaultProtocol } from "../common-settings.ts"
import { decreeSettings } from "../decree-settings.ts"
import type { LogProtocol } from "../log-protocol.ts"
import { logSettings } from "../log-settings.ts"
import { type Protocol, settingsOf } from "../protocol.ts"
import type { SettingsTable } from "../setting.ts"
import { multiPaxos } from "./multi-paxos.ts"
import { paxos } from "./paxos.ts"

/** Every protocol that `--protocol` knows by name. */
export const protocols: readonly Protocol[] = [paxos]

/** Every protocol of a replicated log: what `quorate log` runs. */
export const logProtocols: readonly LogProtocol[] = [multiPaxos]

/** The log that runs where none is named. */
export const defaultLogProtocol: LogProtocol = logProtocolNamed(defaultProtocol.log)

/** The settings of a single decree that belong to one of these protocols. */
export const ownedSettings: ReadonlySet<string> = new Set(
  protocols.flatMap((protocol) => Object.keys(settingsOf(protocol))),
)

/** The settings that runs of every protocol have: topology, clients, machines, faults. */
export const conditionSettings: SettingsTable = Object.fromEntries(
  Object.entries(decreeSettings).filter(([key]) => !ownedSettings.has(key)),
)

/** The settings of a log that belong to some of these protocols. */
const ownedLogSettings: ReadonlySet<string> = new Set(
  logProtocols.flatMap((protocol) => Object.keys(settingsOf(protocol))),
)

/** The settings that runs of every log have: topology, clients, machines, faults. */
export const logConditionSettings: SettingsTable = Object.fromEntries(
  Object.entries(logSettings).filter(([key]) => !ownedLogSettings.has(key)),
)

/** The settings of the runs of a log: those of every log, and its own; in the order of the help, those without a flag last. */
export function logTable(
  protocol: Pick<LogProtocol, "settings">,
  shared: object = logSettings,
): SettingsTable {
  const own = settingsOf(protocol)
  const kept = Object.entries(shared as SettingsTable).filter(
    ([key]) => !ownedLogSettings.has(key) || Object.hasOwn(own, key),
  )
  return { ...Object.fromEntries(kept), ...own }
}

/** The protocol of a log of that name; a UsageError names those there are. */
export function logProtocolNamed(id: string): LogProtocol {
  const found = logProtocols.find((protocol) => protocol.id === id)
  if (protocols.some((protocol) => protocol.id === id))
    throw new UsageError(`${id} is no replicated log: quorate simulate and quorate explore run it.`)
  return found ?? refuseUnknown(id, logProtocols)
}

/** The protocol of that name; a UsageError names those there are. */
export function protocolNamed(id: string): Protocol {
  const found = protocols.find((protocol) => protocol.id === id)
  if (logProtocols.some((protocol) => protocol.id === id))
    throw new UsageError(`${id} is a replicated log: quorate log and quorate swarm run it.`)
  return found ?? refuseUnknown(id, protocols)
}

function refuseUnknown(id: string, known: readonly { readonly id: string }[]): never {
  throw new UsageError(unknownProtocol(id, known))
}

/** The error for an unknown protocol. */
export function unknownProtocol(id: string, known: readonly { readonly id: string }[]): string {
  const ids = known.map((protocol) => protocol.id)
  return `${describeUnknown("protocol", id, ids)} A file of your own, such as ./mine.ts, is valid too.`
}
