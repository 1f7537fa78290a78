import { UsageError } from "../src/base/errors.ts"
import { defineQuorumSystem } from "../src/quorum/define.ts"
import {
  type QuorumExpr,
  node,
  nodesOf,
  refuseTooMany,
  threshold,
  totalWeight,
} from "../src/quorum/expression.ts"
import { type Argument, type Parameter, isList, isSize, sizes } from "../src/quorum/parameter.ts"

/** The nodes of each zone. */
type Zones = readonly (readonly QuorumExpr[])[]

/** The rule of a phase over the zones. */
interface ZoneRule {
  readonly text: string
  readonly formula: (zones: Zones) => QuorumExpr
}

/**
 * Zones (regions, data centres) of given sizes, with nodes z1n1, z1n2, … and a rule for each phase:
 *
 * - `each`: a majority in every zone; `most`: in a majority of the zones; `any`: in any one zone; `z2`:
 *   in zone 2;
 * - `[zones, nodes]`: a number of nodes in each of a number of zones, as in WPaxos; `[zones, majority]`
 *   likewise;
 * - `quorum`: a majority of all nodes; `one`, `all`;
 * - Cassandra's consistency levels, for a client in zone 1: ONE, TWO, THREE,
 *   QUORUM and SERIAL (as `quorum`), LOCAL_ONE, LOCAL_QUORUM and LOCAL_SERIAL
 *   (as `z1`), EACH_QUORUM (as `each`), ALL.
 */
export default defineQuorumSystem({
  id: "zones",
  summary:
    "Zones of the given sizes, and a rule for each phase: each, most, any, z1, [zones, nodes], quorum, one, all, or a Cassandra level.",
  reference: "Ailijiang, Charapko, Demirbas and Kosar 2020, WPaxos; Apache Cassandra, ConsistencyLevel",
  parameters: [sizes("zones"), rule("phase1"), rule("phase2")],
  examples: [
    "zones([3, 3, 3], most, most)",
    "zones([3, 3, 3], each, any)",
    "zones([3, 3], each, z1)",
    "zones([3, 3], EACH_QUORUM, LOCAL_QUORUM)",
    "zones([3, 3], EACH_QUORUM, QUORUM)",
    "zones([3, 3], SERIAL, SERIAL)",
    "zones([2, 3], LOCAL_SERIAL, LOCAL_SERIAL)",
    "zones([3, 3, 3], [2, 2], [2, majority])",
    "zones([2, 2, 2], all, one)",
  ],
  counterexamples: [
    "zones([3, 3], LOCAL_SERIAL, SERIAL)",
    "zones([3, 3], z1, z2)",
    "zones([3, 3, 3, 3], [2, 2], [2, majority])",
    "zones([3, 3], ONE, QUORUM)",
  ],
  parts: (widths: readonly number[], phase1: ZoneRule, phase2: ZoneRule) => {
    refuseTooMany(totalWeight(widths))
    const zones = widths.map((width, z) =>
      Array.from({ length: width }, (_, i) => node(`z${z + 1}n${i + 1}`)),
    )
    return {
      nodes: zones.flat().flatMap(nodesOf),
      phase1: phase1.formula(zones),
      phase2: phase2.formula(zones),
      zoneOf: zones.flatMap((nodes, zone) => nodes.map(() => zone)),
    }
  },
})

const majorityOf = (children: readonly QuorumExpr[]): QuorumExpr =>
  threshold(Math.floor(children.length / 2) + 1, children)

/** A majority in at least `k` zones. */
const localMajorities = (k: number, zones: Zones): QuorumExpr => threshold(k, zones.map(majorityOf))

const allNodes = (zones: Zones): QuorumExpr => majorityOf(zones.flat())

const rules: Readonly<Record<string, (zones: Zones) => QuorumExpr>> = {
  each: (zones) => localMajorities(zones.length, zones),
  most: (zones) => localMajorities(Math.floor(zones.length / 2) + 1, zones),
  any: (zones) => localMajorities(1, zones),
  quorum: allNodes,
  one: (zones) => count(1, zones),
  all: (zones) => count(zones.flat().length, zones),
  ONE: (zones) => count(1, zones),
  TWO: (zones) => count(2, zones),
  THREE: (zones) => count(3, zones),
  QUORUM: allNodes,
  SERIAL: allNodes,
  LOCAL_ONE: (zones) => threshold(1, zones[0]!),
  LOCAL_QUORUM: (zones) => inZone(1, zones),
  LOCAL_SERIAL: (zones) => inZone(1, zones),
  EACH_QUORUM: (zones) => localMajorities(zones.length, zones),
  ALL: (zones) => count(zones.flat().length, zones),
}

/** Any `k` nodes of all zones together. */
function count(k: number, zones: Zones): QuorumExpr {
  const nodes = zones.flat()
  if (k > nodes.length) {
    throw new UsageError(
      `zones: ${k} nodes are asked for, and there are ${nodes.length} in all zones together.`,
    )
  }
  return threshold(k, nodes)
}

function inZone(number: number, zones: Zones): QuorumExpr {
  const zone = zones[number - 1]
  if (zone === undefined) {
    throw new UsageError(`zones: unknown zone z${number}; valid zones: z1 to z${zones.length}.`)
  }
  return majorityOf(zone)
}

/** `perZone` nodes, or a majority, in each of at least `k` zones; zones that are too small cannot help. */
function someZones(k: number, perZone: number | "majority", zones: Zones): QuorumExpr {
  const able = zones.filter((zone) => perZone === "majority" || zone.length >= perZone)
  if (k > able.length) {
    throw new UsageError(
      `zones: [${k}, ${perZone}] asks for ${k} zones of ${perZone} nodes, and there ${able.length === 1 ? "is" : "are"} ${able.length}.`,
    )
  }
  return threshold(
    k,
    able.map((zone) => (perZone === "majority" ? majorityOf(zone) : threshold(perZone, zone))),
  )
}

function rule(name: string): Parameter<ZoneRule> {
  return {
    name,
    what: "each, most, any, a zone such as z2, [zones, nodes], quorum, one, all, or a Cassandra level such as LOCAL_QUORUM",
    read: readRule,
    show: ({ text }) => text,
  }
}

function readRule(argument: Argument): ZoneRule | undefined {
  if (isList(argument)) return readCounts(argument)
  if (typeof argument !== "string") return undefined
  const zone = /^z([1-9]\d{0,4})$/.exec(argument)?.[1]
  if (zone !== undefined) return { text: argument, formula: (zones) => inZone(Number(zone), zones) }
  const formula = Object.hasOwn(rules, argument) ? rules[argument] : undefined
  return formula && { text: argument, formula }
}

function readCounts(list: readonly Argument[]): ZoneRule | undefined {
  const [k, perZone] = list
  if (list.length !== 2 || k === undefined || !isSize(k)) return undefined
  if (perZone === undefined || (perZone !== "majority" && !isSize(perZone))) return undefined
  return { text: `[${k}, ${perZone}]`, formula: (zones) => someZones(k, perZone, zones) }
}
