import type { LatencyChoice } from "../world/simulate/latency.ts"
import { defaultProtocol } from "./common-settings.ts"
import { type DecreeSetup, decreeDefaults, decreeSettings } from "./decree-settings.ts"
import { type LogSetup, logSettings } from "./log-settings.ts"
import type { LogProtocol } from "./log-protocol.ts"
import { type Protocol, settingsOf } from "./protocol.ts"
import { conditionSettings, logTable, protocols } from "./protocols/index.ts"
import type { Algorithm } from "./random-decree.ts"
import { changedSettings, replayWords, withoutIdle } from "./setting.ts"
import type { Simulation } from "./simulation.ts"
import { type SwarmSetup, swarmDefaults, swarmSettings } from "./swarm-settings.ts"

/** The command that shows a run again, message by message. Settings at their defaults are left out. */
export function replayCommand(setup: DecreeSetup, seed: number): string {
  return commandLine([
    ...["quorate", "simulate", setup.plan.name, "--latency", latencyName(setup.latency)],
    ...replayWords(decreeSettings, withoutIdle(decreeSettings, setup)),
    // What was run can be run again, whatever is to be said against it.
    ...(isClassic(setup) ? [] : ["--unsafe"]),
    ...["--seed", String(seed), "--trace"],
  ])
}

/**
 * The command that repeats a run of `randomDecree` with every check: the seed determines all but the
 * algorithm.
 */
export function randomFaultsCommand(plan: string, seed: number, algorithm: Partial<Algorithm>): string {
  return commandLine([
    ...["quorate", "simulate", plan],
    ...replayWords(decreeSettings, { ...decreeDefaults, ...algorithm }),
    ...(isClassic({ ...decreeDefaults, ...algorithm }) ? [] : ["--unsafe"]),
    ...["--random-faults", "--checks", "--seed", String(seed)],
  ])
}

/** Classic Paxos runs with any quorums; another variant may be refused without --unsafe. */
function isClassic({ variant, switches }: Pick<DecreeSetup, "variant" | "switches">): boolean {
  return variant === "classic" && Object.keys(switches).length === 0
}

/** The command that shows a run of a log again; `called` is what names its protocol. Settings at their defaults are left out. */
export function logReplayCommand(
  protocol: LogProtocol,
  setup: LogSetup,
  seed: number,
  called = protocol.id,
): string {
  const effective = withoutIdle(logTable(protocol), setup)
  return commandLine([
    ...["quorate", "log", setup.plan.name, "--latency", latencyName(setup.latency)],
    ...(called === defaultProtocol.log ? [] : ["--protocol", called]),
    ...replayWords(logSettings, effective),
    ...assignments(protocol, effective, logSettings),
    ...["--seed", String(seed)],
  ])
}

/** The command that shows the run of one seed of a swarm again. */
export function swarmReplay(seed: number, { system, protocol, bug, keep }: Partial<SwarmSetup> = {}): string {
  const given = Object.entries({ system, protocol, bug, keep }).filter(([, value]) => value !== undefined)
  const words = replayWords(swarmSettings, { ...swarmDefaults, ...Object.fromEntries(given) })
  return commandLine(["quorate", "swarm", "--first", String(seed), "--seeds", "1", ...words])
}

/** The command that shows a run of a protocol again; `called` is what names it. The shipped ones have a flag for each setting. */
export function simulationReplayCommand(
  { protocol, conditions, settings }: Simulation,
  seed: number,
  called: string,
): string {
  if (protocols.includes(protocol)) return replayCommand({ ...conditions, ...settings } as DecreeSetup, seed)
  return commandLine([
    ...[
      "quorate",
      "simulate",
      conditions.plan.name,
      "--protocol",
      called,
      ...assignments(protocol, settings),
    ],
    ...[
      "--latency",
      latencyName(conditions.latency),
      ...replayWords(conditionSettings, withoutIdle(conditionSettings, conditions) as never),
    ],
    ...["--seed", String(seed), "--trace"],
  ])
}

/** The words that give a protocol's own settings, except those that have flags. */
function assignments(protocol: Pick<Protocol, "settings">, settings: object, flags: object = {}): string[] {
  const values = settings as Readonly<Record<string, unknown>>
  const own = Object.entries(settingsOf(protocol)).filter(([key]) => !Object.hasOwn(flags, key))
  return changedSettings(Object.fromEntries(own), values).flatMap((key) => [
    "--set",
    `${key}=${settingsOf(protocol)[key]!.show(values[key])}`,
  ])
}

/** The text that gives a latency back. */
export function latencyName(latency: LatencyChoice): string {
  return latency.kind === "everywhere" ? latency.model.name : latency.name
}

/** Words as a shell reads them back. */
export function commandLine(words: readonly string[]): string {
  return words.map(quote).join(" ")
}

function quote(word: string): string {
  return /^[\w.,:@/=+-]+$/.test(word) ? word : `"${word.replaceAll(/(["\\$`])/g, "\\$1")}"`
}
