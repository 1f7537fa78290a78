import { defaultMaxBytes, formatBytes } from "../../base/text.ts"
import { unknown } from "../../base/verdict.ts"
import { checkEventually } from "./eventually.ts"
import { forecastStates, pilotStates, probeDepth, refuseStates } from "./forecast.ts"
import { type Futures, futuresFor } from "./futures.ts"
import { Judge } from "./judge.ts"
import { ActorMachine } from "./machine.ts"
import type { ActorModel, Property } from "./model.ts"
import { type ActorOutcome, decidedOutcome, undecidedOutcome } from "./outcome.ts"
import { StateTable } from "./state-table.ts"
import { WorldSuccessors } from "./successors.ts"

/** The bounds of a search of actors, and its reductions. */
export interface ActorSearchOptions {
  /** Stop with `unknown` after this many states. */
  readonly maxStates?: number
  /** Refuse soon after the start, or stop with `unknown`, beyond this much memory for states; 2 GiB by default. */
  readonly maxBytes?: number
  readonly stopAtViolation?: boolean
  /**
   * Merge states that no future can tell apart (`Futures`): fewer states, the same verdicts and shortest runs.
   * For properties of what is remembered, on networks without order.
   */
  readonly reduce?: boolean
  /** Called every few tens of thousands of states. */
  readonly onProgress?: (progress: { readonly depth: number; readonly distinct: number }) => void
}

/** What a search of actors found, and how much of the model it saw. */
export interface ActorExploration<Message, Stored, Remembered> {
  readonly distinct: number
  /** 1 for the initial state and one for every successor, known or not. */
  readonly generated: number
  /** Levels of the search, the initial state being level 1. */
  readonly depth: number
  readonly complete: boolean
  /** Successors not taken because they send what the model does not admit: the edge of the bounds. */
  readonly cut: number
  /** By level: its number of states. Of a depth-first search, nothing. */
  readonly levels: readonly number[]
  readonly bytesMax: number
  readonly outcomes: readonly ActorOutcome<Message, Stored, Remembered>[]
}

/**
 * The number of states between checks of the limits: often enough to stop in time, too rarely to cost
 * time.
 */
const statesPerCheck = 1 << 10

/**
 * Explores every run of actors, breadth first: every order of deliveries,
 * time-outs, losses and crashes the model allows. Witnesses are shortest.
 *
 * Whole states are compared, so no state is lost to a hash collision. A search that stops early yields
 * `unknown` for undecided properties. Throws UsageError, with the estimate, if the states are likely to
 * need more than `maxBytes`.
 *
 * The actors are those of the simulator: the executed code is explored, not a second model of it. It
 * differs from a real run only by the bounds (`admits`, `crashes`), and each successor omitted at a
 * bound is counted in `cut`, so that the scope of `holds` is known.
 *
 * Breadth first, although that keeps every state: a shortest witness is the easiest to follow, and for a
 * violation of agreement it is usually the textbook run.
 *
 * Cost: 16 to 24 bytes and 4 bytes a number per state; some hundred thousand states a second.
 */
export function exploreActors<Message, Stored, Remembered = null>(
  model: ActorModel<Message, Stored, Remembered>,
  properties: readonly Property<Message, Stored, Remembered>[],
  options: ActorSearchOptions = {},
): ActorExploration<Message, Stored, Remembered> {
  return new BreadthFirst(model, properties, options).run()
}

/** One search: states are numbered in the order of discovery, so that the table is its own queue. */
class BreadthFirst<Message, Stored, Remembered> {
  private readonly model: ActorModel<Message, Stored, Remembered>
  private readonly options: ActorSearchOptions
  private readonly maxStates: number
  private readonly properties: readonly Property<Message, Stored, Remembered>[]
  private readonly machine: ActorMachine<Message, Stored, Remembered>
  private readonly futures: Futures<Message, Stored, Remembered> | undefined
  private readonly successors: WorldSuccessors<Message, Stored, Remembered>
  private readonly judge: Judge<Message, Stored, Remembered>
  private readonly table = new StateTable()
  /** By property: the first state that decides it (violates an `always`, satisfies a `sometimes`). */
  private readonly deciding: (number | undefined)[]
  private generated = 1
  private readonly levels: number[] = []
  private parent = 0
  private isForecast = false
  private stopped: string | undefined

