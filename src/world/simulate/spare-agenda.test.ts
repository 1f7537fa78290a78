import { expect, test } from "vitest"
import { Due, giveBackAgenda, takeAgenda } from "./agenda.ts"

test("what was given back is empty, and at time 0 again", () => {
  const used = takeAgenda()
  for (let i = 0; i < 200; i++) used.add(i * 99_991, Due.arrive, 1, 2, 3, "left over")
  for (let i = 0; i < 50; i++) if (used.nextTime < Infinity) used.take()
  giveBackAgenda(used)
  const again = takeAgenda()
  expect(again).toBe(used)
  expect([again.size, again.nextTime, again.content]).toEqual([0, Infinity, undefined])
  again.add(0, Due.propose, 4, 5, 6, "first")
  expect(again.nextTime).toBe(0)
  again.take()
  expect([again.due, again.process, again.other, again.number, again.content]).toEqual([
    Due.propose,
    4,
    5,
    6,
    "first",
  ])
  expect(again.nextTime).toBe(Infinity)
})

test("nobody gets an agenda that another still has", () => {
  const [one, other] = [takeAgenda(), takeAgenda()]
  expect(other).not.toBe(one)
  giveBackAgenda(one)
  giveBackAgenda(other)
  expect(takeAgenda()).toBe(other)
  expect(takeAgenda()).not.toBe(other)
})

test("one that has grown is not kept", () => {
  const large = takeAgenda()
  for (let i = 0; i < 1000; i++) large.add(i, Due.arrive, 0, 0, 0, undefined)
  giveBackAgenda(large)
  expect(takeAgenda()).not.toBe(large)
})
