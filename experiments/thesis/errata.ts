import { fullSet } from "../../src/base/node-set.ts"
import type { Table } from "../../src/experiment/table.ts"
import { majorityOf, multiPathPlan } from "../../src/protocol/paxos/plans.ts"
import { type Report, possibleAfterFastEpoch } from "../../src/protocol/paxos/value-selection.ts"

/** Every way to distribute r reports over "nothing" and some values, up to renaming: the size of each value's share. */
function* splits(reports: number, largest = reports): Generator<number[]> {
  yield []
  for (let part = Math.min(reports, largest); part > 0; part--) {
    for (const rest of splits(reports - part, part)) yield [part, ...rest]
  }
}

/**
 * Promises that leave the slow path of Algorithm 32 with two values: the shares,
 * or nothing. The algorithm goes on as soon as it has a majority, so the print
 * is tried with just that; the corrected rule has to work with any number.
 */
export function haltingReports(n: number, threshold: "corrected" | "printed"): Halting | undefined {
  const rule = possibleAfterFastEpoch(multiPathPlan(n), threshold)
  const most = threshold === "printed" ? majorityOf(n) : n
  for (let promises = majorityOf(n); promises <= most; promises++) {
    const shares = [...splits(promises)].find((some) => {
      const told = some.flatMap((share, i) => Array<Report>(share).fill({ epoch: 0, value: valueName(i) }))
      const nothing = Array<Report>(promises - told.length).fill("nil")
      const reports = [...told, ...nothing, ...Array<Report>(n - promises).fill("no")]
      return rule({ epoch: 1, promised: fullSet(promises), greatest: 0, reports }).kind === "open"
    })
    if (shares !== undefined) return { promises, shares }
  }
  return undefined
}

interface Halting {
  readonly promises: number
  /** How many promises report each of the values; the others report nothing. */
  readonly shares: readonly number[]
}

const valueName = (i: number): string => String.fromCharCode(65 + i)

/** Erratum E6: which thresholds of Algorithm 32, line 17, halt, found by trying all promises of a majority or more. */
export function tableE6(): Table {
  return {
    id: "thesis-e6",
    caption:
      "Promises with which the slow path of multi-path Paxos halts, by $n$, with the printed and the corrected threshold.",
    columns: [
      { heading: "$n$" },
      { heading: "majority" },
      { heading: "threshold", group: "as printed" },
      { heading: "halts on", group: "as printed" },
      { heading: "threshold", group: "corrected" },
      { heading: "halts on", group: "corrected" },
    ],
    rows: Array.from({ length: 15 }, (_, i) => i + 2).map((n) => [
      n,
      majorityOf(n),
      Math.ceil(n / 4),
      shown(n, "printed"),
      Math.ceil((3 * n) / 4) + majorityOf(n) - n,
      shown(n, "corrected"),
    ]),
    notes: [
      "Algorithm 32, line 17: printed $⌈n/4⌉$; corrected $k + ⌊n/2⌋ + 1 − n$ with $k = ⌈3n/4⌉$. They are equal only for $n ≡ 1$ (mod 4).",
      "All distributions of first-epoch reports over a majority of promises were tried (for the corrected threshold also over more); the first that leaves two values is shown.",
    ],
  }
}

/** The first distribution of reports that leaves two values, in words. */
function shown(n: number, threshold: "corrected" | "printed"): string {
  const halting = haltingReports(n, threshold)
  if (halting === undefined) return "nothing"
  const { promises, shares } = halting
  const told = shares.map((share, i) => `${share} ${valueName(i)}`)
  const silent = promises - shares.reduce((sum, share) => sum + share, 0)
  return [...told, ...(silent === 0 ? [] : [`${silent} nil`])].join(", ")
}
