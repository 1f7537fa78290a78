import { UsageError, didYouMean } from "../../base/errors.ts"
import { type AnyFamily, type Catalogue, parameterAt, partsOf, signature } from "../define.ts"
import { type Argument, type Denotation, readArgument, showArgument } from "../parameter.ts"
import { type QuorumSystem, quorumSystem } from "../system.ts"

/** Calls a family by name with arguments from text; unknown names and wrong arities say what there is. */
export function callFamily(
  catalogue: Catalogue,
  id: string,
  args: readonly Argument[],
): Denotation & { kind: "system" } {
  const family = catalogue.get(id)
  if (family === undefined) throw new UsageError(unknownFamily(catalogue, id))
  const call = signature(family)
  refuseWrongArity(family, args, call)
  const values = args.map((argument, i) => readArgument(parameterAt(family, i)!, argument, call))
  const shown = values.map((value, i) => parameterAt(family, i)!.show(value))
  // The parameters have read values of the types that the formulas take.
  return { kind: "system", parts: partsOf(family, values as never[]), text: `${id}(${shown.join(", ")})` }
}

/** The system a value denotes; a formula stands for itself in phase 1 and its dual in phase 2. */
export function systemFrom(value: Denotation): QuorumSystem {
  const parts = value.kind === "system" ? value.parts : { phase1: value.expr }
  return quorumSystem(parts, value.text)
}

/**
 * The system of a call whose arguments are all plain numbers, `simple(5, 4, 2)`,
 * or nothing for any other text.
 *
 * By far the most common form, and a pattern is enough for it: it spares the
 * command line the import of a parser. `notation.test.ts` holds both to the same answers.
 */
export function readPlainCall(text: string, catalogue: Catalogue): QuorumSystem | undefined {
  const match = /^\s*([A-Za-z]\w*)\s*\(([\s\d,]*)\)\s*$/.exec(text)
  const [id, list] = [match?.[1], match?.[2]]
  if (id === undefined || list === undefined || !catalogue.has(id)) return undefined
  const args = list.split(",").map((part) => part.trim())
  if (!args.every((part) => /^(0|[1-9]\d{0,14})$/.test(part))) return undefined
  return systemFrom(callFamily(catalogue, id, args.map(Number)))
}

function unknownFamily(catalogue: Catalogue, id: string): string {
  const known = [...catalogue.values()].map((family) => signature(family))
  return (
    `There is no quorum system called ${id}.${didYouMean(id, catalogue.keys())}\n` +
    `The systems are ${known.join(", ")}; and expressions such as a*b + c*d or choose(2, a, b, c).`
  )
}

function refuseWrongArity(family: AnyFamily, args: readonly Argument[], call: string): void {
  // Only a family whose last parameter takes the rest has a parameter at every place.
  const most = parameterAt(family, Infinity) === undefined ? family.parameters.length : Infinity
  const least = family.parameters.filter(({ optional }) => optional !== true).length
  if (args.length >= least && args.length <= most) return
  const given = args.length === 0 ? "none was" : args.length === 1 ? "one was" : `${args.length} were`
  const wanted =
    least === most ? String(most) : most === Infinity ? `${least} or more` : `${least} to ${most}`
  throw new UsageError(
    `${call} takes ${wanted} argument${most === 1 ? "" : "s"}; ` +
      `${given} given: ${family.id}(${args.map(showArgument).join(", ")}). ` +
      `For example ${family.examples[0] ?? call}.`,
  )
}
