import type { LogSetup } from "./log-settings.ts"
import type { Address } from "../protocol/actor.ts"
import { UsageError, describeUnknown } from "../base/errors.ts"
import { type LatencyModel, matrixLatency } from "../world/simulate/latency.ts"
import { type Places, refuseRegions, regionNumber, regionsInTurn } from "../world/simulate/latency-matrix.ts"

/** The regions of the replicas and clients of a log. */
export interface Placement {
  readonly latency: LatencyModel
  /** The place of each group of clients: a region, or the name of its co-located replica. */
  readonly groups: readonly string[]
  /** By address, replicas and then groups of clients: the region of each, where there are any. */
  readonly regions: readonly string[]
}

/** The topology of a setup: replicas, then groups of clients, with their delays. */
export function placement(setup: PlacedSetup): Placement {
  const { latency, plan, replicaRegions, clientRegions, jitterSigma } = setup
  const n = plan.nodes.length
  if (latency.kind === "everywhere") {
    refuseRegions([...replicaRegions, ...clientRegions])
    return {
      latency: besideReplicas(latency.model, n),
      groups: plan.nodes.slice(0, setup.clientGroups ?? n),
      regions: [],
    }
  }
  const { name, delays } = latency
  const replicas = regionsInTurn(latency, n, replicaRegions, plan.systemAt(0).zoneOf)
  const named = clientRegions.join() === "all" ? delays.regions : clientRegions
  const groups = named.length === 0 ? replicas : named.map((region) => regionNumber(latency, region))
  const nameOf = (region: number): string => delays.regions[region]!
  return {
    latency: matrixLatency(name, delays, [...replicas, ...groups], jitterSigma),
    groups: groups.map(nameOf),
    regions: [...replicas, ...groups].map(nameOf),
  }
}

/** The region of each replica and group of clients, by name. */
export function placesOf(setup: PlacedSetup): Places {
  const { groups, regions } = placement(setup)
  const names = [...setup.plan.nodes, ...groups.map((_, group) => `clients${group + 1}`)]
  return Object.fromEntries(regions.map((region, i) => [names[i]!, region]))
}

/** The settings that place replicas and clients. */
export type PlacedSetup = Pick<
  LogSetup,
  "latency" | "plan" | "replicaRegions" | "clientRegions" | "jitterSigma" | "clientGroups"
>

/** A model that is the same everywhere, but for group i of the clients, which is on the machine of replica i. */
function besideReplicas(model: LatencyModel, n: number): LatencyModel {
  const together = (from: Address, to: Address): boolean => from % n === to % n
  return {
    name: model.name,
    expected: (from, to) => (together(from, to) ? 0 : model.expected(from, to)),
    isConstant: model.isConstant,
    sampler: (random) => {
      const draw = model.sampler(random)
      return (from, to) => (together(from, to) ? 0 : draw(from, to))
    },
  }
}

/** The address of the first leader: the replica that is named, or the first one in the region that is. */
export function firstLeader(setup: LogSetup, { regions }: Placement = placement(setup)): Address {
  const { leader, plan } = setup
  if (leader === null) return 0
  const replica = plan.nodes.indexOf(leader)
  const found = replica >= 0 ? replica : regions.indexOf(leader)
  if (found >= 0 && found < plan.nodes.length) return found
  const known = [...plan.nodes, ...new Set(regions.slice(0, plan.nodes.length))]
  throw new UsageError(describeUnknown("leader", leader, known))
}
