import { type Catalogue, catalogueOf } from "../src/quorum/define.ts"
import classicGrid from "./classic-grid.ts"
import explicit from "./explicit.ts"
import grid from "./grid.ts"
import majority from "./majority.ts"
import simple from "./simple.ts"
import split from "./split.ts"
import weighted from "./weighted.ts"

/** Every family of quorum systems, in teaching order. */
export const catalogue: Catalogue = catalogueOf([
  majority,
  simple,
  grid,
  classicGrid,
  weighted,
  split,
  explicit,
])
