import { members, nodeSet } from "../../src/base/node-set.ts"
import type { Table } from "../../src/experiment/table.ts"
import { phase1Rule } from "../../src/protocol/paxos/phase1.ts"
import { colocatedMajorityPlan } from "../../src/protocol/paxos/plans.ts"

/** Five participants, each acceptor and proposer; epoch e belongs to participant e + 1 and is in its own quorums. */
const n = 5
const shownEpochs = [0, 1, 2, 3, 4]

/** §4.3.2: the least phase-1 quorums of the first epochs, found by trying all sets. */
export function table432(): Table {
  const plan = colocatedMajorityPlan(n, n)
  const least = (epoch: number): string =>
    [...plan.systemAt(epoch).minimalQuorums(1)]
      .map(
        (quorum) =>
          `{${members(quorum)
            .map((a) => `u${a + 1}`)
            .join(" ")}}`,
      )
      .join(" ")
  return {
    id: "thesis-4-3-2",
    caption:
      "Minimal phase-1 quorums of five co-located participants whose majorities contain the owner of the epoch.",
    columns: [{ heading: "epoch" }, { heading: "owner" }, { heading: "phase-1 quorums" }],
    rows: shownEpochs.map((epoch) => [epoch, `u${(epoch % n) + 1}`, least(epoch)]),
    notes: [
      "The minimal sets that intersect every phase-2 quorum of all smaller epochs; they include the set of owners of those epochs.",
    ],
  }
}

/** What a participant has answered: silence, a promise with nothing, or with a proposal of an epoch. */
export type Answer = "silent" | "nil" | 0 | 1 | 2
const answers: readonly Answer[] = ["silent", "nil", 0, 1, 2]

/**
 * §5.4: with which answers of fewer than three participants phase 1 of epoch 3
 * ends under Revision C: all combinations are tried, and those kept from which
 * nothing can be taken away.
 */
export function earlyFinishes(): Answer[][] {
  const rule = phase1Rule("revision-C", colocatedMajorityPlan(n, n), () => false)
  const done = (given: readonly Answer[]): boolean => {
    const epochs = given.filter((answer) => typeof answer === "number")
    return rule({
      epoch: 3,
      promised: nodeSet(given.flatMap((answer, u) => (answer === "silent" ? [] : [u]))),
      greatest: epochs.length === 0 ? null : Math.max(...epochs),
    })
  }
  // A participant said less: nothing at all, a promise without a proposal, or one of an older epoch.
  const weaker = (given: readonly Answer[]): Answer[][] =>
    given.flatMap((answer, u) =>
      answer === "silent" ? [] : [given.with(u, answers[answers.indexOf(answer) - 1]!)],
    )
  return allAnswers(n)
    .filter((given) => given.filter((answer) => answer !== "silent").length < 3)
    .filter((given) => done(given) && !weaker(given).some(done))
}

function allAnswers(length: number): Answer[][] {
  if (length === 0) return [[]]
  return allAnswers(length - 1).flatMap((rest) => answers.map((answer) => [...rest, answer]))
}

/** The same as a table: cases that differ only in who it was are one row. */
export function table54(): Table {
  const kinds = new Map<string, { who: string[]; said: string; and: string }>()
  for (const given of earlyFinishes()) {
    const heard = given.flatMap((answer, u) => (answer === "silent" ? [] : [{ who: `u${u + 1}`, answer }]))
    const [first, second] = heard.toSorted((a, b) => strength(b.answer) - strength(a.answer))
    const and = second === undefined ? "" : `${second.who} ${said(second.answer)}`
    const key = `${said(first!.answer)}, ${and}`
    const kind = kinds.get(key) ?? { who: [], said: said(first!.answer), and }
    kinds.set(key, { ...kind, who: [...kind.who, first!.who] })
  }
  return {
    id: "thesis-5-4",
    caption: "All cases in which phase 1 of epoch 3 ends under Revision C with fewer than three promises.",
    columns: [{ heading: "promises of any of" }, { heading: "reports" }, { heading: "and also" }],
    rows: [...kinds.values()].map(({ who, said: what, and }) => [
      who.toSorted().join(" "),
      what,
      and === "" ? null : and,
    ]),
    notes: ["Five co-located participants as in §4.3.2; every combination of answers was tried."],
  }
}

const strength = (answer: Answer): number => answers.indexOf(answer)

function said(answer: Answer): string {
  return answer === "nil" ? "nothing" : `a proposal of epoch ${answer}`
}
