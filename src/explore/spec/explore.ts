import { UsageError } from "../../base/errors.ts"
import { type Verdict, holds, unknown, violated } from "../../base/verdict.ts"
import { AgreementCheck } from "./agreement.ts"
import { type SpecCensus, takeCensus } from "./census.ts"
import { LevelSet, tableBytes } from "./level-set.ts"
import type { SpecModel } from "./model.ts"
import { StateStore } from "./state-store.ts"
import { SuccessorGenerator, type SuccessorSink } from "./successors.ts"
import { type SymmetryOptions, SymmetryReducer, symmetryOrder } from "./symmetry.ts"
import { type AgreementViolation, describeViolation, explainViolation, traceTo } from "./trace.ts"
import { layoutOf } from "./layout.ts"

export interface SpecOptions {
  readonly symmetry?: SymmetryOptions
  /** Stop with `unknown` after this many states. */
  readonly mostStates?: number
  /** Refuse to start, or stop with `unknown`, beyond this much memory for states; 2 GiB by default. */
  readonly mostBytes?: number
  /** Stop as soon as every system has been violated; otherwise the whole graph is counted. */
  readonly stopAtViolation?: boolean
  /** Called after every level, and every few hundred thousand states within one. */
  readonly onProgress?: (progress: SpecProgress) => void
}

export interface SpecProgress {
  readonly level: number
  readonly distinct: number
  readonly generated: number
}

/** What one phase-2 system's exploration said. */
export interface SpecOutcome {
  readonly system: string
  readonly verdict: Verdict<AgreementViolation>
  /** The number of steps of the shortest violation. */
  readonly stepsToViolation?: number
}

export interface SpecExploration {
  /** Reachable states; orbits, where symmetry is divided out. */
  readonly distinct: number
  /** 1 for the initial state and one for every action branch of every state expanded. */
  readonly generated: number
  /** Levels of the search, the initial state being level 1. */
  readonly depth: number
  /** Whether every reachable state was seen. */
  readonly complete: boolean
  /** By level: its number of states. */
  readonly levels: readonly number[]
  /** The most memory that states took at a time. */
  readonly bytesMax: number
  /** One per phase-2 system of the model, in its order. */
  readonly outcomes: readonly SpecOutcome[]
}

export const defaultMostBytes = 2 ** 31

/**
 * Explores every run of abstract Paxos, breadth first, and checks agreement in
 * every state for every phase-2 system of the model.
 *
 * A search that stops early says `unknown` of the systems it has not seen
 * violated. Throws UsageError, with the estimate, if the states certainly need
 * more than `mostBytes`. Cost: a few million states per second and core.
 */
export function exploreSpec(model: SpecModel, options: SpecOptions = {}): SpecExploration {
  if (options.stopAtViolation !== true) refuseTooLarge(model, options)
  return new SpecSearch(model, options).run()
}

class SpecSearch {
  private readonly model: SpecModel
  private readonly options: SpecOptions
  private readonly generator: SuccessorGenerator
  private readonly agreement: AgreementCheck
  private readonly next: LevelSet
  private readonly sink: SuccessorSink
  private current: StateStore
  private readonly levels: number[] = [1]
  private distinct = 1
  private generated = 1
  private bytesMax = 0
  private stopped: string | undefined

  constructor(model: SpecModel, options: SpecOptions) {
    this.model = model
    this.options = options
    this.generator = new SuccessorGenerator(model)
    const { layout } = this.generator
    this.agreement = new AgreementCheck(model, layout)
    this.current = new StateStore(layout.words)
    this.next = new LevelSet(new StateStore(layout.words))
    const { symmetry } = options
    const reduced = symmetry?.acceptors === true || symmetry?.values === true
    this.sink = reduced ? new SymmetryReducer(model, layout, symmetry, this.next) : this.next
  }

  run(): SpecExploration {
    this.current.push(new Uint32Array(this.generator.layout.words))
    while (this.current.size > 0 && this.stopped === undefined) this.expandLevel()
    return {
      distinct: this.distinct,
      generated: this.generated,
      depth: this.levels.length,
      complete: this.stopped === undefined,
      levels: this.levels,
      bytesMax: this.bytesMax,
      outcomes: this.model.phase2.map((_, system) => this.outcome(system)),
    }
  }

