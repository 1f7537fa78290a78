import { AgreementCheck } from "./agreement.ts"
import { LevelSet, StateStore, hashState } from "./level-set.ts"
import type { SpecModel } from "./model.ts"
import { SuccessorGenerator, type SuccessorSink } from "./successors.ts"
import { type SymmetryOptions, SymmetryReducer, isReduced } from "./symmetry.ts"

/** The parameters of a shard. */
export interface ShardTask {
  readonly model: SpecModel
  readonly symmetry: SymmetryOptions | undefined
  readonly shard: number
  readonly shards: number
}

/** What one round of expansion gives. */
export interface Expanded {
  /** By shard: the packed states found for it, one after the other. Empty for oneself. */
  readonly outboxes: readonly Uint32Array[]
  readonly generated: number
  /** Whether the level is expanded to its end. */
  readonly done: boolean
}

/** What a finished level gives. */
export interface LevelEnd {
  readonly found: number
  readonly bytes: number
  /** By system: a violating state of this shard, from the first level that has one. */
  readonly witnesses: readonly (Uint32Array | undefined)[]
  readonly settled: boolean
}

/** The number of states expanded per round, which bounds the outboxes. */
const statesPerRound = 1 << 16

/**
 * One part of a search: the states with a given remainder of their hash.
 *
 * Every state belongs to one shard, so each is counted once, and the counts do not depend on the number
 * of shards. A level is expanded in rounds; between rounds shards exchange the states found for each
 * other.
 *
 * Partitioning by hash instead of by work gives each state one owner, so that no table is shared and
 * nothing is locked; in return most successors must be sent to another shard.
 */
export class Shard implements SuccessorSink {
  private readonly task: ShardTask
  private readonly words: number
  private readonly generator: SuccessorGenerator
  private readonly agreement: AgreementCheck
  private readonly next: LevelSet
  private readonly sink: SuccessorSink
  private readonly outboxes: Outbox[]
  private current: StateStore
  private expanded = 0

  constructor(task: ShardTask) {
    const { model, symmetry } = task
    this.task = task
    this.generator = new SuccessorGenerator(model)
    const { layout } = this.generator
    this.words = layout.words
    this.agreement = new AgreementCheck(model, layout)
    this.current = new StateStore(layout.words)
    this.next = new LevelSet(new StateStore(layout.words))
    this.sink = isReduced(symmetry) ? new SymmetryReducer(model, layout, symmetry, this) : this
    this.outboxes = Array.from({ length: task.shards }, () => new Outbox(layout.words))
    const initial = new Uint32Array(layout.words)
    if (this.ownerOf(initial) === task.shard) this.current.push(initial)
  }

  /** A successor: kept if it is ours, else put where its owner is sent it. */
  add(state: Uint32Array): void {
    const owner = this.ownerOf(state)
    if (owner === this.task.shard) this.next.add(state)
    else this.outboxes[owner]!.put(state)
  }

  /** Expands the next part of the level, and gives what was found for others. */
  expandRound(): Expanded {
    const to = Math.min(this.expanded + statesPerRound, this.current.size)
    let generated = 0
    for (let index = this.expanded; index < to; index++) {
      const chunk = this.current.chunkOf(index)
      const at = this.current.offsetOf(index)
      this.agreement.look(chunk, at)
      generated += this.generator.expand(chunk, at, this.sink)
    }
    this.expanded = to
    return { outboxes: this.outboxes.map((box) => box.take()), generated, done: to === this.current.size }
  }

  /** Takes over states that others found. */
  receive(states: Uint32Array): void {
    const { words } = this
    for (let at = 0; at < states.length; at += words) this.next.add(states, at)
  }

  /** The level is complete, here and with all others: what was found becomes the next. */
  endLevel(): LevelEnd {
    const found = this.next.store.size
    const bytes = this.current.bytes + this.next.bytes
    this.agreement.endLevel()
    this.current = this.next.exchangeStore(this.current)
    this.next.startLevel(found)
    this.expanded = 0
    return { found, bytes, witnesses: this.agreement.witnesses, settled: this.agreement.settled }
  }

  /** Other bits of the hash than those that choose a slot. */
  private ownerOf(state: Uint32Array): number {
    return (hashState(state, this.words) >>> 24) % this.task.shards
  }
}

/** States for another shard, packed one after the other, and a small memory of what was put lately. */
class Outbox {
  private readonly words: number
  private states: Uint32Array
  private used = 0
  private readonly recent: Uint32Array

  constructor(words: number) {
    this.words = words
    this.states = new Uint32Array(1 << 12)
    this.recent = new Uint32Array(recentStates * words)
  }

  /** Most states are found several times in a row of neighbours; those put lately are not put again. */
  put(state: Uint32Array): void {
    const { words, recent } = this
    const slot = (hashState(state, words) & (recentStates - 1)) * words
    let differing = 0
    for (let w = 0; w < words; w++) {
      differing |= recent[slot + w]! ^ state[w]!
      recent[slot + w] = state[w]!
    }
    if (differing === 0) return
    if (this.used + words > this.states.length) this.grow()
    for (let w = 0; w < words; w++) this.states[this.used++] = state[w]!
  }

  /** Empties the box; what it held is a copy that may be given away. */
  take(): Uint32Array {
    const taken = this.states.slice(0, this.used)
    this.used = 0
    return taken
  }

  private grow(): void {
    const larger = new Uint32Array(this.states.length * 2)
    larger.set(this.states)
    this.states = larger
  }
}

const recentStates = 1 << 14
