import { type Random, randomFromSeed } from "../../base/random.ts"
import { futuresFor } from "./futures.ts"
import { ActorMachine } from "./machine.ts"
import type { ActorModel } from "./model.ts"
import type { Property } from "./property.ts"
import { WorldSuccessors } from "./successors.ts"

/** So many states of a level are kept: with two hundred, models of Paxos are found to be at most a tenth too shallow. */
const width = 200
/** A model in which runs have no end would be probed for ever. */
const deepest = 1000

/**
 * About how many levels a breadth-first search will have: a search that keeps a
 * few states of each level, drawn at random, and goes on until none has a
 * successor that was not seen. It has actors of its own, so that the search
 * itself goes on as if there had been no probe. Cost: about a tenth of a second.
 */
export function probeDepth<Message, Stored, Remembered>(
  model: ActorModel<Message, Stored, Remembered>,
  properties: readonly Property<Message, Stored, Remembered>[],
  reduce: boolean,
): number {
  const machine = new ActorMachine(model)
  const successors = new WorldSuccessors(machine, reduce ? futuresFor(machine, properties) : undefined)
  // Always the same draws: the same model is forecast the same, whoever asks.
  const random = randomFromSeed(1)
  let level = [successors.initial()]
  const seen = new Set<string>()
  for (let depth = 0; ; depth++) {
    if (level.length === 0 || depth === deepest) return depth
    const next = new Map<string, Uint32Array>()
    for (const row of level) {
      successors.expand(row, 0, row.length, {
        add: (found, length) => {
          const key = found.subarray(0, length).join()
          if (!seen.has(key)) next.set(key, found.slice(0, length))
        },
      })
    }
    for (const key of next.keys()) seen.add(key)
    level = draw([...next.values()], random)
  }
}

/** Some of the rows, in random order. */
function draw(rows: Uint32Array[], random: Random): Uint32Array[] {
  const count = Math.min(width, rows.length)
  for (let i = 0; i < count; i++) {
    const j = i + random.below(rows.length - i)
    ;[rows[i], rows[j]] = [rows[j]!, rows[i]!]
  }
  return rows.slice(0, count)
}
