import { nodeSet } from "../../base/node-set.ts"
import { formatSet } from "../../quorum/system.ts"
import type { Address } from "../../protocol/actor.ts"
import { type Finding, type Property, firstComplaint } from "../run-property.ts"
import type { MadeProposal, Promises, RunFacts } from "../facts.ts"

/**
 * Properties 1 to 5 of Howard 2019, §2.4: what proposers keep to. Where the
 * thesis says a majority, the plan of the epoch is asked, as in its properties
 * 11 and 12 (§4.1.2).
 */
export const proposerProperties: readonly Property[] = [
  {
    number: "P1",
    name: "unique-epochs",
    reference: "Howard 2019, property 1",
    statement: "Proposers use unique epochs for each proposal.",
    subject: "proposals",
    judge: uniqueEpochs,
  },
  {
    number: "P2",
    name: "promises-before-proposing",
    reference: "Howard 2019, property 2 (11 with general quorums)",
    statement: "Proposers only propose a value after receiving promises from a phase-1 quorum.",
    subject: "proposals",
    judge: promisesBeforeProposing,
  },
  {
    number: "P3",
    name: "accepts-before-learning",
    reference: "Howard 2019, property 3 (12 with general quorums)",
    statement: "Proposers only return a value after receiving accepts from a phase-2 quorum.",
    subject: "learned values",
    judge: acceptsBeforeLearning,
  },
  {
    number: "P4",
    name: "value-selection",
    reference: "Howard 2019, property 4",
    statement: "The value proposed is that of the greatest epoch reported in a promise; any, if none was.",
    subject: "proposals",
    judge: valueSelection,
  },
  {
    number: "P5",
    name: "increasing-epochs",
    reference: "Howard 2019, property 5",
    statement: "Each epoch used by a proposer is greater than those it used before.",
    subject: "epochs",
    judge: increasingEpochs,
  },
]

/** By life, so that a restarted proposer that proposes in an old epoch again is caught, too. */
function uniqueEpochs(facts: RunFacts): Finding {
  const usedBy = new Map<number, MadeProposal>()
  return firstComplaint(facts.proposals, (proposal) => {
    const first = usedBy.get(proposal.epoch) ?? proposal
    usedBy.set(proposal.epoch, first)
    const { proposer, life, epoch, value } = proposal
    if (first.proposer === proposer && first.life === life && first.value === value) return undefined
    return `${nameOf(facts, proposer)} proposed ${value} in epoch ${epoch}, in which ${nameOf(facts, first.proposer)} had proposed ${first.value}`
  })
}

function promisesBeforeProposing(facts: RunFacts): Finding {
  const { plan } = facts.cluster
  return firstComplaint(facts.proposals, ({ proposer, epoch, value, promises }) => {
    const promised = nodeSet(promises.keys())
    if (plan.systemAt(epoch).isQuorum(1, promised)) return undefined
    return `${nameOf(facts, proposer)} proposed ${value} in epoch ${epoch} with promises from ${formatSet(plan, promised)}, which holds no phase-1 quorum`
  })
}

/** Readers learn from reports and not from accepts (§3.7), and are left to lemma 15. */
function acceptsBeforeLearning(facts: RunFacts): Finding {
  const { plan } = facts.cluster
  const byAccepts = facts.learnings.filter(
    ({ process }) => facts.cluster.processes[process]!.role !== "reader",
  )
  return firstComplaint(byAccepts, ({ process, epoch, value, acceptedBy }) => {
    if (plan.systemAt(epoch).isQuorum(2, acceptedBy)) return undefined
    return `${nameOf(facts, process)} learned ${value} in epoch ${epoch} with accepts from ${formatSet(plan, acceptedBy)}, which holds no phase-2 quorum`
  })
}

/**
 * Two values reported for the greatest epoch leave the choice between them: that they are two is property 1's
 * business. Promises that came before the epoch was begun in this life may have been heeded or not.
 */
function valueSelection(facts: RunFacts): Finding {
  return firstComplaint(facts.proposals, ({ proposer, epoch, value, promises, answers }) => {
    const { greatest, values } = greatestReported(promises)
    if (allows(values, value) || allows(greatestReported(answers).values, value)) return undefined
    return `${nameOf(facts, proposer)} proposed ${value} in epoch ${epoch}, having been told that ${values.join(" and ")} was accepted in epoch ${greatest}`
  })
}

function greatestReported(promises: Promises): { greatest: number; values: readonly string[] } {
  const reported = [...promises.values()].filter((proposal) => proposal !== null)
  const greatest = Math.max(...reported.map(({ epoch }) => epoch))
  return {
    greatest,
    values: reported.filter(({ epoch }) => epoch === greatest).map(({ value }) => value),
  }
}

const allows = (reported: readonly string[], value: string): boolean =>
  reported.length === 0 || reported.includes(value)

/** Only steps back are counted here; using an epoch again is property 1's business. */
function increasingEpochs(facts: RunFacts): Finding {
  const greatest = new Map<Address, number>()
  return firstComplaint(facts.epochsStarted, ({ proposer, epoch }) => {
    const before = greatest.get(proposer) ?? epoch
    greatest.set(proposer, Math.max(before, epoch))
    return epoch >= before
      ? undefined
      : `${nameOf(facts, proposer)} used epoch ${epoch} after epoch ${before}`
  })
}

/** "a1", "p2": as traces show it. */
export function nameOf(facts: RunFacts, process: Address): string {
  return facts.cluster.processes[process]!.name
}
