import { z } from "zod"
import { UsageError } from "../../base/errors.ts"
import { type ExploredPaxos, type PaxosModel, paxosModel } from "../../check/explored-paxos.ts"
import { mutantNamed } from "../../check/mutants/index.ts"
import { networkKinds } from "../../world/explore/model.ts"
import { type ClusterOptions, paxosCluster } from "../../protocol/paxos/cluster.ts"
import { type NamedVariant, variantNamed } from "../../protocol/paxos/variants.ts"
import type { QuorumPlan } from "../../quorum/plan.ts"
import { readPlan } from "../shared/system-argument.ts"

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
  /** A mistake planted in the actors, by its id. */
  mutant: z.string().optional(),
})

/** What the options and replay files say of it. */
export type ActorSettings = z.infer<typeof actorSettingsSchema>

/** The plan of a text; `own(n)` is what the variant is at home with, for n acceptors. */
export async function planOf(text: string, variant: NamedVariant): Promise<QuorumPlan> {
  const own = /^\s*own\((\d+)\)\s*$/.exec(text)
  return own === null ? readPlan(text) : variant.plan(Number(own[1]))
}

const noBackOff = { kind: "none" } as const

/** The cluster of the settings, proposer i proposing the i-th letter, and its model. */
export async function exploredCluster(
  settings: ActorSettings,
): Promise<{ explored: ExploredPaxos; model: PaxosModel }> {
  const { system, variant, proposers, nacks, mutant, ...conditions } = settings
  const named = variantNamed(variant)
  const plan = await planOf(system, named)
  if (proposers > 26)
    throw new UsageError(`--proposers is ${proposers}; at most 26 can be told apart by their letters.`)
  const options: ClusterOptions = {
    plan,
    variant: named.switches,
    proposers: named.colocated === true ? plan.nodes.length : proposers,
    ...(named.colocated === true && { colocated: true }),
    nacks,
    // Durations mean nothing to an explorer: a timer that is set may fire at any moment.
    timeout: { min: 1, max: 1 },
    backOff: noBackOff,
  }
  const sound = paxosCluster(options)
  const cluster = mutant === undefined ? sound : mutantNamed(mutant).apply(sound, options)
  const candidates = Array.from({ length: proposers }, (_, i) => String.fromCharCode(65 + i))
  const explored = { cluster, candidates, ...conditions }
  return { explored, model: paxosModel(explored) }
}
