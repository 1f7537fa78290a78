import fc from "fast-check"
import { expect, test } from "vitest"
import { EventQueue } from "./event-queue.ts"

test("events leave by time, and in scheduling order at equal times", () => {
  const operation = fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined, freq: 3 })
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 400 }), (operations) => {
      const queue = new EventQueue<number>()
      // The slow, obvious twin: a list that is searched from its beginning.
      const list: { time: number; id: number }[] = []
      operations.forEach((time, id) => {
        if (time === undefined) {
          const earliest = Math.min(...list.map((event) => event.time))
          const at = list.findIndex((event) => event.time === earliest)
          expect(queue.nextTime).toBe(earliest)
          expect(queue.pop()).toBe(at < 0 ? undefined : list.splice(at, 1)[0]!.id)
        } else {
          queue.push(time, id)
          list.push({ time, id })
        }
        expect(queue.size).toBe(list.length)
      })
    }),
    { seed: 1 },
  )
})
