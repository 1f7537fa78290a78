import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { InvariantError, UsageError } from "../../base/errors.ts"
import { renderText } from "../../experiment/diagram/text.ts"
import type { Actor, Input, Output } from "../../protocol/actor.ts"
import { actorDiagram } from "../../run/diagrams/actors.ts"
import { exploreActors } from "./breadth-first.ts"
import { canonicalText } from "./canonical-text.ts"
import { type EventuallyLimits, checkEventually } from "./eventually.ts"
import { ActorMachine } from "./machine.ts"
import type { ActorModel, Property, World } from "./model.ts"
import { FingerprintSet, StateTable } from "./state-table.ts"
import { runWorldSteps } from "./trace.ts"

/** Two processes that pass a token to and fro; each time it arrives the counter inside grows, modulo `modulus`. */
function tokenRing(
  modulus: number,
  options: Partial<ActorModel<number, number>> = {},
): ActorModel<number, number> {
  const player: Actor<{ self: number; last: number | null }, number, number> = {
    start: (self) => ({ state: { self, last: null }, outputs: self === 0 ? [to(1, 0)] : [] }),
    step: (state, input: Input<number, number>) => {
      if (input.type === "recover") return { state: { ...state, last: input.stored ?? null }, outputs: [] }
      if (input.type !== "receive") return { state, outputs: [] }
      const next = (input.message + 1) % modulus
      const outputs: Output<number, number>[] = [
        { type: "store", record: input.message },
        to(1 - state.self, next),
      ]
      return { state: { ...state, last: input.message }, outputs }
    },
  }
  const process = (name: string) => ({
    name,
    role: "acceptor" as const,
    actor: player as Actor<unknown, number, number>,
  })
  return { processes: [process("left"), process("right")], network: "unordered", requests: [], ...options }
}

const to = (address: number, message: number): Output<number, number> => ({
  type: "send",
  to: address,
  message,
})

type RingProperty = Property<number, number, null>
const tokenIs = (kind: RingProperty["kind"], wanted: number): RingProperty => ({
  kind,
  name: `the token is ${wanted}`,
  ofWorld: ({ messages }: World<number, number, null>) => messages.some(({ message }) => message === wanted),
})

function verdictOf(model: ActorModel<number, number>, property: RingProperty) {
  return exploreActors(model, [property]).outcomes[0]!.verdict
}

describe("exploring actors", () => {
  it("goes round a ring once: as many states as there are tokens, and the beginning", () => {
    // The token 0 is met twice: before anyone remembers anything, and after.
    expect(exploreActors(tokenRing(6), []).distinct).toBe(6 + 2)
  })

  it("judges always and sometimes, with shortest runs", () => {
    expect(verdictOf(tokenRing(6), tokenIs("sometimes", 5))).toMatchObject({
      verdict: "holds",
      because: "the token is 5, after 5 steps",
    })
    expect(verdictOf(tokenRing(6), tokenIs("sometimes", 6)).verdict).toBe("violated")
    const never: RingProperty = {
      kind: "always",
      name: "no 3",
      ofWorld: ({ messages }) => messages[0]?.message !== 3,
    }
    const result = exploreActors(tokenRing(6), [never])
    expect(result.outcomes[0]).toMatchObject({ verdict: { verdict: "violated" }, stepsToViolation: 3 })
  })

  it("judges eventually: on every run, not on one that ends, and unknown where a run may go round without", () => {
    expect(verdictOf(tokenRing(6), tokenIs("eventually", 4)).verdict).toBe("holds")
    expect(verdictOf(tokenRing(6, { lossy: true }), tokenIs("eventually", 4))).toMatchObject({
      verdict: "violated",
      because: expect.stringContaining("a run of 1 steps ends") as string,
    })
    expect(verdictOf(tokenRing(6), tokenIs("eventually", 7)).verdict).toBe("unknown")
  })

  it("does not know what becomes of a run that leaves its bounds", () => {
    const bounded = tokenRing(6, { admits: (token) => token < 3 })
    const result = exploreActors(bounded, [tokenIs("eventually", 4), tokenIs("eventually", 2)])
    expect([result.distinct, result.cut]).toEqual([3, 1])
    expect(result.outcomes[0]!.verdict).toMatchObject({
      verdict: "unknown",
      because: "runs leave the bounds of the model before the token is 4; what becomes of them is not known",
    })
    // The edge is beyond what is asked.
    expect(result.outcomes[1]!.verdict.verdict).toBe("holds")
  })

  it("stops looking for a run without it at a limit, with unknown", () => {
    const check = (limits: EventuallyLimits) =>
      checkEventually(new ActorMachine(tokenRing(3000)), tokenIs("eventually", 2900), limits)
    expect(check({}).verdict).toBe("holds")
    expect(check({ maxStates: 20 })).toMatchObject({
      verdict: "unknown",
      because: "stopped after 21 states without it",
    })
    expect(check({ maxBytes: 2 ** 16 })).toMatchObject({
      verdict: "unknown",
      because: expect.stringMatching(/^stopped when the states without it took/) as string,
    })
  })

  it("brings a crashed process back with what it had stored, and only that", () => {
    const forgets: RingProperty = {
      kind: "sometimes",
      name: "left is back and remembers 1",
      ofWorld: ({ locals, messages }) =>
        canonicalText(locals[0]!.state) === canonicalText({ self: 0, last: 1 }) && messages.length === 1,
    }
    const model = tokenRing(4, { crashes: 1 })
    expect(verdictOf(model, forgets).verdict).toBe("holds")
    const down: RingProperty = {
      kind: "sometimes",
      name: "both down",
      ofWorld: ({ locals }) => locals.every(({ up }) => !up),
    }
    expect(verdictOf(model, down).verdict).toBe("violated")
    expect(verdictOf(tokenRing(4, { crashes: 2 }), down).verdict).toBe("holds")
  })

  it("draws its runs, lost messages and crashes included", () => {
    const steps = [
      { action: "deliver", from: 0, to: 1, message: 0 },
      { action: "crash", process: 0 },
      { action: "recover", process: 0 },
      { action: "lose", from: 1, to: 0, message: 1 },
    ] as const
    const trace = runWorldSteps(tokenRing(4, { crashes: 1, lossy: true }), steps)
    const words = {
      message: (token: number) => `token ${token}`,
      state: ({ stored }: { stored: number | undefined }) =>
        stored === undefined ? undefined : `has seen ${stored}`,
    }
    expect(renderText(actorDiagram(trace, words))).toMatchInlineSnapshot(`
      "    left           right
            |-- token 0 -->|     right = has seen 0
            |x- token 1 ---|
            * crash        |
            * recovery     |
      "
    `)
    expect(() => runWorldSteps(tokenRing(4), steps)).toThrow(UsageError)
  })
})

