import type { Property } from "./model.ts"
import type { ActorMachine } from "./machine.ts"
import type { WorldSuccessors } from "./successors.ts"

/**
 * Evaluates conditions on rows. A condition on what is remembered is evaluated
 * once for every different memory, so that it costs a search almost nothing.
 */
export class Judge<Message, Stored, Remembered> {
  private readonly machine: ActorMachine<Message, Stored, Remembered>
  private readonly successors: WorldSuccessors<Message, Stored, Remembered>
  private readonly known = new Map<Property<Message, Stored, Remembered>, (boolean | undefined)[]>()

  constructor(
    machine: ActorMachine<Message, Stored, Remembered>,
    successors: WorldSuccessors<Message, Stored, Remembered>,
  ) {
    this.machine = machine
    this.successors = successors
  }

  /** Whether the property's condition is true of the state at `from[at]`. */
  isTrue(
    property: Property<Message, Stored, Remembered>,
    from: Uint32Array,
    at: number,
    length: number,
  ): boolean {
    const { ofHistory, ofWorld } = property
    if (ofHistory !== undefined) {
      // A few hundred memories stand for millions of states.
      const remembered = this.successors.rememberedOf(from, at)
      return (this.answersOf(property)[remembered] ??= ofHistory(this.machine.memories.values[remembered]!))
    }
    return ofWorld === undefined || ofWorld(this.successors.world(from, at, length))
  }

  /** Whether a state decides the property: an `always` that fails there, a `sometimes` that holds. */
  isDecidedBy(property: Property<Message, Stored, Remembered>, row: Uint32Array): boolean {
    if (property.kind === "eventually") return false
    return this.isTrue(property, row, 0, row.length) === (property.kind === "sometimes")
  }

  private answersOf(property: Property<Message, Stored, Remembered>): (boolean | undefined)[] {
    let answers = this.known.get(property)
    if (answers === undefined) {
      answers = []
      this.known.set(property, answers)
    }
    return answers
  }
}
