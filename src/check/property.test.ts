import { describe, expect, test } from "vitest"
import { InvariantError } from "../base/errors.ts"
import type { TraceEvent } from "../world/simulate/trace.ts"
import {
  type FactKind,
  Facts,
  type Gatherer,
  type Needs,
  type PropertyDefinition,
  judge,
  judgeEach,
  property,
  reading,
  statedFor,
  verdictOf,
} from "./property.ts"

/** A protocol whose processes only learn values; it is said to have a number of processes. */
interface Crowd {
  readonly processes: number
}
type CrowdEvent = TraceEvent<string, string>

class Learned implements Gatherer<CrowdEvent> {
  readonly list: { readonly at: number; readonly value: string }[] = []
  observe(event: CrowdEvent): void {
    if (event.type === "learn") this.list.push(event)
  }
}

/** How often gatherers were made and what they had seen when they were asked: for the tests. */
function crowdFacts() {
  const notes = { made: 0, order: [] as string[] }
  const learned: FactKind<Crowd, CrowdEvent, Learned> = {
    wants: ["learn"],
    gather: () => {
      notes.made++
      return new Learned()
    },
  }
  const firstValue: FactKind<Crowd, CrowdEvent, Gatherer<CrowdEvent> & { readonly seen: string[] }> = {
    wants: ["learn", "crash"],
    gather: (_, facts) => {
      const values = facts.of(learned)
      const seen: string[] = []
      return { seen, observe: ({ type }) => void seen.push(`${type} ${values.list.length}`) }
    },
  }
  return { notes, learned, firstValue }
}

const define = <N extends Needs<Crowd, CrowdEvent>>(given: PropertyDefinition<Crowd, CrowdEvent, N>) =>
  property<Crowd, CrowdEvent, N>(given)

function agreementOn(learned: FactKind<Crowd, CrowdEvent, Learned>) {
  return define({
    name: "agreement",
    reference: "everybody",
    statement: "All who learn learn the same.",
    notStated: ({ processes }) => (processes < 2 ? "nobody disagrees with oneself" : undefined),
    needs: { learned },
    judge: ({ learned: { list } }) =>
      judgeEach("learned values", list, ({ value }) =>
        value === list[0]!.value ? undefined : `${list[0]!.value} and ${value} were learned`,
      ),
  })
}

const learn = (at: number, value: string): CrowdEvent => ({ at, type: "learn", process: 0, epoch: 0, value })

describe("properties over facts", () => {
  test("a property holds, with what was counted, or is violated by the first that breaks it", () => {
    const agreement = agreementOn(crowdFacts().learned)
    const verdictOn = (...values: string[]) => {
      const facts = new Facts({ processes: 3 }, [agreement])
      values.forEach((value, i) => facts.observe(learn(i, value)))
      return judge([agreement], facts)[0]!.verdict
    }
    expect(verdictOn("A", "A")).toEqual({ verdict: "holds", because: "2 learned values were checked" })
    expect(verdictOn("A", "B", "C")).toMatchObject({
      verdict: "violated",
      because: "A and B were learned",
      witness: { at: 1, message: "A and B were learned" },
    })
  })

  test("where it is not stated it is unknown, with the reason, and no selection for the subject has it", () => {
    const agreement = agreementOn(crowdFacts().learned)
    const facts = new Facts({ processes: 1 }, [agreement])
    expect(judge([agreement], facts)).toEqual([
      {
        name: "agreement",
        reference: "everybody",
        verdict: { verdict: "unknown", because: "it is not stated here: nobody disagrees with oneself" },
      },
    ])
    expect(statedFor([agreement], { processes: 1 })).toEqual([])
    expect(statedFor([agreement], { processes: 2 })).toEqual([agreement])
  })
})

describe("facts", () => {
  test("are gathered once, whoever needs them, and what others build on is gathered first", () => {
    const { notes, learned, firstValue } = crowdFacts()
    const count = define({
      ...{ name: "count", reference: "nobody", statement: "Something is seen." },
      needs: { firstValue, learned },
      judge: ({ firstValue: { seen } }) => verdictOf(seen.length, "events"),
    })
    const measure = reading<Crowd, CrowdEvent, { learned: typeof learned }, number>(
      { learned },
      (facts, { processes }) => facts.learned.list.length / processes,
    )
    const facts = new Facts({ processes: 2 }, [count, agreementOn(learned), measure])
    facts.observe(learn(1, "A"))
    facts.observe({ at: 2, type: "crash", process: 0 })
    expect(notes.made).toBe(1)
    expect(facts.of(firstValue).seen).toEqual(["learn 1", "crash 1"])
    expect(measure.read(facts)).toBe(0.5)
    expect([...facts.wants].sort()).toEqual(["crash", "learn"])
    expect(facts.observers.map(({ wants }) => wants)).toEqual([["learn"], ["learn", "crash"]])
    for (const one of facts.observers) if (one.wants.includes("learn")) one.by.observe!(learn(3, "B"))
    expect(facts.of(firstValue).seen).toEqual(["learn 1", "crash 1", "learn 2"])
  })

  test("that nobody has said to need are not there", () => {
    const { learned, firstValue } = crowdFacts()
    const facts = new Facts({ processes: 2 }, [agreementOn(learned)])
    expect(facts.of(learned).list).toEqual([])
    expect(() => facts.of(firstValue)).toThrow(InvariantError)
  })
})
