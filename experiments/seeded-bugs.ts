import { count, text } from "../src/experiment/column.ts"
import { defineExperiment } from "../src/experiment/define.ts"
import { knownBugs } from "../src/run/bugs.ts"
import { swarmReplay } from "../src/run/replay.ts"
import { swarmRun } from "../src/run/swarm.ts"
import type { Table } from "../src/experiment/table.ts"
import { swarmSystems } from "./swarm-systems.ts"
import { traceHashColumn } from "../src/run/log.ts"

interface Case {
  readonly bug: string
}

interface Observation {
  readonly seeds: number
  readonly check: string
  readonly message: string
  readonly traceHash: string
}

type Row = {
  readonly bug: string
  readonly mistake: string
  readonly check: string | null
  readonly seeds: number
  readonly message: string | null
  readonly replay: string
  readonly traceHash: string | null
}

/** A bug that no seed below this shows counts as not caught. */
const mostSeeds = 300

/**
 * Mistakes that implementations of Paxos have made, planted one at a time: which check notices, and how soon.
 *
 * Varied: which bug is planted. Fixed: the swarm of random runs, from seed 0 on,
 * and the checks that may notice.
 *
 * Expect: every bug noticed by a check that has something to do with it; how many runs that takes says
 * how lucky one has to be to see such a bug, and is of this swarm only.
 */
export default defineExperiment<Case, Observation | null, Row>({
  id: "seeded-bugs",
  question:
    "Do the checks of the replicated log notice when it is wrong, and how many random runs does it take?",
  reference: "Howard 2019, table 2.3: a property taken away breaks the lemmas that rest on it",
  columns: [
    text("bug", "The bug, as quorate swarm --bug knows it."),
    text("mistake", "What is wrong."),
    text("check", "The check that noticed.", { empty: `none in ${mostSeeds} seeds` }),
    count("seeds", "How many random runs it took, from seed 0 on."),
    text("message", "What the check said.", { empty: "nothing noticed" }),
    text("replay", "The command that shows it again."),
    { ...traceHashColumn, empty: "nothing noticed" },
  ],
  cases: () => knownBugs.map(({ id }) => ({ bug: id })),
  runs: 1,
  observe: ({ bug: id }) => {
    const bug = knownBugs.find((known) => known.id === id)!
    for (let seed = 0; seed < mostSeeds; seed++) {
      const { violations, traceHash } = swarmRun(seed, { systems: swarmSystems, bug })
      const noticed = violations.find(({ name }) => bug.caughtBy.includes(name))
      if (noticed !== undefined) {
        return { seeds: seed + 1, check: noticed.name, message: noticed.verdict.because, traceHash }
      }
    }
    return null
  },
  summarise: ({ bug: id }, [observation]) => {
    const bug = knownBugs.find((known) => known.id === id)!
    const seeds = observation?.seeds ?? mostSeeds
    return [
      {
        bug: id,
        mistake: bug.mistake,
        check: observation?.check ?? null,
        seeds,
        message: observation?.message ?? null,
        replay: swarmReplay(seeds - 1, { bug: bug.id }),
        traceHash: observation?.traceHash ?? null,
      },
    ]
  },
  tables: [bugsTable],
})

function bugsTable(rows: readonly Row[]): Table {
  return {
    id: "seeded-bugs",
    caption: "Planted bugs, the check that notices each, and how many random runs that takes.",
    columns: ["bug", "check", "seeds", "mistake"].map((heading) => ({ heading })),
    rows: rows.map(({ bug, check, seeds, mistake }) => [bug, check, seeds, mistake]),
    notes: [
      "Each bug is planted around a correct replica, by changing what it hears, says or remembers; seeds from 0 on.",
      `${rows.filter(({ check }) => check !== null).length} of ${rows.length} are noticed.`,
      "The last of the seeds is seen again by `quorate swarm --first <seeds - 1> --seeds 1 --bug <bug>`; the CSV has each command.",
    ],
  }
}
