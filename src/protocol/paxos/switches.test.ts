import { describe, expect, test } from "vitest"
import { formatSwitches, parseSwitch, switchForms } from "./switches.ts"
import { type Variant, classic, variantOf } from "./variant.ts"
import { variants } from "./variants.ts"

const parsed = (texts: readonly string[]): Variant => variantOf(...texts.map(parseSwitch))

describe("switches as text", () => {
  test.each(variants.map(({ id, switches }) => [id, switches] as const))(
    "%s can be written and read again",
    (_, switches) => {
      expect(parsed(formatSwitches(switches))).toEqual(variantOf(switches))
    },
  )

  test("every switch of a variant has a form, and classic Paxos sets none", () => {
    expect(switchForms.map(({ id }) => id)).toEqual(Object.keys(classic))
    expect(formatSwitches(classic)).toEqual([])
    expect(formatSwitches({ nacks: "epoch", epochs: { kind: "reserved", ahead: 3 }, history: true })).toEqual(
      ["epochs=reserved(3)", "nacks=epoch", "history=yes"],
    )
  })

  test("spaces, case and a bare name are understood", () => {
    expect(parseSwitch(" phase1 = revision-b ")).toEqual({ phase1: "revision-B" })
    expect(parseSwitch("history")).toEqual({ history: true })
    expect(parseSwitch("epochs=multi-path(by-value(A,B))")).toEqual({
      epochs: { kind: "multi-path", fast: { kind: "by-value", values: ["A", "B"] } },
    })
  })

  test.each([
    ["nack=epoch", /unknown switch "nack"; did you mean "nacks"\?/],
    ["=epoch", /unknown switch "=epoch"/],
    ["nacks=loud", /nacks is loud; must be none, epoch, proposal/],
    ["nacks", /nacks is yes/],
    ["patience=-1", /a whole number of microseconds/],
    ["epochs=multi-path(voting)", /epochs is multi-path\(voting\)/],
    ["epochs=by-value(A, A)", /epochs is by-value\(A, A\)/],
    ["epochs=versioned(0)", /epochs is versioned\(0\)/],
  ])("%s is refused", (text, message) => {
    expect(() => parseSwitch(text)).toThrow(message)
  })
})
