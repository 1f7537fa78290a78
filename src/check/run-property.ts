import type { Cluster } from "../protocol/paxos/cluster.ts"
import type { TraceCheck, Violation } from "./check.ts"
import { holds, violated } from "../base/verdict.ts"
import { RunFacts } from "./facts.ts"

/** What a judgement found: how much it looked at, and the first thing that should not be. */
export interface Finding {
  readonly checked: number
  readonly violation: Violation | undefined
}

/** A property or lemma of the thesis: a judgement on the facts of a run. */
export interface Property {
  /** "P4", "12.1": its number in Howard 2019. */
  readonly number: string
  /** "value-selection": what reports and rows call it. */
  readonly name: string
  readonly reference: string
  /** What it says, in one sentence. */
  readonly statement: string
  /** What is counted: "proposals". */
  readonly subject: string
  judge(facts: RunFacts): Finding
}

/** The check of a property. Checks made from the same facts gather them once. */
export function checkOf(property: Property, facts: RunFacts): TraceCheck {
  const { name, reference, subject } = property
  return {
    name,
    reference,
    observe: (event) => facts.observe(event),
    verdict: () => {
      const { checked, violation } = property.judge(facts)
      return violation === undefined
        ? holds(`${checked} ${subject} were checked`)
        : violated(violation, violation.message)
    },
  }
}

/** The checks of several properties, on the facts of one run. */
export function checksOf(properties: readonly Property[], cluster: Cluster): TraceCheck[] {
  const facts = new RunFacts(cluster)
  return properties.map((property) => checkOf(property, facts))
}

/** Judges each of `items` and keeps the complaint about the first that has one. */
export function firstComplaint<Item extends { readonly at: number }>(
  items: readonly Item[],
  complaint: (item: Item) => string | undefined,
): Finding {
  for (const [i, item] of items.entries()) {
    const message = complaint(item)
    if (message !== undefined) return { checked: i + 1, violation: { at: item.at, message } }
  }
  return { checked: items.length, violation: undefined }
}