  private expandLevel(): void {
    this.next.startLevel(this.current.size)
    for (let from = 0; from < this.current.size && this.stopped === undefined; from += statesPerCheck) {
      this.expandRange(from, Math.min(from + statesPerCheck, this.current.size))
      this.checkLimits()
    }
    const found = this.next.store.size
    this.distinct += found
    if (found > 0) this.levels.push(found)
    this.agreement.endLevel()
    if (this.agreement.settled && this.options.stopAtViolation === true)
      this.stopped ??= "stopped at the violation"
    this.current = this.next.exchangeStore(this.current)
    this.report(0)
  }

  private expandRange(from: number, to: number): void {
    for (let index = from; index < to; index++) {
      const chunk = this.current.chunkOf(index)
      const at = this.current.offsetOf(index)
      this.agreement.look(chunk, at)
      this.generated += this.generator.expand(chunk, at, this.sink)
    }
  }

  private checkLimits(): void {
    const { mostStates = Infinity, mostBytes = defaultMostBytes } = this.options
    const found = this.next.store.size
    const bytes = this.current.bytes + this.next.bytes
    this.bytesMax = Math.max(this.bytesMax, bytes)
    if (this.distinct + found > mostStates) this.stopped = `stopped after ${this.distinct + found} states`
    else if (bytes > mostBytes) this.stopped = `stopped when the states took ${formatBytes(bytes)}`
    this.report(found)
  }

  private report(found: number): void {
    const { levels, generated } = this
    this.options.onProgress?.({ level: levels.length, distinct: this.distinct + found, generated })
  }

  private outcome(system: number): SpecOutcome {
    const { name } = this.model.phase2[system]!
    const witness = this.agreement.witnesses[system]
    if (witness !== undefined) {
      const trace = traceTo(this.model, this.generator.layout, witness)
      const violation = explainViolation(trace, this.model.phase2[system]!)
      const verdict = violated(violation, describeViolation(violation))
      return { system: name, verdict, stepsToViolation: trace.steps.length }
    }
    const scope = `${this.model.values} values, ${this.model.epochs} epochs`
    if (this.stopped === undefined) {
      return { system: name, verdict: holds(`all ${this.distinct} reachable states agree (${scope})`) }
    }
    return { system: name, verdict: unknown(`${this.stopped}, no violation among them (${scope})`) }
  }
}

/** Limits are looked at once in so many states. */
const statesPerCheck = 1 << 16

/** What a complete search needs at its widest level, from a census: two levels, and the table of one. */
export function estimateBytes(model: SpecModel, census: SpecCensus): number {
  const { words } = layoutOf(model)
  return 2 * census.widestLevel * words * 4 + tableBytes(census.widestLevel, words)
}

function refuseTooLarge(model: SpecModel, options: SpecOptions): void {
  const { mostBytes = defaultMostBytes, mostStates = Infinity } = options
  const census = takeCensus(model)
  const order = symmetryOrder(model, options.symmetry ?? {})
  const states = census.states / order
  const bytes = estimateBytes(model, census) / order
  if (bytes <= mostBytes || states > mostStates) return
  throw new UsageError(
    `Exploring ${model.phase2[0]!.name} with ${model.values} values and ${model.epochs} epochs would meet ` +
      `${census.exact && order === 1 ? "" : "at least "}${states.toPrecision(4)} states and take ` +
      `${formatBytes(bytes)} of memory; ${formatBytes(mostBytes)} are allowed. Allow more memory, ` +
      `bound the states (the verdict is then unknown), divide out symmetry, or take fewer values or epochs.`,
  )
}

/** "1.5 GiB". */
export function formatBytes(bytes: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"]
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10))
  const scaled = bytes / 1024 ** power
  return `${power === 0 ? scaled : scaled.toPrecision(3)} ${units[power]!}`
}
