import type { Address } from "../protocol/actor.ts"
import { logMessageTypes } from "../protocol/log/messages.ts"
import type { Cast } from "../sim/faults/notation.ts"
import { type LatencyModel, matrixLatency } from "../sim/latency.ts"
import { refuseRegions, regionNumber, regionsInTurn } from "../sim/placement.ts"
import type { LogSetup } from "./log-setup.ts"

/** Where everyone in a log is. */
export interface Placement {
  readonly latency: LatencyModel
  /** Where each group of clients is: a region, or the name of the replica it is beside. */
  readonly groups: readonly string[]
  /** By address, replicas and then groups of clients: the region of each, where there are any. */
  readonly regions: readonly string[]
}

/** Where everyone is, and how far apart: replicas, then groups of clients. */
export function placement(setup: PlacedSetup): Placement {
  const { latency, plan, replicaRegions, clientRegions, jitterSigma } = setup
  const n = plan.nodes.length
  if (latency.kind === "everywhere") {
    refuseRegions([...replicaRegions, ...clientRegions])
    return {
      latency: besideReplicas(latency.model, n),
      groups: plan.nodes.slice(0, setup.groups ?? n),
      regions: [],
    }
  }
  const { name, delays } = latency
  const replicas = regionsInTurn(latency, n, replicaRegions)
  const groups =
    clientRegions.length === 0 ? replicas : clientRegions.map((region) => regionNumber(latency, region))
  const nameOf = (region: number): string => delays.regions[region]!
  return {
    latency: matrixLatency(name, delays, [...replicas, ...groups], jitterSigma),
    groups: groups.map(nameOf),
    regions: [...replicas, ...groups].map(nameOf),
  }
}

type PlacedSetup = Pick<
  LogSetup,
  "latency" | "plan" | "replicaRegions" | "clientRegions" | "jitterSigma" | "groups"
>

/** Who the faults of a setup may name: replicas and groups of clients, regions, and everybody of a kind. */
export function castOf(setup: PlacedSetup): Cast {
  const { groups: clients, regions } = placement(setup)
  const names = [...setup.plan.nodes, ...clients.map((_, i) => `clients${i + 1}`)]
  const n = setup.plan.nodes.length
  const groups = new Map<string, Address[]>()
  regions.forEach((region, address) => groups.set(region, [...(groups.get(region) ?? []), address]))
  const addresses = names.map((_, address) => address)
  groups.set("replicas", addresses.slice(0, n))
  groups.set("clients", addresses.slice(n))
  groups.set("all", addresses)
  groups.set("nobody", [])
  return { names, groups, messageTypes: logMessageTypes }
}

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
