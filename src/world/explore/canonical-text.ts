import { InvariantError } from "../../base/errors.ts"

/**
 * A canonical text: equal for two plain values exactly when their contents are equal, independent of the
 * order of keys in objects and of entries in maps and sets. For states and messages of actors, which are
 * such values; a function or an instance of a class is an InvariantError. Cost: linear in the value,
 * with a sort per object.
 */
export function canonicalText(value: unknown): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value)
    case "bigint":
      return `${value}n`
    case "number":
      return Object.is(value, -0) ? "-0" : String(value)
    case "boolean":
    case "undefined":
      return String(value)
    case "object":
      return value === null ? "null" : objectText(value)
    default:
      throw new InvariantError(
        `the state of an actor contains a ${typeof value}; explored states must be plain data.`,
      )
  }
}

/**
 * The order of keys is ignored, as are keys whose value is undefined: `{ a: 1 }` and `{ a: 1, b:
 * undefined }` are one state of an actor, since no step can distinguish them by reading.
 */
function objectText(value: object): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join()}]`
  if (value instanceof Set) return `#{${[...value].map(canonicalText).sort().join()}}`
  if (value instanceof Map) {
    return `#[${[...value]
      .map(([key, entry]) => `${canonicalText(key)}>${canonicalText(entry)}`)
      .sort()
      .join()}]`
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) {
    throw new InvariantError(
      `the state of an actor contains a ${value.constructor.name}; explored states must be plain data.`,
    )
  }
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined)
  return `{${entries
    .map(([key, entry]) => `${JSON.stringify(key)}:${canonicalText(entry)}`)
    .sort()
    .join()}}`
}
