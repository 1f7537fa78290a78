import { describe, expect, it } from "vitest"
import { quorumSystemFrom } from "../../quorums/from-text.ts"
import { exploreSpec } from "../world/spec/explore.ts"
import { type SpecModel, specModel, valueName } from "../world/spec/model.ts"
import { type SpecTrace, runSteps } from "../world/spec/trace.ts"
import { type SpecStep, changingSteps, decisions } from "../world/spec/transition.ts"
import { randomFromSeed } from "../base/random.ts"
import { decidedIn } from "./explored-paxos.ts"
import { specRunByActors } from "./spec-run-by-actors.ts"

function violation(text: string): SpecTrace {
  const model = specModel(quorumSystemFrom(text), { values: 2, epochs: 2 })
  const { verdict } = exploreSpec(model).outcomes[0]!
  if (verdict.verdict !== "violated") throw new Error(`${text} should be unsafe`)
  return verdict.witness.trace
}

/** A run of abstract Paxos that takes any possible step, as long as there is one. */
function randomRun(model: SpecModel, seed: number): SpecTrace {
  const random = randomFromSeed(seed)
  const steps: SpecStep[] = []
  for (;;) {
    const possible = changingSteps(model, runSteps(model, steps).states.at(-1)!)
    if (possible.length === 0) return runSteps(model, steps)
    steps.push(possible[random.below(possible.length)]!)
  }
}

/** By acceptor: what it remembers in the end, by the specification and by the actors. */
function compared(trace: SpecTrace) {
  const { model } = trace
  const [system] = model.phase2
  const run = specRunByActors(trace, system!)!
  const last = trace.states.at(-1)!
  const named = ({ epoch, value }: { epoch: number; value: number }) => ({ epoch, value: valueName(value) })
  const world = run.trace.worlds.at(-1)!
  return {
    specification: {
      memories: last.acceptors.map(({ lastPromised, lastAccepted }) => ({
        lastPromised,
        lastAccepted: lastAccepted && named(lastAccepted),
      })),
      decided: decisions(last, system!.quorums).map(named),
    },
    actors: {
      memories: world.locals.slice(0, model.acceptors.length).map(({ state }) => {
        const { lastPromised, lastAccepted } = state as {
          lastPromised: number | null
          lastAccepted: { epoch: number; value: string } | null
        }
        return { lastPromised, lastAccepted }
      }),
      decided: decidedIn(run.plan, world.remembered).map(({ epoch, value }) => ({ epoch, value })),
    },
  }
}

describe("a run of the specification, done by the actors", () => {
  it.each(["simple(2, 1, 1)", "simple(3, 1, 2)", "simple(4, 2, 2)", "split(a1*a2 + a3*a4, a1*a2 + a3*a4)"])(
    "to the violation of %s leaves every acceptor as it should be",
    (system) => {
      const { specification, actors } = compared(violation(system))
      expect(actors).toEqual(specification)
      expect(new Set(actors.decided.map(({ value }) => value)).size).toBe(2)
    },
  )

  it("leaves every acceptor as it should be in random runs, three epochs and every message sent", () => {
    for (const text of ["majority(3)", "simple(3, 1, 2)", "grid(2, 2)"]) {
      const model = specModel(quorumSystemFrom(text), { values: 3, epochs: 3 })
      for (let seed = 1; seed <= 20; seed++) {
        const { specification, actors } = compared(randomRun(model, seed))
        expect(actors).toEqual(specification)
      }
    }
  })

  it("is not known of a run that waits for more promises than a proposer needs", () => {
    const model = specModel(quorumSystemFrom("explicit([[1], [1, 2]], [[1], [1, 2]])"), {
      values: 1,
      epochs: 1,
    })
    const steps: SpecStep[] = [
      { action: "prepare", epoch: 0 },
      { action: "promise", epoch: 0, acceptor: 0 },
      { action: "promise", epoch: 0, acceptor: 1 },
      { action: "propose", epoch: 0, value: 0, quorum: 0b11 },
    ]
    expect(specRunByActors(runSteps(model, steps), model.phase2[0]!)).toBeUndefined()
  })
})
