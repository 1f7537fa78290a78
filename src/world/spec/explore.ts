import { defaultMaxBytes, formatBytes } from "../../base/text.ts"
import { AgreementCheck } from "./agreement.ts"
import { LevelSet, StateStore } from "./level-set.ts"
import { type SpecOptions, refuseTooLarge } from "./memory.ts"
import type { SpecModel } from "./model.ts"
import { type SpecOutcome, specOutcomes } from "./outcome.ts"
import { SuccessorGenerator, type SuccessorSink } from "./successors.ts"
import { SymmetryReducer, isReduced } from "./symmetry.ts"

/** What it saw; the counts are those that TLC reports for `Paxos.tla` with the same constants. */
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

/**
 * Explores every run of abstract Paxos, breadth first, and checks agreement in
 * every state for every phase-2 system of the model.
 *
 * A search that stops early yields `unknown` for the systems it has not found violated. Throws
 * UsageError, with the estimate, if the states certainly need more than `maxBytes`. Cost: a few million
 * states per second and core.
 *
 * The specification has no network: a message once sent may be read at any time by any process, which
 * covers loss, delay, reordering and duplication, and a crash that keeps the disk is equivalent to
 * delay. Implementation details are not part of it; `exploreActors` covers those.
 */
export function exploreSpec(model: SpecModel, options: SpecOptions = {}): SpecExploration {
  refuseTooLarge(model, options)
  return new SpecSearch(model, options).run()
}

/** One search, level by level; only two levels are held (see `LevelSet`). */
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
    this.sink = isReduced(symmetry) ? new SymmetryReducer(model, layout, symmetry, this.next) : this.next
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
      outcomes: specOutcomes(this.model, this.agreement.witnesses, this.distinct, this.stopped),
    }
  }

  private expandLevel(): void {
    this.next.startLevel(this.current.size)
    for (let from = 0; from < this.current.size && this.stopped === undefined; from += statesPerCheck) {
      this.expandRange(from, Math.min(from + statesPerCheck, this.current.size))
      this.checkMemory()
    }
    const found = this.next.store.size
    this.distinct += found
    if (found > 0) this.levels.push(found)
    this.agreement.endLevel()
    this.stopped ??= reasonToStop(this.options, this.distinct, this.agreement.settled)
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

  private checkMemory(): void {
    const bytes = this.current.bytes + this.next.bytes
    this.bytesMax = Math.max(this.bytesMax, bytes)
    if (bytes > (this.options.maxBytes ?? defaultMaxBytes)) {
      this.stopped = `stopped when the states took ${formatBytes(bytes)}`
    }
    this.report(this.next.store.size)
  }

  private report(found: number): void {
    const { levels, generated } = this
    this.options.onProgress?.({ level: levels.length, distinct: this.distinct + found, generated })
  }
}

/** The number of states between checks of the limits. */
const statesPerCheck = 1 << 16

/** Why a search ends after a level although there are more, if it does. */
export function reasonToStop(options: SpecOptions, distinct: number, settled: boolean): string | undefined {
  if (settled && options.stopAtViolation === true) return "stopped at the violation"
  return distinct > (options.maxStates ?? Infinity) ? `stopped after ${distinct} states` : undefined
}
