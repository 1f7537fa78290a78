import type { Strategy } from "../../analysis/index.ts"
import { randomFromSeed } from "../../base/random.ts"
import type { Cases } from "../../experiment/define.ts"
import { decreeDefaults } from "../decree-settings.ts"
import { planFrom } from "../from-text.ts"
import { buildLog } from "../log.ts"
import type { LogProtocol } from "../log-protocol.ts"
import { type LogSetup, logDefaults, refuseEmptyWindow } from "../log-settings.ts"
import { type Protocol, settingsOf as ownSettingsOf, withDefaults } from "../protocol.ts"
import { logTable } from "../protocols/index.ts"
import {
  type Mistake,
  defaultsOf,
  describeIdle,
  idleSettings,
  readSettings,
  changedSettings,
} from "../setting.ts"
import { type Simulation, simulationOf } from "../simulation.ts"
import {
  type Stated,
  type SweepData,
  type SweptProtocol,
  asList,
  decreeTable,
  hasVariants,
  kindOf,
  latencyOf,
  mistakeOf,
  nameOf,
  sweptProtocol,
} from "./document.ts"

/** One case of a sweep: a value of each axis by its name, and all settings together. */
export interface SweepCase {
  readonly system: string
  readonly variant: string
  readonly latency: string
  readonly faults: string
  readonly workload: string
  /** A further root seed, where the sweep has several. */
  readonly seed: number | null
  readonly settings: Stated
}

/** Settings and what tables call them. */
interface Named {
  readonly name: string
  readonly settings: Stated
}

/** The values of each axis; its default where the file omits it. */
export function sweepAxes({ matrix, setup = {} }: SweepData) {
  const variant = typeof setup["variant"] === "string" ? setup["variant"] : decreeDefaults.variant
  const workloads = orOne(asList(matrix.workload), "default").map(named)
  return {
    system: asList(matrix.system).map(systemOf),
    variant: orOne(asList(matrix.variant), variant),
    latency: orOne(asList(matrix.latency), "constant(10)"),
    // Equal settings are one object in memory.
    conditions: orOne(asList(matrix.faults), "none")
      .map(named)
      .flatMap((faults) =>
        workloads.map((workload) => ({
          faults: faults.name,
          workload: workload.name,
          settings: { ...setup, ...workload.settings, ...faults.settings },
        })),
      ),
    seed: orOne<number | null>(asList(matrix.seed), null),
  }
}

/** What tables and figures call each system: its expression, unless the file gives a name. */
export function displayNames({ matrix }: SweepData): ReadonlyMap<string, string> {
  return new Map(
    asList(matrix.system).map((one) => [
      systemOf(one),
      typeof one === "string" ? one : (one.name ?? one.system),
    ]),
  )
}

const systemOf = (one: string | { readonly system: string }): string =>
  typeof one === "string" ? one : one.system

/** The values of an axis, or the default one where the file has none. */
function orOne<T>(values: readonly T[], fallback: T): readonly T[] {
  return values.length === 0 ? [fallback] : values
}

function named(value: string | Stated): Named {
  return { name: nameOf(value), settings: settingsOf(value) }
}

/** A text is `none`, `default` or faults in their notation; a name is no setting. */
function settingsOf(value: string | Stated): Stated {
  if (typeof value === "string") return value === "none" || value === "default" ? {} : { faults: value }
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== "name"))
}

/** The matrix of a sweep, the last axis fastest. Cases are made lazily: a million of them take no memory. */
export function sweepCases(data: SweepData): Cases<SweepCase> {
  const { system, variant, latency, conditions, seed } = sweepAxes(data)
  return lazyCases([system, variant, latency, conditions, seed], ([s, v, l, c, r]) => ({
    ...{ system: system[s!]!, variant: variant[v!]!, latency: latency[l!]! },
    ...{ faults: conditions[c!]!.faults, workload: conditions[c!]!.workload, seed: seed[r!]! },
    settings: conditions[c!]!.settings,
  }))
}

