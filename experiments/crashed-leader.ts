import type { LogSetup } from "../src/run/log-settings.ts"
import { logSetupFrom } from "./log-setup-from.ts"

/** From the cheapest phase 1 to the dearest: sizes of |Q1| from 2 to 4. */
export const systems = [
  ["simple(5, 2, 4)", 2],
  ["majority(5)", 3],
  ["simple(5, 4, 2)", 4],
] as const

/** When the leader crashes, in milliseconds: late enough for everything to have settled. */
export const crashAtMs = 5000
/** How long a run lasts, in milliseconds: the next leader has time to come up to speed. */
export const horizonMs = 12_000

/** Five replicas with some clients beside each, whose leader crashes and stays away. */
export function crashedLeader(system: string, latency: string, clientsPerGroup: number): LogSetup {
  return logSetupFrom(system, latency, {
    clientsPerGroup,
    thinkMs: 20,
    electionMs: 1000,
    heartbeatMs: 100,
    retryMs: 500,
    faults: [{ type: "crash", process: "leader", at: crashAtMs * 1000, disk: "synced" }],
    horizonMs,
  })
}
