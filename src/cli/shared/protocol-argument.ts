import { UsageError } from "../../base/errors.ts"
import { type Protocol, whatIsMissing } from "../../run/protocol.ts"
import { protocolNamed } from "../../run/protocols/index.ts"

/** The protocol of an argument: one by its id, or a file of the user's own, whose code runs because it is named. */
export async function readProtocol(text: string): Promise<Protocol> {
  return isProtocolFile(text) ? protocolFrom(text) : protocolNamed(text)
}

/** Whether a text names a file and not a protocol. */
export const isProtocolFile = (text: string): boolean => /\.[cm]?[jt]s$/i.test(text)

async function protocolFrom(path: string): Promise<Protocol> {
  const { defaultExportOf, userFile } = await import("../execution/user-module.ts")
  const value = await defaultExportOf(userFile(path, "A protocol", "defineProtocol"))
  return checked(value, path)
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