/** Every combination of positions along some axes, the last axis fastest. The last case is memoised. */
function lazyCases<Case>(
  axes: readonly { readonly length: number }[],
  make: (positions: readonly number[]) => Case,
): Cases<Case> {
  const length = axes.reduce((product, axis) => product * axis.length, 1)
  let last: { readonly position: number; readonly value: Case } | undefined
  const at = (position: number): Case | undefined => {
    if (!(position >= 0 && position < length)) return undefined
    if (last?.position !== position) last = { position, value: make(digitsOf(position, axes)) }
    return last.value
  }
  return {
    length,
    at,
    *[Symbol.iterator]() {
      for (let i = 0; i < length; i++) yield at(i)!
    },
  }
}

/** A number in the mixed radix of the axes' lengths. */
function digitsOf(position: number, axes: readonly { readonly length: number }[]): number[] {
  const digits: number[] = []
  let rest = position
  for (const { length } of [...axes].reverse()) {
    digits.unshift(rest % length)
    rest = Math.floor(rest / length)
  }
  return digits
}

/** The strategies that quorums are drawn from, by system: where a setting selects quorums so. */
export type Strategies = ReadonlyMap<string, Strategy>

/** The setup of a case of logs. */
export function logSetup(
  data: SweepData,
  { system, latency, settings }: SweepCase,
  protocol: LogProtocol,
  strategies: Strategies = new Map(),
): LogSetup {
  const { values } = readSettings(logTable(protocol), settings)
  const strategy = strategies.get(system)
  const setup: LogSetup = {
    ...logDefaults,
    ...defaultsOf(ownSettingsOf(protocol)),
    ...values,
    plan: planFrom(system),
    latency: latencyOf(latency, data.latencyFiles, values),
    ...(strategy !== undefined && { strategy }),
  }
  refuseEmptyWindow(setup)
  return setup
}

/** The simulation of a case of a protocol. */
export function simulationOfCase(
  data: SweepData,
  { system, variant, latency, settings }: SweepCase,
  protocol: Protocol,
  strategies: Strategies = new Map(),
): Simulation {
  const { values } = readSettings(decreeTable(protocol), settings)
  const own = ownSettingsOf(protocol)
  const ofProtocol = Object.entries(values).filter(([key]) => key in own)
  const strategy = strategies.get(system)
  return {
    protocol,
    conditions: {
      ...decreeDefaults,
      ...values,
      plan: planFrom(system),
      latency: latencyOf(latency, data.latencyFiles, values),
    },
    settings: {
      ...withDefaults(protocol, Object.fromEntries(ofProtocol)),
      ...(hasVariants(own) && { variant }),
      ...(strategy !== undefined && { strategy }),
    },
  }
}

/** Whether some case draws its quorums from a strategy. */
export function drawsFromStrategies(data: SweepData): boolean {
  return sweepAxes(data).conditions.some(({ settings }) => settings["quorumSelection"] === "strategy")
}

/** The seed of a run under a further root seed: 53 bits of both. */
export function seedOf(root: number | null, seed: number): number {
  if (root === null) return seed
  const random = randomFromSeed(seed).fork("root").fork(String(root))
  return (random.uint32() >>> 11) * 2 ** 32 + random.uint32()
}

/* Checking */

/** The maximum number of clusters built: a mistake occurs in many cases, and the first ones reveal it. */
const maxBuilt = 500

/**
 * The mistakes of cases whose settings do not fit their system and latency: a crash of a process that
 * does not exist, a region that the matrix does not have. Each cluster is built and not run; each
 * mistake is reported once.
 */
export function mistakesInCases(data: SweepData, own?: SweptProtocol): readonly Mistake[] {
  const protocol = sweptProtocol(data, own)
  if (protocol === undefined) return []
  const found = new Map<string, Mistake>()
  let built = 0
  for (const steps of stepsOfCases(data)) {
    if (built++ === maxBuilt) break
    if (mistakeIn(data, steps.at(-1)!.case, protocol) === undefined) continue
    // Settings may correct one another, so the path is checked only now.
    for (const step of steps) {
      const message = mistakeIn(data, step.case, protocol)
      if (message === undefined) continue
      const mistake = { path: step.path, message }
      if (!found.has(JSON.stringify(step.path))) found.set(JSON.stringify(step.path), mistake)
      break
    }
  }
  return found.size > 0 ? [...found.values()] : idleMistakes(data, protocol)
}

