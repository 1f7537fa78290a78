import type { Strategy } from "../../analysis/strategy/strategy.ts"
import type { QuorumPlan } from "../../quorum/plan.ts"
import { type DecreeSetup, decreeSettings } from "../../run/decree-settings.ts"
import { type ValuesOf, refuseIdle } from "../../run/setting.ts"
import { settingsFrom } from "../shared/setting-options.ts"

/** What the flags of `quorate simulate` say of a setup. */
export interface DecreeFlags extends ValuesOf<typeof decreeSettings> {
  readonly latency: string
  readonly unsafe: boolean
}

/** The setup that the flags of `quorate simulate` describe. */
export async function readDecreeSetup(system: string, flags: DecreeFlags): Promise<DecreeSetup> {
  const { readPlan } = await import("../shared/system-argument.ts")
  const plan = await readPlan(system)
  await refuseUnlessControl(plan, flags)
  const { readLatency } = await import("../shared/latency-argument.ts")
  const settings = settingsFrom(decreeSettings, { ...flags })
  const latency = readLatency(flags.latency, flags)
  refuseIdle(decreeSettings, { ...settings, latency })
  return {
    ...settings,
    plan,
    latency,
    ...(flags.quorumSelection === "strategy" && { strategy: await leastLoad(plan) }),
  }
}

/** What a proposer draws its quorums from: one phase of each kind. */
async function leastLoad(plan: QuorumPlan): Promise<Strategy> {
  const { leastLoadStrategy } = await import("../../run/drawn-quorums.ts")
  return leastLoadStrategy(plan, 0.5)
}

/**
 * Refuses a combination of switches that is unsafe or stuck with the plan, unless
 * it is asked for as a control. Classic Paxos runs with any quorums: what an
 * unsafe system does is what `quorate simulate` is often asked.
 */
async function refuseUnlessControl(
  plan: QuorumPlan,
  { variant, switches, unsafe }: DecreeFlags,
): Promise<void> {
  const isClassic = variant === "classic" && Object.keys(switches).length === 0
  if (isClassic || unsafe) return
  const { variantNamed } = await import("../../protocol/paxos/variants.ts")
  const { variantOf } = await import("../../protocol/paxos/variant.ts")
  const { refuseUnsafe } = await import("../../protocol/paxos/variant-rules.ts")
  refuseUnsafe(variantOf(variantNamed(variant).switches, switches), plan)
}
