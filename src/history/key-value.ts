import {
  type CellInput,
  type CellOutput,
  type Content,
  cellOutline,
  cellStep,
  cellUndoing,
  describeCell,
  describeContent,
  growsInto,
} from "./cell.ts"
import type { Specification } from "./specification.ts"

/** An operation on a key–value store. */
export type KeyValueInput =
  | { readonly type: "get"; readonly key: string }
  | { readonly type: "put"; readonly key: string; readonly value: string }
  | { readonly type: "append"; readonly key: string; readonly value: string }
  | { readonly type: "cas"; readonly key: string; readonly expected: Content; readonly value: Content }
  | { readonly type: "delete"; readonly key: string }

/** The key of a register, which is a store of one cell without a name. */
export const registerKey = ""

/** The value of a get, null if the key is absent; the success of a cas. Other operations have no output. */
export type KeyValueOutput = CellOutput

/**
 * A key–value store with get, put, append, cas and delete, checked per key; with
 * `registerKey` as its only key it is a register. Every key is initially `initial`.
 * An append to an absent key puts; a cas that expects null expects the key to be absent,
 * and a cas to null deletes it.
 */
export function keyValueStore(
  initial: Content = null,
): Specification<Content, KeyValueInput, KeyValueOutput> {
  return {
    name: "kv",
    initial,
    step: (content, input, output) => cellStep(content, asCell(input), output),
    key: (content) => content,
    describe,
    describeState: describeContent,
    partition: ({ key }) => key,
    outline: (input, output) => cellOutline(asCell(input), output),
    leads: growsInto,
    undoing: (updates) => cellUndoing(updates.map(({ input }) => asCell(input))),
  }
}

const reading = { type: "read" } as const
const clearing = { type: "write", value: null } as const

/** The operation on the cell of its key. */
export function asCell(input: KeyValueInput): CellInput {
  switch (input.type) {
    case "get":
      return reading
    case "put":
      return { type: "write", value: input.value }
    case "delete":
      return clearing
    case "append":
    case "cas":
      return input
  }
}

function describe(input: KeyValueInput, output: KeyValueOutput | undefined): string {
  if (input.key === registerKey) return describeCell(asCell(input), output)
  if (input.type === "delete") return `delete ${describeContent(input.key)}`
  return describeCell(asCell(input), output, input.key)
    .replace(/^read/, "get")
    .replace(/^write/, "put")
}
