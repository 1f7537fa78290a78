import { grouped } from "./operation.ts"
import type { Origin, Outline } from "./specification.ts"

/** The value of a cell: a text, or null if absent. */
export type Content = string | null

/** An operation on one cell: a register, or one key of a store. */
export type CellInput =
  | { readonly type: "read" }
  | { readonly type: "write"; readonly value: Content }
  | { readonly type: "cas"; readonly expected: Content; readonly value: Content }
  | { readonly type: "append"; readonly value: string }

/** The value of a read; the success of a cas. Writes and appends have no output. */
export type CellOutput = Content | boolean

/** The value after the operation, or undefined if the output is not possible. */
export function cellStep(
  content: Content,
  input: CellInput,
  output: CellOutput | undefined,
): Content | undefined {
  switch (input.type) {
    case "read":
      return output === undefined || output === content ? content : undefined
    case "write":
      return input.value
    case "append":
      return content === null ? input.value : content + input.value
    case "cas": {
      const matches = content === input.expected
      if (output !== undefined && output !== matches) return undefined
      return matches ? input.value : content
    }
  }
}

/**
 * The outline of an operation on a cell. A write is possible in every state and overwrites it; a read
 * requires the value it returned; a successful cas does both.
 */
export function cellOutline(input: CellInput, output: CellOutput | undefined): Outline<Content> {
  switch (input.type) {
    case "read":
      if (output === undefined) return { effect: "observes", distinguishes: [] }
      return { effect: "observes", requires: output as Content, distinguishes: [output as Content] }
    case "write":
      return { effect: "overwrites", leaves: input.value, distinguishes: [] }
    case "append":
      // Appending the empty text to an absent cell makes it present.
      return input.value === "" ? { effect: "updates" } : { effect: "updates", alwaysChanges: true }
    case "cas":
      return casOutline(input, output)
  }
}

function casOutline(
  { expected, value }: Extract<CellInput, { type: "cas" }>,
  output: CellOutput | undefined,
): Outline<Content> {
  const distinguishes = [expected]
  const effect = output === false || expected === value ? "observes" : output === true ? "depends" : "updates"
  if (output === true) return { effect, requires: expected, leaves: value, distinguishes }
  return { effect, leaves: value, distinguishes }
}

/** Whether appends may lead from one value to the other. */
export function growsInto(from: Content, to: Content): boolean {
  return from === to || (to !== null && to.startsWith(from ?? ""))
}

/**
 * `Specification.undoing` for appends and for cas of unknown outcome. Suffixes are looked up
 * by length, so the cost depends on the number of distinct lengths, not of appends.
 */
export function cellUndoing(updates: readonly CellInput[]): (to: Content) => readonly Origin<Content>[] {
  const indices = [...updates.keys()]
  const lengths = new Set(updates.flatMap((input) => (input.type === "append" ? [input.value.length] : [])))
  const valueOf = (type: CellInput["type"]) => (i: number) => {
    const input = updates[i]!
    return input.type === type && "value" in input ? [input.value] : []
  }
  const byEnding = grouped(indices, valueOf("append"))
  const casBy = grouped(indices, valueOf("cas"))
  return (to) => [
    ...(casBy.get(to) ?? []).map((update) => ({ update, from: [casExpected(updates[update]!)] })),
    ...(to === null ? [] : [...lengths]).flatMap((length) => {
      const found = length > to!.length ? undefined : byEnding.get(to!.slice(to!.length - length))
      const from = beforeAppending(to!, length)
      return (found ?? []).flatMap((update) => (from.length === 0 ? [] : [{ update, from }]))
    }),
  ]
}

/** Appending to an absent cell and to the empty text give the same value. */
function beforeAppending(to: string, length: number): readonly Content[] {
  const before = to.slice(0, to.length - length)
  if (length === 0) return before === "" ? [null] : []
  return before === "" ? [null, ""] : [before]
}

const casExpected = (input: CellInput): Content => (input.type === "cas" ? input.expected : null)

/** A value as printed in a report: null is `nil`, as in Jepsen's histories; an ambiguous text is quoted. */
export function describeContent(content: Content): string {
  if (content === null) return "nil"
  return content === "nil" || content === "" || /[\s"]/.test(content) ? JSON.stringify(content) : content
}

/** An operation as printed in a report; `cell` names the cell, if there are several. */
export function describeCell(input: CellInput, output: CellOutput | undefined, cell?: string): string {
  const of = cell === undefined ? "" : ` ${describeContent(cell)}`
  switch (input.type) {
    case "read":
      return output === undefined ? `read${of}` : `read${of}: ${describeContent(output as Content)}`
    case "write":
      return `write${of} ${describeContent(input.value)}`
    case "append":
      return `append${of} ${describeContent(input.value)}`
    case "cas": {
      const call = `cas${of} ${describeContent(input.expected)} ${describeContent(input.value)}`
      return output === undefined ? call : `${call}: ${output === true ? "done" : "differs"}`
    }
  }
}
