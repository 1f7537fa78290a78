import { z } from "zod"
import { UsageError } from "../base/errors.ts"
import { type ExploredPaxos, type PaxosModel, paxosModel } from "../check/explored-paxos.ts"
import { networkKinds } from "../explore/actors/model.ts"
import { paxosCluster } from "../protocol/paxos/cluster.ts"
import { variantNamed } from "../protocol/paxos/variants.ts"
import { readPlan } from "./plan-argument.ts"

/** What makes a model of actors, in plain words: from the command line, and in replay files. */
export const actorSettingsSchema = z.strictObject({
  /** A quorum system, or a plan of one per range of epochs. */
  system: z.string(),
  /** A member of the Paxos family, by its id. */
  variant: z.string(),
  proposers: z.int().min(1).max(26),
  epochs: z.int().min(1),
  network: z.enum(networkKinds),
  lossy: z.boolean(),
  timeouts: z.boolean(),
  crashes: z.int().min(0),
  nacks: z.boolean(),
})

export type ActorSettings = z.infer<typeof actorSettingsSchema>

/** The cluster of the settings, proposer i proposing the i-th letter, and its model. */
export async function exploredCluster(
  settings: ActorSettings,
): Promise<{ explored: ExploredPaxos; model: PaxosModel }> {
  const { system, variant, proposers, nacks, ...conditions } = settings
  const named = variantNamed(variant)
  const plan = await readPlan(system)
  if (proposers > 26)
    throw new UsageError(`--proposers is ${proposers}; at most 26 can be told apart by their letters.`)
  const cluster = paxosCluster({
    plan,
    variant: named.switches,
    proposers: named.colocated === true ? plan.nodes.length : proposers,
    ...(named.colocated === true && { colocated: true }),
    nacks,
    // Durations mean nothing to an explorer: a timer that is set may fire at any moment.
    timeout: { min: 1, max: 1 },
    backOff: { kind: "none" },
  })
  const candidates = Array.from({ length: proposers }, (_, i) => String.fromCharCode(65 + i))
  const explored = { cluster, candidates, ...conditions }
  return { explored, model: paxosModel(explored) }
}
