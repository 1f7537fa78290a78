import type { Address } from "../protocol/actor.ts"
import type { Cluster } from "../protocol/paxos/cluster.ts"
import { acceptorPart } from "../protocol/paxos/records.ts"
import { formatSet } from "../quorum/system.ts"
import { FirstViolation, type TraceCheck } from "./check.ts"
import { DecisionLog } from "./decision.ts"

/** What must hold on every run of every protocol here, whatever the faults (Howard 2019, §1.3 and §2.3). */
export function safetyChecks(cluster: Cluster): TraceCheck[] {
  return [agreement(cluster), validity(cluster), safeLearning(cluster), lastPromisedMonotone(cluster)]
}

/** No two different values are decided. */
export function agreement({ plan }: Cluster): TraceCheck {
  const log = new DecisionLog(plan)
  const found = new FirstViolation()
  let seen = 0
  return {
    name: "agreement",
    reference: "Howard 2019, lemma 14",
    observe: (event) => {
      log.observe(event)
      for (; seen < log.decisions.length; seen++) {
        found.counted()
        const [first, latest] = [log.decisions[0]!, log.decisions[seen]!]
        if (first.proposal.value === latest.proposal.value) continue
        found.report(
          event.at,
          [first, latest]
            .map(
              ({ proposal, acceptedBy }) =>
                `${proposal.value} was decided in epoch ${proposal.epoch} by ${formatSet(plan, acceptedBy)}`,
            )
            .join(", and "),
        )
      }
    },
    verdict: () => found.verdict("decisions"),
  }
}

/** Only values that some client proposed are decided or learned (non-triviality). */
export function validity({ plan }: Cluster): TraceCheck {
  const log = new DecisionLog(plan)
  const proposed = new Set<string>()
  const found = new FirstViolation()
  let seen = 0
  const mustBeProposed = (at: number, value: string, what: string): void => {
    found.counted()
    if (!proposed.has(value)) found.report(at, `${value} was ${what}, and no client proposed it`)
  }
  return {
    name: "validity",
    reference: "Howard 2019, §1.3 (non-triviality)",
    observe: (event) => {
      log.observe(event)
      if (event.type === "propose") proposed.add(event.value)
      if (event.type === "learn") mustBeProposed(event.at, event.value, "learned")
      for (; seen < log.decisions.length; seen++) {
        mustBeProposed(event.at, log.decisions[seen]!.proposal.value, "decided")
      }
    },
    verdict: () => found.verdict("decided or learned values"),
  }
}

/** Whatever a process learns had been decided before. */
export function safeLearning({ plan, processes }: Cluster): TraceCheck {
  const log = new DecisionLog(plan)
  const found = new FirstViolation()
  return {
    name: "safe-learning",
    reference: "Howard 2019, lemma 15",
    observe: (event) => {
      log.observe(event)
      if (event.type !== "learn") return
      found.counted()
      if (log.decisions.some(({ proposal }) => proposal.value === event.value)) return
      const name = processes[event.process]!.name
      found.report(event.at, `${name} learned ${event.value} in epoch ${event.epoch}, which was not decided`)
    },
    verdict: () => found.verdict("learned values"),
  }
}

/** An acceptor's last promised epoch never decreases, crashes included, and is never below its last accepted one. */
export function lastPromisedMonotone({ processes }: Cluster): TraceCheck {
  const lastPromised = new Map<Address, number>()
  const found = new FirstViolation()
  return {
    name: "last-promised-monotone",
    reference: "Howard 2019, lemmas 6 and 7",
    observe: (event) => {
      const record = event.type === "store" ? acceptorPart(event.record) : null
      if (record === null || event.type !== "store") return
      found.counted()
      const { lastPromised: now, lastAccepted } = record
      const before = lastPromised.get(event.process) ?? -1
      const name = processes[event.process]!.name
      if ((now ?? -1) < before) {
        found.report(event.at, `${name} promised epoch ${String(now)} after ${before}`)
      } else if (lastAccepted !== null && lastAccepted.epoch > (now ?? -1)) {
        found.report(
          event.at,
          `${name} accepted in epoch ${lastAccepted.epoch} and promised only ${String(now)}`,
        )
      }
      if (now !== null) lastPromised.set(event.process, now)
    },
    verdict: () => found.verdict("acceptor states"),
  }
}
