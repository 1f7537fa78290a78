import { UsageError } from "../../base/errors.ts"
import { type UserFile, defaultExportOf, userFile } from "../execution/user-module.ts"
import { type Protocol, settingsOf, whatIsMissing } from "../../run/protocol.ts"
import { type LogProtocol, isLogProtocol, whatIsMissingOfLog } from "../../run/log-protocol.ts"
import { logProtocolNamed, protocolNamed } from "../../run/protocols/index.ts"
import { readSetting } from "../../run/setting.ts"

/** The protocol of an argument: one by its id, or a file of the user's own, whose code runs because it is named. */
export async function readProtocol(text: string): Promise<Protocol> {
  return isProtocolFile(text) ? protocolFrom(text) : protocolNamed(text)
}

/** The protocol of a replicated log of an argument, likewise. */
export async function readLogProtocol(text: string): Promise<LogProtocol> {
  return isProtocolFile(text) ? loadLogProtocol(protocolFile(text), text) : logProtocolNamed(text)
}

/** Whether a text names a file and not a protocol. */
export const isProtocolFile = (text: string): boolean => /\.[cm]?[jt]s$/i.test(text)

const protocolFrom = async (path: string): Promise<Protocol> => loadProtocol(protocolFile(path), path)

/** The file of a protocol of the user's own, as it is now. */
export function protocolFile(path: string): UserFile {
  return userFile(path, "A protocol", "defineProtocol")
}

/** The protocol of such a file; errors call it by `called`. */
export async function loadProtocol(file: UserFile, called = file.path): Promise<Protocol> {
  const value = await loadAnyProtocol(file, called)
  if (!isLog(value)) return value
  throw new UsageError(`${called} is a replicated log: quorate log and quorate swarm run it.`)
}

/** The protocol of a log of such a file. */
export async function loadLogProtocol(file: UserFile, called = file.path): Promise<LogProtocol> {
  const value = await loadAnyProtocol(file, called)
  if (isLog(value)) return value
  throw new UsageError(`${called} is no replicated log: quorate simulate and quorate explore run it.`)
}

/** The protocol of either kind of such a file. */
export async function loadAnyProtocol(file: UserFile, called = file.path): Promise<Protocol | LogProtocol> {
  const value = await defaultExportOf(file)
  return isLog(value) ? checkedLog(value, called) : checked(value, called)
}

const isLog = (value: unknown): value is Partial<LogProtocol> =>
  typeof value === "object" && value !== null && isLogProtocol(value)

function checkedLog(value: Partial<LogProtocol>, path: string): LogProtocol {
  const missing = whatIsMissingOfLog(value)
  if (missing === undefined) return value as LogProtocol
  throw new UsageError(
    `${path} ${missing} It needs: export default defineLogProtocol({ id, about, reference, requirements, cluster, messageTypes, bytes, safety }).`,
  )
}

function checked(value: unknown, path: string): Protocol {
  const isObject = typeof value === "object" && value !== null
  const missing = isObject ? whatIsMissing(value) : "has no default export that is a protocol."
  if (missing === undefined) return value as Protocol
  throw new UsageError(
    `${path} ${missing} It needs: export default defineProtocol({ id, about, reference, cluster, messages, facts, properties }); ` +
      "docs/adding.md has a complete example.",
  )
}

/** The settings of a protocol that `--set name=value` gives, as values. */
export function readAssignments(
  protocol: Pick<Protocol, "id" | "settings">,
  assignments: readonly string[],
): Readonly<Record<string, unknown>> {
  const table = settingsOf(protocol)
  return Object.fromEntries(
    assignments.map((text) => {
      const at = text.indexOf("=")
      if (at < 1) {
        throw new UsageError(`--set is ${text}; must be a setting and its value, such as --set window=3.`)
      }
      const key = text.slice(0, at)
      if (Object.hasOwn(table, key)) return [key, readSetting(table[key]!, text.slice(at + 1), key)]
      const known = Object.keys(table)
      throw new UsageError(
        `${key} is no setting of ${protocol.id}; it has ${known.length === 0 ? "none" : known.join(", ")}.`,
      )
    }),
  )
}
