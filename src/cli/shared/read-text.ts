import { readFileSync } from "node:fs"
import { type Document, LineCounter, type Node, isMap, isScalar, isSeq, parseDocument } from "yaml"
import { UsageError } from "../../base/errors.ts"

/**
 * The text of a file named on the command line; of standard input for `-`.
 * `wanted` is appended to errors: a sentence on what the file must be and which command writes it.
 */
export function readText(path: string, wanted: string): string {
  try {
    return readFileSync(path === "-" ? 0 : path, "utf8")
  } catch (error) {
    throw new UsageError(`${problem(path, error as NodeJS.ErrnoException)} ${wanted}`)
  }
}

function problem(path: string, { code, message }: NodeJS.ErrnoException): string {
  if (code === "ENOENT" || code === "ENOTDIR") return `no such file: ${path}.`
  if (code === "EISDIR") return `${path} is a folder, not a file.`
  if (code === "EACCES" || code === "EPERM") return `cannot read ${path}: permission denied.`
  return `cannot read ${path}: ${message}.`
}

/**
 * A JSON text of this program's own, from wherever it came: `called` in errors, which end with `wanted`.
 * What is nested deeper than anything it writes is refused, since whatever
 * walks the value would run out of stack.
 */
export function parseJson(text: string, called: string, wanted = ""): unknown {
  const depth = nesting(text)
  if (depth > deepestJson) {
    throw new UsageError(
      `${called} is nested ${depth} deep; must be at most ${deepestJson}. ${wanted}`.trimEnd(),
    )
  }
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new UsageError(
        wanted === "" ? `${called} is not JSON: ${error.message}.` : `${called} is not JSON. ${wanted}`,
      )
    throw error
  }
}

const deepestJson = 100

/** How many brackets are open at once, at most; those in strings are not counted. */
function nesting(text: string): number {
  let [depth, deepest, quoted] = [0, 0, false]
  for (let i = 0; i < text.length; i++) {
    const char = text[i]
    if (quoted) {
      if (char === "\\") i++
      else if (char === '"') quoted = false
    } else if (char === '"') quoted = true
    else if (char === "[" || char === "{") deepest = Math.max(deepest, ++depth)
    else if (char === "]" || char === "}") depth--
  }
  return deepest
}

/** A YAML or JSON document with the line and column of each of its values. */
export class PlacedYaml {
  readonly document: Document
  private readonly path: string
  private readonly lines = new LineCounter()

  /** Throws a UsageError with line and column if the text is not YAML. */
  constructor(text: string, path: string) {
    this.path = path
    this.document = parseDocument(text, { lineCounter: this.lines })
    const broken = this.document.errors[0]
    if (broken === undefined) return
    const { line, col } = this.lines.linePos(broken.pos[0])
    throw new UsageError(`${path}:${line}:${col}: ${broken.message.split(" at line ")[0]!}.`)
  }

  /** The content as JavaScript values. Throws a UsageError for an alias without an anchor. */
  content(): unknown {
    try {
      return this.document.toJS()
    } catch (error) {
      // The library detects it only here, and reports no position.
      if (error instanceof ReferenceError) throw new UsageError(`${this.path}: ${error.message}.`)
      throw error
    }
  }

  /** `file.yaml:5:24`: the position of the value at a path, or of its nearest existing ancestor. */
  place(path: readonly PropertyKey[]): string {
    return this.placeOf(this.nodeAt(path))
  }

  /** The position of a key. */
  keyPlace(path: readonly PropertyKey[], key: string): string {
    const owner = this.nodeAt(path)
    const pair = isMap(owner)
      ? owner.items.find((item) => String(isScalar(item.key) ? item.key.value : item.key) === key)
      : undefined
    if (pair === undefined) return this.placeOf(owner)
    return isScalar(pair.key) ? this.placeOf(pair.key) : this.placeOfAdded()
  }

  private placeOf(node: Node | null): string {
    if (node === null) return `${this.path}:1:1`
    const offset = node.range?.[0]
    if (offset === undefined) return this.placeOfAdded()
    const { line, col } = this.lines.linePos(offset)
    return `${this.path}:${line}:${col}`
  }

  /** Values set by --set have no position in the file. */
  private placeOfAdded(): string {
    return `${this.path} with --set`
  }

  private nodeAt(path: readonly PropertyKey[]): Node | null {
    let node: Node | null = this.document.contents
    for (const key of path) {
      const next: unknown = isMap(node) || isSeq(node) ? node.get(key, true) : undefined
      if (!isNode(next)) return node
      node = next
    }
    return node
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "items" in value ? true : isScalar(value)
}
