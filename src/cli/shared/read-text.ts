import { readFileSync } from "node:fs"
import { type Document, LineCounter, type Node, isMap, isScalar, isSeq, parseDocument } from "yaml"
import { UsageError } from "../../base/errors.ts"

/**
 * The text of a file that was named on the command line, or of standard input
 * for `-` where a command reads it. `wanted` says what the file should be, and
 * how one gets it: a sentence for whoever named one that is not there.
 */
export function readText(path: string, wanted: string): string {
  try {
    return readFileSync(path === "-" ? 0 : path, "utf8")
  } catch (error) {
    throw new UsageError(`${problem(path, error as NodeJS.ErrnoException)} ${wanted}`)
  }
}

function problem(path: string, { code, message }: NodeJS.ErrnoException): string {
  if (code === "ENOENT" || code === "ENOTDIR") return `There is no file ${path} to read.`
  if (code === "EISDIR") return `${path} is a folder, not a file.`
  if (code === "EACCES" || code === "EPERM") return `${path} may not be read.`
  return `Cannot read ${path}: ${message}.`
}

/** A YAML or JSON document that knows where each of its values is written. */
export class PlacedYaml {
  readonly document: Document
  private readonly path: string
  private readonly lines = new LineCounter()

  /** A text that is no YAML is a UsageError with its place. */
  constructor(text: string, path: string) {
    this.path = path
    this.document = parseDocument(text, { lineCounter: this.lines })
    const broken = this.document.errors[0]
    if (broken === undefined) return
    const { line, col } = this.lines.linePos(broken.pos[0])
    throw new UsageError(`${path}:${line}:${col}: ${broken.message.split(" at line ")[0]!}.`)
  }

  /** What it says, as JavaScript values; an alias without its anchor is a UsageError. */
  content(): unknown {
    try {
      return this.document.toJS()
    } catch (error) {
      // The library throws it only here, and without a place.
      if (error instanceof ReferenceError) throw new UsageError(`${this.path}: ${error.message}.`)
      throw error
    }
  }

  /** `file.yaml:5:24`: where the value at a path is, or the last one on the way that exists. */
  place(path: readonly PropertyKey[]): string {
    return this.placeOf(this.nodeAt(path))
  }

  /** Where a key is written. */
  keyPlace(path: readonly PropertyKey[], key: string): string {
    const owner = this.nodeAt(path)
    const pair = isMap(owner)
      ? owner.items.find((item) => String(isScalar(item.key) ? item.key.value : item.key) === key)
      : undefined
    if (pair === undefined) return this.placeOf(owner)
    return isScalar(pair.key) ? this.placeOf(pair.key) : this.placeOfAdded()
  }

  private placeOf(node: Node | null): string {
    if (node === null) return this.path
    const offset = node.range?.[0]
    if (offset === undefined) return this.placeOfAdded()
    const { line, col } = this.lines.linePos(offset)
    return `${this.path}:${line}:${col}`
  }

  /** What --set has put in is written nowhere. */
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
