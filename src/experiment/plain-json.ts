import { ExperimentError } from "../base/errors.ts"

/**
 * The observations of a chunk as JSON text: how they travel, always, so that it
 * makes no difference whether by a thread, a journal or a queue.
 *
 * What JSON would change silently (NaN, an infinity, a Map, a missing value) is
 * a broken promise of the experiment, and named with its place.
 */
export function plainJson(experiment: string, observations: readonly unknown[]): string {
  observations.forEach((observation, i) => {
    const odd = oddPlace(observation, "observation")
    if (odd !== undefined) {
      throw new ExperimentError(
        `Experiment ${experiment}, observation ${i} of a chunk: ${odd}. Observations are plain JSON: ` +
          `texts, finite numbers, booleans, null, and lists and objects of them; what is not known is null.`,
      )
    }
  })
  return JSON.stringify(observations)
}

/** Where a value is not plain JSON, and what is there instead. The place is put together only when there is something odd. */
function oddPlace(value: unknown, place: string): string | undefined {
  if (isPlain(value)) return undefined
  if (typeof value === "number") return `${place} is ${value}`
  if (typeof value !== "object" || value === null) {
    return `${place} is ${value === undefined ? "missing" : `a ${typeof value}`}`
  }
  if (!isListOrRecord(value)) return `${place} is a ${value.constructor.name}`
  const isList = Array.isArray(value)
  for (const [key, item] of Object.entries(value)) {
    const odd = oddPlace(item, isList ? `${place}[${key}]` : `${place}.${key}`)
    if (odd !== undefined) return odd
  }
  return `${place} has gaps`
}

function isPlain(value: unknown): boolean {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true
  if (typeof value === "number") return Number.isFinite(value)
  if (typeof value !== "object" || !isListOrRecord(value)) return false
  // A list with a hole would be filled with null.
  if (Array.isArray(value)) return value.every(isPlain) && Object.keys(value).length === value.length
  for (const key in value) if (!isPlain((value as Record<string, unknown>)[key])) return false
  return true
}

/** Told by the prototype's own prototype, so that objects of another realm are records, too. */
function isListOrRecord(value: object): boolean {
  if (Array.isArray(value)) return true
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
