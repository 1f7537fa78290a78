import fc from "fast-check"
import { expect, test } from "vitest"
import { EventQueue } from "../../base/event-queue.ts"
import { Agenda, Due } from "./agenda.ts"

/** Gaps of all sizes: at once, within a millisecond, a second, and beyond what the wheel shows. */
const gap = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 0, max: 1023 }),
  fc.integer({ min: 0, max: 1 << 20 }),
  fc.integer({ min: 0, max: 1 << 24 }),
  fc.constantFrom((1 << 17) - 1, 1 << 17, (1 << 17) + 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 2 ** 40),
)

test("everything happens by time, and in the order of scheduling among equals, as in a plain queue", () => {
  const steps = fc.array(fc.record({ adds: fc.array(gap, { maxLength: 12 }), takes: fc.nat(6) }), {
    maxLength: 60,
  })
  fc.assert(
    fc.property(steps, (plan) => {
      const [agenda, queue] = [new Agenda(), new EventQueue<number>()]
      let [now, id] = [0, 0]
      const takeBoth = (): void => {
        expect(agenda.nextTime).toBe(queue.nextTime)
        now = agenda.nextTime
        expect(agenda.numberOf(agenda.take())).toBe(queue.pop())
      }
      for (const { adds, takes } of plan) {
        for (const after of adds) {
          agenda.add(now + after, Due.arrive, 0, 0, id, undefined)
          queue.push(now + after, id++)
        }
        for (let i = 0; i < takes && agenda.size > 0; i++) takeBoth()
      }
      while (agenda.size > 0) takeBoth()
      expect([agenda.nextTime, queue.size]).toEqual([Infinity, 0])
    }),
    { numRuns: 500, seed: 1 },
  )
})

test("an entry comes back with all its parts, however many there are", () => {
  const agenda = new Agenda()
  for (let i = 0; i < 5000; i++) agenda.add(i * 997, Due.timeout, i, i + 1, i * 2 ** 33, `content ${i}`)
  for (let i = 0; i < 5000; i++) {
    expect(agenda.nextTime).toBe(i * 997)
    const entry = agenda.take()
    const numbers = [agenda.processOf(entry), agenda.otherOf(entry), agenda.numberOf(entry)]
    expect([agenda.dueOf(entry), ...numbers, agenda.contentOf(entry)]).toEqual([
      Due.timeout,
      i,
      i + 1,
      i * 2 ** 33,
      `content ${i}`,
    ])
  }
})