describe("canonical texts", () => {
  const plain = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.integer(),
      fc.bigInt(),
      fc.string(),
      fc.constantFrom(null, true, false, -0),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(fc.string(), tie("value"), { maxKeys: 3 }),
      fc.array(fc.tuple(fc.string(), tie("value")), { maxLength: 3 }).map((entries) => new Map(entries)),
      fc.array(fc.string(), { maxLength: 3 }).map((items) => new Set(items)),
    ),
  })).value

  const reversed = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(reversed)
    if (value instanceof Map)
      return new Map([...value].reverse().map(([key, entry]) => [key as unknown, reversed(entry)]))
    if (value instanceof Set) return new Set([...(value as Set<unknown>)].reverse())
    if (typeof value !== "object" || value === null) return value
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([key, entry]) => [key, reversed(entry)]),
    )
  }

  it("do not depend on the order of keys and entries", () => {
    fc.assert(
      fc.property(plain, (value) => {
        expect(canonicalText(reversed(value))).toBe(canonicalText(value))
      }),
    )
  })

  it("tell different values apart", () => {
    const different = [
      1,
      1n,
      "1",
      [1],
      { 1: 1 },
      new Map([[1, 1]]),
      new Set([1]),
      null,
      undefined,
      true,
      "null",
      -0,
      0,
      [[1], []],
      [[], [1]],
    ]
    expect(new Set(different.map(canonicalText)).size).toBe(different.length)
  })

  it("are refused to what is not plain data", () => {
    expect(() => canonicalText({ step: () => 1 })).toThrow(InvariantError)
    expect(() => canonicalText(new Date(0))).toThrow(/contains a Date/)
  })
})

describe("tables of rows", () => {
  const rows = fc.array(fc.uint32Array({ minLength: 1, maxLength: 6, max: 3 }), { maxLength: 4_000 })

  it("hold each row once, whatever their lengths, and find it again", () => {
    fc.assert(
      fc.property(rows, (given) => {
        const [table, prints, texts] = [new StateTable(), new FingerprintSet(), new Set<string>()]
        for (const row of given) {
          const isNew = !texts.has(row.join())
          texts.add(row.join())
          expect(table.add(row, row.length, 0) >= 0).toBe(isNew)
          expect(prints.add(row, row.length)).toBe(isNew)
        }
        expect(table.size).toBe(texts.size)
        expect(Array.from({ length: table.size }, (_, i) => table.read(i).join())).toEqual([...texts])
      }),
      { numRuns: 20 },
    )
  })
})
