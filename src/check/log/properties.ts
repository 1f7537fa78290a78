import type { Address, Micros } from "../../protocol/actor.ts"
import { formatEpoch } from "../../protocol/log/versions.ts"
import { formatSet } from "../../quorum/system.ts"
import { type Violation, verdictOf } from "../property.ts"
import {
  type LogProperty,
  type LogSubject,
  acceptorAnswers,
  acceptorWrites,
  executions,
  logProperty,
} from "./facts.ts"
import { type Batch, formatCommand } from "../../protocol/log/command.ts"

/**
 * The safety properties of every run of the log, under any faults. Decisions are derived from what
 * acceptors have durably accepted, not from what replicas report.
 */
export const logSafety: readonly LogProperty[] = [
  logProperty({
    name: "agreement",
    reference: "Howard 2019, lemma 14, for each slot",
    statement: "At most one value is decided for a slot.",
    needs: { acceptorWrites },
    judge: ({ acceptorWrites: { decisions, redecided } }, { plan }) =>
      verdictOf(
        decisions,
        "decided slots",
        seen(
          redecided,
          ({ slot, epoch, first, second, by }) =>
            `slot ${slot} was decided to be ${show(first)}, and then ${show(second)} in epoch ${formatEpoch(epoch)} by ${formatSet(plan, by)}`,
        ),
      ),
  }),
  logProperty({
    name: "one-value-per-epoch",
    reference: "Howard 2019, lemma 9",
    statement: "At most one value is proposed for a slot in an epoch.",
    needs: { acceptorWrites },
    judge: ({ acceptorWrites: { acceptances, rivals } }) =>
      verdictOf(
        acceptances,
        "acceptances",
        seen(
          rivals,
          ({ slot, epoch, first, second }) =>
            `epoch ${formatEpoch(epoch)} proposes ${show(first)} and ${show(second)} for slot ${slot}`,
        ),
      ),
  }),
  logProperty({
    name: "last-promised-monotone",
    reference: "Howard 2019, lemmas 6 and 7",
    statement: "No acceptor promises or accepts below what it has promised.",
    needs: { acceptorWrites },
    judge: ({ acceptorWrites: { promises, lowered } }, subject) =>
      verdictOf(
        promises,
        "writes",
        seen(
          lowered,
          ({ acceptor, epoch, before }) =>
            `${nameOf(subject, acceptor)} wrote epoch ${formatEpoch(epoch)} after it had promised ${formatEpoch(before)}`,
        ),
      ),
  }),
  logProperty({
    name: "safe-learning",
    reference: "Howard 2019, lemma 15",
    statement: "An executed slot was decided before, with that value.",
    needs: { executions },
    judge: ({ executions: { remembered, undecided } }, subject) =>
      verdictOf(
        remembered,
        "executed slots",
        seen(undecided, ({ replica, slot, batch, decided }) => {
          const what = `${nameOf(subject, replica)} executed ${show(batch)} in slot ${slot}`
          return decided === undefined
            ? `${what}, which is not decided`
            : `${what}, where ${show(decided)} is decided`
        }),
      ),
  }),
  logProperty({
    name: "prefix",
    reference: "Howard 2019, §3.6: slots are executed in order",
    statement: "Every replica executes the slots in order, without gaps and duplicates.",
    needs: { executions },
    judge: ({ executions: { count, outOfOrder } }, subject) =>
      verdictOf(
        count,
        "executed slots",
        seen(
          outOfOrder,
          ({ replica, slot, expected }) =>
            `${nameOf(subject, replica)} executed slot ${slot} when slot ${expected} was next`,
        ),
      ),
  }),
  logProperty({
    name: "state-machine",
    reference: "Schneider 1990: equal commands, equal results",
    statement: "A command has the same result at every replica.",
    needs: { executions },
    judge: ({ executions: { results, unequal } }, subject) =>
      verdictOf(
        results,
        "results",
        seen(
          unequal,
          ({ replica, slot, command, result, expected }) =>
            `${nameOf(subject, replica)} got ${String(result)} from ${formatCommand(command)} in slot ${slot}; others got ${String(expected)}`,
        ),
      ),
  }),
  logProperty({
    name: "acknowledged",
    reference: "durability: acknowledged writes are decided",
    statement: "An acknowledged write is in an executed slot, with the result in its reply.",
    needs: { executions },
    judge: ({ executions: { answers, unexecuted, untrue } }) =>
      verdictOf(
        answers,
        "replies to writes",
        seen(
          unexecuted,
          ({ command }) => `${formatCommand(command)} was acknowledged but is in no executed slot`,
        ),
        seen(
          untrue,
          ({ command, result, expected }) =>
            `the reply to ${formatCommand(command)} was ${String(result)}; its result is ${String(expected)}`,
        ),
      ),
  }),
]

/** Acceptors promise and accept only what they have written down. Remembers every slot: for runs of bounded length. */
export const durableAnswers = logProperty({
  name: "durable-answers",
  reference: "Howard 2019, property 10",
  statement: "An acceptor promises and accepts only what is on its disk.",
  needs: { acceptorAnswers },
  judge: ({ acceptorAnswers: { count, unwritten } }) =>
    verdictOf(
      count,
      "promises and acceptances",
      seen(unwritten, ({ acceptor, epoch, slot }) => {
        const answer = slot === undefined ? "promised" : `accepted slot ${slot} in`
        return `process ${acceptor} ${answer} epoch ${formatEpoch(epoch)}, and nothing on its disk says so`
      }),
    ),
})

/** A contradiction as a violation; none, if there was none. */
function seen<Fact extends { readonly at: Micros }>(
  fact: Fact | undefined,
  message: (fact: Fact) => string,
): Violation | undefined {
  return fact === undefined ? undefined : { at: fact.at, message: message(fact) }
}

function nameOf({ plan }: LogSubject, replica: Address): string {
  return plan.nodes[replica] ?? `process ${replica}`
}

function show(batch: Batch): string {
  return batch.length === 0 ? "a no-op" : `[${batch.map(formatCommand).join("; ")}]`
}
