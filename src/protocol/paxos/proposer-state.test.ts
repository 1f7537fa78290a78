import fc from "fast-check"
import { expect, test } from "vitest"
import { type ProposerState, changed, initialState } from "./proposer-state.ts"

const changes: fc.Arbitrary<Partial<ProposerState>> = fc.record(
  {
    self: fc.nat(9),
    stage: fc.constantFrom("idle", "phase-1", "phase-2"),
    candidate: fc.option(fc.string()),
    epoch: fc.option(fc.nat(9)),
    lastEpoch: fc.option(fc.nat(9)),
    attempt: fc.nat(9),
    promised: fc.nat(31),
    greatest: fc.option(fc.record({ epoch: fc.nat(9), value: fc.string() })),
    accepted: fc.nat(31),
    value: fc.option(fc.string()),
    learned: fc.option(fc.string()),
    notes: fc.constant({ ...initialState(0).notes, toTell: [1] }),
  },
  { requiredKeys: [] },
)

test("a changed state is what a spread makes of it, field by field and in the same order", () => {
  fc.assert(
    fc.property(changes, changes, (first, second) => {
      const state = changed(initialState(3), first)
      expect(state).toEqual({ ...initialState(3), ...first })
      expect(JSON.stringify(changed(state, second))).toBe(JSON.stringify({ ...state, ...second }))
    }),
    { seed: 1 },
  )
})
