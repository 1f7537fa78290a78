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

/** A bug that no seed below this exposes counts as not detected. */
const maxSeeds = 300

/**
 * Bugs of real implementations of Paxos, seeded one at a time: which check detects each, and after how many runs.
 *
 * Varied: which bug is planted. Fixed: the swarm of random runs, from seed 0 on,
 * and the checks that may notice.
 *
 * Expect: every bug noticed by a check that has something to do with it; how many runs that takes says
 * how lucky one has to be to see such a bug, and is of this swarm only.
 */
export default defineExperiment<Case, Observation | null, Row>({
  id: "seeded-bugs",
  question: "Do the checkers detect seeded bugs in the replicated log, and after how many runs?",
  reference: "Howard 2019, table 2.3: a property taken away breaks the lemmas that rest on it",
  columns: [
    text("bug", "Id of the bug, for `quorate swarm --bug`."),
    text("mistake", "The bug."),
    text("check", "The check that detects it.", { empty: `none in ${maxSeeds} seeds` }),
    count("seeds", "Number of random runs until detection, from seed 0."),
    text("message", "The message of the check.", { empty: "not detected" }),
    text("replay", "Command that replays the run."),
    { ...traceHashColumn, empty: "not detected" },
  ],
  cases: () => knownBugs.map(({ id }) => ({ bug: id })),
  runs: 1,
  observe: ({ bug: id }) => {
    const bug = knownBugs.find((known) => known.id === id)!
    for (let seed = 0; seed < maxSeeds; seed++) {
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
    const seeds = observation?.seeds ?? maxSeeds
    return [
      {
        bug: id,
        mistake: bug.does,
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
    caption:
      "Seeded bugs in the replicated log: the check that detects each and the number of random runs until then.",
    columns: ["bug", "check", "runs", "description"].map((heading) => ({ heading })),
    rows: rows.map(({ bug, check, seeds, mistake }) => [bug, check, seeds, mistake]),
    notes: [
      "Each bug wraps a correct replica and changes what it receives, sends or stores. Seeds count from 0.",
      `${rows.filter(({ check }) => check !== null).length} of ${rows.length} bugs are detected.`,
      "Replay: `quorate swarm --first <runs - 1> --seeds 1 --bug <bug>`; the CSV has each command.",
    ],
  }
}
