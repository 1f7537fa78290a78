/**
 * Gives equal values the same small number, counting from 0 in the order of their first appearance.
 *
 * What makes a world a row of a dozen numbers: equality of states and messages, however large, becomes
 * equality of numbers. Cost: the text of a value per call.
 */
export class Interner<T> {
  readonly values: T[] = []
  private readonly ids = new Map<string, number>()
  private readonly textOf: (value: T) => string

  constructor(textOf: (value: T) => string) {
    this.textOf = textOf
  }

  idOf(value: T): number {
    const text = this.textOf(value)
    let id = this.ids.get(text)
    if (id === undefined) {
      id = this.values.push(value) - 1
      this.ids.set(text, id)
    }
    return id
  }
}
