import { UsageError, describeUnknown } from "../base/errors.ts"
import type { NodeId, Phase, QuorumSystem } from "../quorum/system.ts"

/** What is known of one node. Everything may be left out. */
export interface NodeProperties {
  /** Requests it can serve in a unit of time, of both phases alike or of each. Default 1. */
  readonly capacity?: number | PhasePair
  /** Time until the node replies, in any unit; default 0. */
  readonly latency?: number | PhasePair
  /** Probability that it is down, independently of the others; default as given for all. */
  readonly failureProbability?: number
  /** The fault domain it stands in: when the zone fails, so does every node of it. */
  readonly zone?: string
}

/** A figure for each phase, where reading and writing cost a node differently. */
export interface PhasePair {
  readonly phase1: number
  readonly phase2: number
}

/** What is known of nodes and of zones; what is left out is the same for all. */
export interface NodeOptions {
  readonly nodes?: Readonly<Record<NodeId, NodeProperties>>
  /** The failure probability of every node for which none is given; default 0. */
  readonly failureProbability?: number
  /** The probability that a zone fails as a whole, by zone; a zone left out does not fail by itself. */
  readonly zones?: Readonly<Record<string, number>>
}

/** A fault domain: nodes that fail together, in addition to failing individually. */
export interface FaultDomain {
  readonly name: string
  readonly positions: readonly number[]
  readonly failureProbability: number
}

/** The properties of all nodes, in the order of the system's nodes. */
export interface NodeTable {
  readonly capacity: Readonly<Record<Phase, readonly number[]>>
  readonly latency: Readonly<Record<Phase, readonly number[]>>
  readonly failureProbability: readonly number[]
  readonly domains: readonly FaultDomain[]
}

/** Reads node properties; a name that is no node of the system and a number out of range are UsageErrors. */
export function nodeTable(
  system: Pick<QuorumSystem, "nodes" | "name">,
  options: NodeOptions = {},
): NodeTable {
  const { nodes = {}, failureProbability = 0, zones = {} } = options
  refuseStrangers(system, Object.keys(nodes))
  const column = (rule: NumberRule, read: (of: NodeProperties) => number | undefined): number[] =>
    system.nodes.map((name) =>
      checked(
        rule,
        `node ${name}`,
        (Object.hasOwn(nodes, name) ? read(nodes[name]!) : undefined) ?? rule.fallback,
      ),
    )
  const p = checked(probabilityRule, "every node", failureProbability)
  return {
    capacity: {
      1: column(capacityRule, ({ capacity }) => ofPhase(capacity, 1)),
      2: column(capacityRule, ({ capacity }) => ofPhase(capacity, 2)),
    },
    latency: {
      1: column(latencyRule, ({ latency }) => ofPhase(latency, 1)),
      2: column(latencyRule, ({ latency }) => ofPhase(latency, 2)),
    },
    failureProbability: column({ ...probabilityRule, fallback: p }, (of) => of.failureProbability),
    domains: domainsOf(system, nodes, zones),
  }
}

/** The meaning of a number, its allowed values and its default. */
export interface NumberRule {
  readonly what: string
  readonly must: string
  readonly accepts: (value: number) => boolean
  readonly fallback: number
}

/** A failure probability, 0 by default. */
export const probabilityRule: NumberRule = {
  what: "failure probability",
  must: "a number from 0 to 1",
  accepts: (p) => p >= 0 && p <= 1,
  fallback: 0,
}

/** Requests per unit of time; a node of capacity 0 cannot be used. */
export const capacityRule: NumberRule = {
  what: "capacity",
  must: "a number of at least 0: requests in a unit of time",
  accepts: (c) => c >= 0 && c < Infinity,
  fallback: 1,
}

/** A time in any unit, as long as it is the same for all. */
export const latencyRule: NumberRule = {
  what: "latency",
  must: "a number of at least 0, in any unit of time",
  accepts: (t) => t >= 0 && t < Infinity,
  fallback: 0,
}

/** Returns the value if the rule accepts it; throws a UsageError that names its owner otherwise. */
export function checked(rule: NumberRule, whose: string, value: number): number {
  if (rule.accepts(value)) return value
  throw new UsageError(`the ${rule.what} of ${whose} is ${value}; must be ${rule.must}.`)
}

function ofPhase(value: number | PhasePair | undefined, phase: Phase): number | undefined {
  if (typeof value !== "object") return value
  return phase === 1 ? value.phase1 : value.phase2
}

function refuseStrangers(system: Pick<QuorumSystem, "nodes" | "name">, names: readonly string[]): void {
  const stranger = names.find((name) => !system.nodes.includes(name))
  if (stranger === undefined) return
  throw new UsageError(
    `properties are given for an ${describeUnknown("node", stranger, system.nodes, shortened(system.nodes))}`,
  )
}

function shortened(names: readonly string[]): readonly string[] {
  return names.length > 12 ? [...names.slice(0, 12), `… (${names.length})`] : names
}

/** One domain for every zone that can fail. A probability for a zone no node stands in is a UsageError. */
function domainsOf(
  system: Pick<QuorumSystem, "nodes">,
  nodes: Readonly<Record<NodeId, NodeProperties>>,
  zones: Readonly<Record<string, number>>,
): FaultDomain[] {
  const zoneOf = (name: NodeId): string | undefined =>
    Object.hasOwn(nodes, name) ? nodes[name]!.zone : undefined
  return Object.entries(zones).map(([name, probability]) => {
    const positions = system.nodes.flatMap((node, position) => (zoneOf(node) === name ? [position] : []))
    if (positions.length === 0) {
      const known = new Set(system.nodes.flatMap((node) => zoneOf(node) ?? []))
      throw new UsageError(`a failure probability is given for an ${describeUnknown("zone", name, known)}`)
    }
    return { name, positions, failureProbability: checked(probabilityRule, `zone ${name}`, probability) }
  })
}
