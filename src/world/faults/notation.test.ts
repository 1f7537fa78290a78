import { describe, expect, test } from "vitest"
import { isNetworkFault } from "./fault.ts"
import { type Cast, faultForms, formatFault, parseFaults, resolveFaults } from "./notation.ts"

const cast: Cast = {
  names: ["a1", "a2", "a3", "clients1"],
  groups: new Map([
    ["EU", [0, 3]],
    ["all", [0, 1, 2, 3]],
  ]),
  hasLeader: true,
  messageTypes: ["propose", "accept"],
}
const resolved = (text: string) => resolveFaults(parseFaults(text), cast)

/** Each text, and what it is when it is written back; the same where nothing is given. */
const texts: [string, string?][] = [
  ["loss(0.1) @0-5000"],
  ["loss(1) a1>a2 @10-20.5"],
  ["burst-loss(0.05,0.3)@0-5", "burst-loss(0.05, 0.3) @0-5"],
  ["duplicate(0.5, 800) @0-3000"],
  ["reorder(0.5, 100) a1,a2|a3 of accept @0-3000"],
  ["clog(100) leader|rest @0-3000"],
  ["hold EU>rest @100-200"],
  ["cut nobody|a1, EU @0-end", "cut nobody|a1,EU @0-end"],
  ["cut a1|a2,a3 of propose,accept @1000-2000"],
  ["crash a1 @5"],
  ["crash(torn) leader @5-10"],
  ["crash(lost) a3 @5-10"],
  ["pause a2 @5-10"],
  ["slow(20) a2 @5-10"],
  ["clock-rate(1.1) a2 @0"],
  ["clock-step(-200) a2 @1000"],
  ["timer-jitter(50) a3 @0"],
]

describe("faults are read and written", () => {
  test.each(texts)("%s", (text, formatted = text) => {
    const [fault, ...more] = parseFaults(text)
    expect(more).toEqual([])
    expect(formatFault(fault!)).toBe(formatted)
    expect(parseFaults(formatted)).toEqual([fault])
    expect(resolveFaults([fault!], cast)).toHaveLength(1)
  })

  test("every type of fault is among them", () => {
    const types = texts.map(([text]) => parseFaults(text)[0]!.type)
    expect(new Set(types)).toEqual(new Set(faultForms.keys()))
  })

  test("a fault of a group strikes each of it; durations are milliseconds", () => {
    expect(resolved("crash all @1.5-20")).toEqual(
      [0, 1, 2, 3].map((process) => ({
        type: "crash",
        process,
        at: 1500,
        recoverAt: 20_000,
        disk: "synced",
      })),
    )
    const [cut] = resolved("cut EU|rest of propose @0-1")
    expect(isNetworkFault(cut!)).toBe(true)
    expect(cut).toEqual({
      type: "cut",
      from: 0,
      until: 1000,
      path: { side: [0, 3], oneWay: false },
      messageTypes: ["propose"],
    })
  })
})

test.each([
  ["lose(0.1) @0-5", 'did you mean "loss"?'],
  ["loss @0-5", "write loss(p) with numbers"],
  ["loss(2) @0-5", "p is 2; must be from 0 to 1"],
  ["loss(0.1) @5", "it needs a start and an end"],
  ["loss(0.1) @9-5", "its end after its start"],
  ["cut a1 @0-5", "is not two sides"],
  [
    "cut rest>a3 @0-5",
    '"rest", all other processes, is allowed on the right side only; name those on the left side',
  ],
  ["cut rest|a3 @0-5", 'write "a3|rest", which is the same both ways'],
  ["cut a1|b2 @0-5", 'cut a1|b2 @0-5: unknown process "b2"; did you mean'],
  ["cut a1|a2 of promise @0-5", 'unknown message "promise"'],
  ["crash(burnt) a1 @5", "is none of crash(synced)"],
  ["crash @5", "no target; give a process"],
  ["clock-rate(1.1) a1 @0-5", "it is permanent"],
  ["slow(-1) a1 @0-5", "must not be negative"],
])("%s is refused: %s", (text, reason) => {
  expect(() => resolved(text)).toThrow(reason)
})

test("faults of the leader need one", () => {
  const faults = parseFaults("crash leader @5")
  expect(() => resolveFaults(faults, { ...cast, hasLeader: false })).toThrow('unknown process "leader"')
})