  constructor(
    model: ActorModel<Message, Stored, Remembered>,
    properties: readonly Property<Message, Stored, Remembered>[],
    options: ActorSearchOptions,
  ) {
    this.model = model
    this.options = options
    this.maxStates = options.maxStates ?? Infinity
    this.properties = properties
    this.machine = new ActorMachine(model)
    this.futures = options.reduce === true ? futuresFor(this.machine, properties, this.maxStates) : undefined
    this.successors = new WorldSuccessors(this.machine, this.futures)
    this.judge = new Judge(this.machine, this.successors)
    this.deciding = properties.map(() => undefined)
  }

  run(): ActorExploration<Message, Stored, Remembered> {
    const initial = this.successors.initial()
    this.table.add(initial, initial.length, 0)
    let level = 0
    while (level < this.table.size && this.stopped === undefined) {
      this.levels.push(this.table.size - level)
      level = this.expandLevel(level, this.table.size)
      this.forecast(level)
    }
    return {
      distinct: this.table.size,
      generated: this.generated,
      depth: this.levels.length,
      complete: this.stopped === undefined,
      cut: this.successors.cut,
      levels: this.levels,
      bytesMax: this.table.bytes,
      outcomes: this.properties.map((property, i) => this.outcome(property, this.deciding[i])),
    }
  }

  /**
   * Forecasts the memory after the pilot states or at the end of the search. Violations found are
   * reported in any case.
   */
  private forecast(level: number): void {
    const { size, bytes } = this.table
    const isOver = level === size
    const isDue = !this.isForecast && this.stopped === undefined && (size >= pilotStates || isOver)
    if (!isDue) return
    this.isForecast = true
    const isViolated = this.properties.some(
      (property, i) => property.kind === "always" && this.deciding[i] !== undefined,
    )
    if (isViolated || this.options.stopAtViolation === true) return
    const states = isOver ? size : forecastStates([...this.levels, size - level], this.depth())
    refuseStates(states, isOver, { ...this.options, bytesPerState: bytes / size })
  }

  private depth(): number {
    return probeDepth(this.model, this.properties, this.options.reduce === true)
  }

  /** Called by `successors` for every successor of `parent`. */
  add(row: Uint32Array, length: number): void {
    this.generated++
    this.table.add(row, length, this.parent)
  }

  private expandLevel(from: number, to: number): number {
    const { table, maxStates } = this
    for (let state = from; state < to; state++) {
      const isDue = state % statesPerCheck === 0 || table.size > maxStates
      if (isDue && this.reachedLimit()) return state
      const chunk = table.chunkOf(state)
      const at = table.offsetOf(state)
      const length = table.lengthOf(state)
      this.look(state, chunk, at, length)
      if (this.stopped !== undefined) return state
      this.parent = state
      this.successors.expand(chunk, at, length, this)
    }
    return to
  }

  /** Judges every property that is still open in a state, in the order in which states are expanded. */
  private look(state: number, chunk: Uint32Array, at: number, length: number): void {
    for (let i = 0; i < this.properties.length; i++) {
      const property = this.properties[i]!
      if (this.deciding[i] !== undefined || property.kind === "eventually") continue
      const decides = property.kind === "sometimes"
      if (this.judge.isTrue(property, chunk, at, length) !== decides) continue
      this.deciding[i] = state
      if (!decides && this.options.stopAtViolation === true)
        this.stopped = `stopped where ${property.name} fails`
    }
  }

  /** Whether the search has met as much as it may, and why it then stops. */
  private reachedLimit(): boolean {
    const { maxBytes = defaultMaxBytes, onProgress } = this.options
    const { size, bytes } = this.table
    onProgress?.({ depth: this.levels.length, distinct: size })
    if (size > this.maxStates) this.stopped = `stopped after ${size} states`
    else if (bytes > maxBytes && size > pilotStates)
      this.stopped = `stopped when the states took ${formatBytes(bytes)}`
    return this.stopped !== undefined
  }

  private outcome(
    property: Property<Message, Stored, Remembered>,
    deciding: number | undefined,
  ): ActorOutcome<Message, Stored, Remembered> {
    if (property.kind === "eventually") {
      const verdict =
        this.stopped === undefined
          ? checkEventually(this.machine, property, this.options)
          : unknown(this.stopped)
      return { property, verdict }
    }
    if (deciding !== undefined)
      return decidedOutcome(this.machine, property, this.table.pathTo(deciding), this.futures)
    return undecidedOutcome(this.machine, property, {
      stopped: this.stopped,
      states: this.table.size,
      cut: this.successors.cut,
      initial: this.table.read(0),
      futures: this.futures,
    })
  }
}
