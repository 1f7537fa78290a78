import { z } from "zod"
import { UsageError } from "../../base/errors.ts"
import { type Exploration, explorationOf } from "../../run/exploration.ts"
import { type Protocol, ownPlanOf, settingsOf, withDefaults } from "../../run/protocol.ts"
import { manifestOf, readSettings } from "../../run/setting.ts"
import { networkKinds } from "../../world/explore/model.ts"
import { readAssignments, readProtocol } from "../shared/protocol-argument.ts"
import { readPlan } from "../shared/system-argument.ts"

/**
 * What is explored, in plain words: from the command line, and in replay files.
 * Beside these keys it has the settings of the protocol, by their names.
 */
export const explorationSchema = z.looseObject({
  /** A protocol by its id, or the file of one. */
  protocol: z.string(),
  /** A quorum system, or a plan of one per range of epochs. */
  system: z.string(),
  proposers: z.int().min(1).max(26),
  epochs: z.int().min(1),
  network: z.enum(networkKinds),
  lossy: z.boolean(),
  timeouts: z.boolean(),
  crashes: z.int().min(0),
  /** A mistake planted in the processes, by its id. */
  mutant: z.string().optional(),
})

/** What the options and replay files say of it. */
export type ExplorationWords = z.infer<typeof explorationSchema>

/** The exploration that the words describe. */
export async function readExploration(words: ExplorationWords): Promise<Exploration> {
  const { protocol: name, system, proposers, epochs, network, lossy, timeouts, crashes, mutant } = words
  const protocol = await readProtocol(name)
  const settings = ownSettings(protocol, words)
  const all = withDefaults(protocol, settings)
  const plan = ownPlanOf(protocol, system, all) ?? (await readPlan(system))
  if (proposers > 26)
    throw new UsageError(
      `--proposers is ${proposers}; must be an integer from 1 to 26 (candidates are letters).`,
    )
  const bounds = { epochs, network, lossy, timeouts, crashes }
  return explorationOf({ protocol, plan, clients: proposers, settings, mutant, ...bounds })
}

/** The settings of a protocol among the words; a UsageError where there are others. */
function ownSettings(protocol: Protocol, words: ExplorationWords): object {
  const stated = Object.fromEntries(
    Object.entries(words).filter(([key]) => !(key in explorationSchema.shape)),
  )
  const { values, mistakes } = readSettings(settingsOf(protocol), stated)
  if (mistakes[0] !== undefined) throw new UsageError(`${protocol.id}: ${mistakes[0].message}`)
  return values
}

/** The settings that flags give a protocol, as words; `--variant` and `--nacks` are short for two of them. */
export async function settingWords(
  name: string,
  {
    variant,
    nacks,
    set,
  }: { readonly variant?: string; readonly nacks: boolean; readonly set: readonly string[] },
): Promise<Readonly<Record<string, unknown>>> {
  const protocol = await readProtocol(name)
  const table = settingsOf(protocol)
  const given = readAssignments(protocol, [
    ...(variant === undefined ? [] : [`variant=${variant}`]),
    ...(nacks ? ["nacks=true"] : []),
    ...set,
  ])
  const stated = Object.fromEntries(Object.keys(given).map((key) => [key, table[key]!]))
  return manifestOf(stated, given)
}
