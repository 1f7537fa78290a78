import { runCli } from "../../src/cli/program.ts"
import type { Io } from "../../src/cli/shared/context.ts"

/** What a command printed and how it ended. */
export interface Heard {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs a command line in this process, without a terminal, and listens. */
export async function quorate(...args: readonly string[]): Promise<Heard> {
  return quorateOn({}, ...args)
}

/** The same, on a terminal of the given kind. */
export async function quorateOn(terminal: Partial<Io>, ...args: readonly string[]): Promise<Heard> {
  const heard = { out: "", err: "" }
  const io: Io = {
    out: (text) => (heard.out += typeof text === "string" ? text : Buffer.from(text).toString("latin1")),
    err: (text) => (heard.err += text),
    outIsTerminal: false,
    errIsTerminal: false,
    width: 80,
    color: false,
    ...terminal,
  }
  return { code: await runCli(args, io), ...heard }
}