/** The settings that change nothing in any case: one that does in some of them is there for those. */
function idleMistakes(data: SweepData, swept: SweptProtocol): readonly Mistake[] {
  const { kind, protocol } = kindOf(swept)
  const table: object = kind === "log" ? logTable(protocol) : decreeTable(protocol)
  const { latency: latencies, conditions } = sweepAxes(data)
  const setups = latencies.flatMap((latency) =>
    conditions.map(({ settings }) => {
      const { values } = readSettings(table, settings)
      return { ...defaultsOf(table), ...values, latency: latencyOf(latency, data.latencyFiles, values) }
    }),
  )
  const reasons = new Map<string, string>()
  const inEffect = new Set<string>()
  for (const setup of setups) {
    const idle = idleSettings(table, setup)
    for (const key of idle) reasons.set(key, describeIdle(table, setup, key, String))
    for (const key of changedSettings(table, setup)) if (!idle.includes(key)) inEffect.add(key)
  }
  return [...reasons]
    .filter(([key]) => !inEffect.has(key))
    .flatMap(([key, reason]) => placesOf(data, key).map((path) => ({ path, message: `${reason}.` })))
}

/** Where a sweep states a setting. */
function placesOf({ matrix, setup = {} }: SweepData, key: string): Mistake["path"][] {
  const axes = (["workload", "faults"] as const).flatMap((axis) =>
    asList<string | Stated>(matrix[axis]).flatMap((value, i): Mistake["path"][] => {
      const path = ["matrix", axis, ...(Array.isArray(matrix[axis]) ? [i] : [])]
      return Object.hasOwn(settingsOf(value), key) ? [typeof value === "string" ? path : [...path, key]] : []
    }),
  )
  return [...(Object.hasOwn(setup, key) ? [["setup", key]] : []), ...axes]
}

function mistakeIn(data: SweepData, c: SweepCase, swept: SweptProtocol): string | undefined {
  const { kind, protocol } = kindOf(swept)
  return mistakeOf(() => {
    // A strategy takes a linear program, and there is one for every system.
    if (kind === "log") return buildLog(selectingAnything(logSetup(data, c, protocol)), 1, { protocol })
    const { settings, ...simulation } = simulationOfCase(data, c, protocol)
    return simulationOf({ ...simulation, settings: selectingAnything(settings) })(1)
  })
}

function selectingAnything<Settings extends { readonly quorumSelection?: unknown }>(
  settings: Settings,
): Settings {
  return settings.quorumSelection === "strategy" ? { ...settings, quorumSelection: "broadcast" } : settings
}

/** A case as its settings come together, and where the last of them are written: the one that breaks it is to blame. */
interface Step {
  readonly case: SweepCase
  readonly path: Mistake["path"]
}

/** For each case: by its system and variant alone, with the setup, with the workload, with the faults. */
function* stepsOfCases(data: SweepData): Generator<readonly Step[]> {
  const { matrix, setup = {} } = data
  const rest = { faults: "none", workload: "default", seed: null }
  const { variant: variants, latency: latencies, system: systems } = sweepAxes(data)
  const placed = <T>(axis: string, value: T | readonly T[] | undefined, fallback: T) =>
    orOne(asList(value), fallback).map((one, i) => ({
      value: one,
      path: ["matrix", axis, ...(Array.isArray(value) ? [i] : [])],
    }))
  for (const system of systems) {
    for (const variant of placed("variant", matrix.variant, variants[0]!)) {
      for (const latency of latencies) {
        for (const workload of placed<string | Stated>("workload", matrix.workload, "default")) {
          for (const faults of placed<string | Stated>("faults", matrix.faults, "none")) {
            const one = (...settings: readonly Stated[]): SweepCase => ({
              ...{ system, variant: variant.value, latency },
              ...rest,
              settings: Object.assign({}, ...settings) as Stated,
            })
            const [w, f] = [settingsOf(workload.value), settingsOf(faults.value)]
            yield [
              { case: one(), path: variant.path },
              { case: one(setup), path: ["setup"] },
              { case: one(setup, w), path: workload.path },
              { case: one(setup, w, f), path: faults.path },
            ]
          }
        }
      }
    }
  }
}

/** The function with its last result memoised: the runs of a case are consecutive. */
export function lastOf<Key extends object, Value>(compute: (key: Key) => Value): (key: Key) => Value {
  let last: { readonly key: Key; readonly value: Value } | undefined
  return (key) => {
    if (last?.key !== key) last = { key, value: compute(key) }
    return last.value
  }
}
