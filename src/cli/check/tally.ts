import { UsageError } from "../../base/errors.ts"
import { intersection, size } from "../../base/node-set.ts"
import { type Tally, tally } from "../../quorum/meet/tally.ts"
import { type Epoch, type QuorumPlan, derivedNotes, derivedPhase2 } from "../../quorum/plan.ts"
import { type Phase, formatSet, phases, setOf } from "../../quorum/system.ts"
import type { Context } from "../shared/context.ts"
import type { Format } from "../shared/options.ts"
import { printJson, printTables } from "../shared/output.ts"

/** Names of acceptors, as `--yes` and `--no` give them. */
export interface GivenReplies {
  readonly yes?: string
  readonly no?: string
}

interface PhaseTally {
  readonly epoch: Epoch
  readonly phase: Phase
  readonly tally: Tally
}

/** `quorate check --yes a1,a2 --no a3`: whether each phase is won, lost or pending with these replies. */
export async function printTally(
  context: Context,
  format: Format,
  plan: QuorumPlan,
  given: GivenReplies,
): Promise<void> {
  const replies = { yes: setOf(plan, namesIn(given.yes)), no: setOf(plan, namesIn(given.no)) }
  const both = intersection(replies.yes, replies.no)
  if (size(both) > 0) throw new UsageError(`--yes and --no both name ${formatSet(plan, both)}.`)
  const tallies = plan.ranges.flatMap(({ from: epoch, system }) =>
    phases.map((phase): PhaseTally => ({ epoch, phase, tally: tally(system, phase, replies) })),
  )
  if (format === "json") {
    printJson(context.io, { system: plan.name, yes: namesIn(given.yes), no: namesIn(given.no), tallies })
  } else if (format === "table") {
    const derived = derivedPhase2(plan)
    const name = derived === undefined ? plan.name : `${plan.name}\nphase 2: ${derived}`
    context.io.out(`${name}\n\n${tallies.map((one) => tallyLine(one, plan)).join("\n")}\n`)
  } else {
    await printTables(context.io, format, [
      {
        id: "tally",
        caption: `Phases of ${plan.name} with yes from ${formatSet(plan, replies.yes)} and no from ${formatSet(plan, replies.no)}.`,
        columns: [{ heading: "epoch" }, { heading: "phase" }, { heading: "tally" }],
        rows: tallies.map((one) => [one.epoch, one.phase, one.tally]),
        notes: derivedNotes(plan),
      },
    ])
  }
}

/** "phase 1 of epoch 0  won"; the epoch only where there are several ranges. */
function tallyLine({ epoch, phase, tally: result }: PhaseTally, { ranges }: QuorumPlan): string {
  return `phase ${phase}${ranges.length > 1 ? ` from epoch ${epoch}` : ""}  ${result}`
}

const namesIn = (list = ""): string[] =>
  list
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "")
