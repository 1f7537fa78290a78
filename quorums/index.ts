import { type Catalogue, catalogueOf } from "../src/quorum/define.ts"
import accord from "./accord.ts"
import classicGrid from "./classic-grid.ts"
import compose from "./compose.ts"
import coverGrid from "./cover-grid.ts"
import cwlog from "./cwlog.ts"
import epaxos from "./epaxos.ts"
import explicit from "./explicit.ts"
import fastPaxos from "./fast-paxos.ts"
import grid from "./grid.ts"
import hierarchical from "./hierarchical.ts"
import hqs from "./hqs.ts"
import joint from "./joint.ts"
import mGrid from "./m-grid.ts"
import majority from "./majority.ts"
import paths from "./paths.ts"
import projectivePlane from "./projective-plane.ts"
import rowa from "./rowa.ts"
import simple from "./simple.ts"
import singleton from "./singleton.ts"
import both from "./both.ts"
import split from "./split.ts"
import tree from "./tree.ts"
import triangle from "./triangle.ts"
import unanimous from "./unanimous.ts"
import wall from "./wall.ts"
import weighted from "./weighted.ts"
import wheel from "./wheel.ts"
import zones from "./zones.ts"

/** Every family of quorum systems, in teaching order. */
export const catalogue: Catalogue = catalogueOf([
  // Counting.
  majority,
  simple,
  weighted,
  singleton,
  rowa,
  unanimous,
  // Rectangles and walls.
  grid,
  classicGrid,
  coverGrid,
  mGrid,
  wheel,
  wall,
  triangle,
  cwlog,
  // Trees and geometry.
  tree,
  hqs,
  hierarchical,
  projectivePlane,
  paths,
  // Protocols and deployments.
  fastPaxos,
  epaxos,
  accord,
  zones,
  // Systems made of others.
  split,
  both,
  joint,
  compose,
  explicit,
])
