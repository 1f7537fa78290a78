import type { Table } from "../../src/experiment/table.ts"
import { table21, table22, table23, table24 } from "./chapter-2.ts"
import { table312, table38 } from "./chapter-3.ts"
import { table41, table42, table51, tableGrid } from "./chapter-4-and-5.ts"
import { table432, table54 } from "./co-located.ts"
import { tableE6 } from "./errata.ts"
import { table71, table72 } from "./chapter-7.ts"

/** The tables of Howard 2019, computed; by the name under which `quorate table` knows them. */
export const thesisTables: ReadonlyMap<string, () => Table> = new Map([
  ["thesis-2.1", table21],
  ["thesis-2.2", table22],
  ["thesis-2.3", table23],
  ["thesis-2.4", table24],
  ["thesis-3.8", table38],
  ["thesis-3.12", table312],
  ["thesis-4.1", table41],
  ["thesis-4.3.2", table432],
  ["thesis-4.2", table42],
  ["thesis-5.1", table51],
  ["thesis-5.4", table54],
  ["thesis-7.1", table71],
  ["thesis-7.2", table72],
  ["thesis-E6", tableE6],
  ["thesis-grid", tableGrid],
])
