import { type Content, describeContent } from "./cell.ts"
import type { Specification } from "./specification.ts"

/** One access of a transaction. A read without a value allows every value. */
export interface Access {
  readonly type: "read" | "write"
  readonly register: string
  readonly value: Content
}

/** The values of the registers that have been written, in the order of their names. */
export type Registers = ReadonlyMap<string, Content>

/**
 * Several registers that a transaction reads and writes atomically. They form one object:
 * the accesses of a transaction cannot be checked per register.
 */
export function multiRegister(
  initial: Content,
): Specification<Registers, readonly Access[], readonly Access[]> {
  return {
    name: "multi-register",
    initial: new Map(),
    step: (registers, input, output) => {
      let now = registers
      for (const { type, register, value } of output ?? input) {
        const held = now.get(register) ?? initial
        if (type === "write") now = written(now, register, value)
        else if (output !== undefined && value !== null && value !== held) return undefined
      }
      return now
    },
    key: (registers) => JSON.stringify([...registers]),
    describe: (input, output) => (output ?? input).map(describeAccess).join(", "),
    describeState: (registers) =>
      [...registers].map(([name, value]) => `${name} = ${describeContent(value)}`).join(", ") ||
      `all are ${describeContent(initial)}`,
  }
}

function written(registers: Registers, register: string, value: Content): Registers {
  const next = new Map(registers).set(register, value)
  return new Map([...next].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function describeAccess({ type, register, value }: Access): string {
  if (type === "write") return `write ${register} ${describeContent(value)}`
  return value === null ? `read ${register}` : `read ${register}: ${describeContent(value)}`
}
