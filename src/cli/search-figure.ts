import type { SearchResult } from "../analysis/search.ts"
import { paretoFront } from "../experiment/figure/from-rows.ts"
import type { ScatterFigure } from "../experiment/figure.ts"

/** The front of a search in the plane of load and failure probability, its systems by the letters of the table. */
export function searchFigure(
  { front, complete, considered }: SearchResult,
  letterOf: (index: number) => string,
): ScatterFigure {
  const points = front.map(({ load, failureProbability }, i) => ({
    x: load,
    y: failureProbability,
    label: letterOf(i),
  }))
  const possible = points.some(({ y }) => y > 0)
  return {
    kind: "scatter",
    id: "search-front",
    caption: "Systems that no other beats in every measure together: load against failure probability.",
    x: { title: "load" },
    // Of nodes that never fail there is nothing a logarithm could show.
    y: { title: "failure probability", ...(possible && { scale: "log" }) },
    series: [{ name: "systems", points }],
    front: paretoFront(points),
    notes: [
      "Phase 2 is the dual of the formula. On the line are those that no other beats in these two measures; the others are better in latency, network load or failures survived.",
      front.map(({ system }, i) => `${letterOf(i)}: ${system.name}`).join("; ") + ".",
      `${considered} systems considered; the search is ${complete ? "complete" : "not complete"}. Exact: no runs, no intervals.`,
    ],
  }
}
