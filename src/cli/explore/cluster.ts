import { z } from "zod"
import { UsageError } from "../../base/errors.ts"
import { type ExploredPaxos, type PaxosModel, paxosModel } from "../../check/explored-paxos.ts"
import { mutantNamed } from "../../check/mutants/index.ts"
import { networkKinds } from "../../world/explore/model.ts"
import { type ClusterOptions, paxosCluster } from "../../protocol/paxos/cluster.ts"
import { type NamedVariant, variantNamed } from "../../protocol/paxos/variants.ts"
import type { QuorumPlan } from "../../quorum/plan.ts"
import { readPlan } from "../shared/system-argument.ts"

/** The settings of the actor model, as they stand in replay files. */
export const actorSettingsSchema = z.strictObject({
  /** A quorum system or quorum plan. */
  system: z.string(),
  /** The id of a variant of Paxos. */
  variant: z.string(),
  proposers: z.int().min(1).max(26),
  epochs: z.int().min(1),
  network: z.enum(networkKinds),
  lossy: z.boolean(),
  timeouts: z.boolean(),
  crashes: z.int().min(0),
  nacks: z.boolean(),
  /** The id of a seeded bug. */
  mutant: z.string().optional(),
})

export type ActorSettings = z.infer<typeof actorSettingsSchema>

/** The plan of a text; `own(n)` is the default plan of the variant for n acceptors. */
export async function planOf(text: string, variant: NamedVariant): Promise<QuorumPlan> {
  const own = /^\s*own\((\d+)\)\s*$/.exec(text)
  return own === null ? readPlan(text) : variant.plan(Number(own[1]))
}

const noBackOff = { kind: "none" } as const

/** The cluster of the settings and its model. Proposer i proposes the i-th letter. */
export async function exploredCluster(
  settings: ActorSettings,
): Promise<{ explored: ExploredPaxos; model: PaxosModel }> {
  const { system, variant, proposers, nacks, mutant, ...conditions } = settings
  const named = variantNamed(variant)
  const plan = await planOf(system, named)
  if (proposers > 26)
    throw new UsageError(
      `--proposers is ${proposers}; it must be an integer from 1 to 26 (candidates are letters).`,
    )
  const options: ClusterOptions = {
    plan,
    variant: named.switches,
    proposers: named.colocated === true ? plan.nodes.length : proposers,
    ...(named.colocated === true && { colocated: true }),
    nacks,
    // The explorer ignores durations: a pending timer may fire at any moment.
    timeout: { min: 1, max: 1 },
    backOff: noBackOff,
  }
  const sound = paxosCluster(options)
  const cluster = mutant === undefined ? sound : mutantNamed(mutant).apply(sound, options)
  const candidates = Array.from({ length: proposers }, (_, i) => String.fromCharCode(65 + i))
  const explored = { cluster, candidates, ...conditions }
  return { explored, model: paxosModel(explored) }
}
