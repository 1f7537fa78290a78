/**
 * The caller asked for something that cannot be: an unknown system, a wrong
 * arity, a probability of 1.2. The message says what was given, what is
 * allowed, and what to try. The CLI prints it without a stack and exits with 2.
 */
export class UsageError extends Error {
  override readonly name = "UsageError"
}

/**
 * What was asked is larger than what this program computes: too many nodes, votes beyond
 * what a double counts. Says nothing of whether it is right, so that a check of many
 * cases counts it as unknown and not as violated.
 */
export class LimitError extends UsageError {}

/**
 * A promise of this program's own was broken. `replay` is the command that
 * shows it again; it is part of the message, so that it survives any log.
 */
export class InvariantError extends Error {
  override readonly name = "InvariantError"
  constructor(message: string, replay?: string) {
    super(replay === undefined ? message : `${message}\nReplay it with: ${replay}`)
  }
}

/**
 * An experiment's own code threw, or gave what it had not promised; the message says
 * where. A defect of whoever wrote the experiment, which may be the user.
 */
export class ExperimentError extends Error {
  override readonly name = "ExperimentError"
}

/** The candidates closest in spelling to `given`, best first: at most `max`, and none that is too far off. */
export function closestNames(given: string, candidates: Iterable<string>, max = 3): string[] {
  const wanted = given.toLowerCase()
  return [...candidates]
    .map((name) => ({ name, distance: editDistance(wanted, name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= Math.max(2, Math.floor(name.length / 3)))
    .filter(({ name, distance }) => distance < name.length)
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, max)
    .map(({ name }) => name)
}

/** `; did you mean "x" or "y"?`, or nothing: the end of a message about an unknown name. */
export function didYouMean(given: string, candidates: Iterable<string>): string {
  const names = closestNames(given, candidates).map((name) => `"${name}"`)
  return names.length === 0 ? "" : `; did you mean ${names.join(" or ")}?`
}

/** `unknown variant "clasic"; did you mean "classic"? Valid variants: …`; `listed` is how the valid names are shown. */
export function describeUnknown(
  kind: string,
  given: string,
  valid: Iterable<string>,
  listed: readonly string[] = [...valid],
): string {
  const plural = kind.replace(/([^aeiou])y$/, "$1ie").replace(/(s|ch)$/, "$1e") + "s"
  return `unknown ${kind} "${given}"${didYouMean(given, valid) || "."} Valid ${plural}: ${listed.join(", ")}.`
}

/** Levenshtein distance, by rows. Cost: the product of the lengths. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const substitute = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(substitute, row[j]! + 1, next[j - 1]! + 1))
    }
    row = next
  }
  return row[b.length]!
}
