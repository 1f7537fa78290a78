import { UsageError } from "../../base/errors.ts"

/** A keyword, such as `:invoke`, or a symbol: a name that is not a text. */
export class EdnName {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

/** A vector, list or set, in the order of the text. */
export type EdnSequence = readonly EdnValue[]
/** A map, by the text of its keys: `:process`. */
export type EdnMap = ReadonlyMap<string, EdnValue>
/** What a form stands for. Sets are sequences and symbols are names: histories need no more. */
export type EdnValue = null | boolean | number | string | EdnName | EdnSequence | EdnMap

/** A form at the top level of a file. */
export interface EdnForm {
  readonly value: EdnValue
  /** Where it begins, counted from 1. */
  readonly line: number
}

/**
 * The top-level forms of a text in EDN, Clojure's notation for data, as far as
 * histories use it: tags are read and passed over, as are `#_` forms and comments.
 * UsageError, with line and column, for what is not EDN. `file` is for errors.
 */
export function readEdn(text: string, file: string): EdnForm[] {
  return new EdnReader(text, file).forms()
}

/** As EDN would print it, but for texts, which are printed bare. */
export function ednText(value: EdnValue): string {
  if (value === null) return "nil"
  if (value instanceof EdnName) return value.name
  if (value instanceof Map) {
    return `{${[...(value as EdnMap)].map(([key, of]) => `${key} ${ednText(of)}`).join(", ")}}`
  }
  if (Array.isArray(value)) return `[${value.map(ednText).join(" ")}]`
  return typeof value === "string" ? value : JSON.stringify(value)
}

const space = /[\s,]/
const atomEnd = /[\s,()[\]{}";]/
const closing: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}", "#{": "}" }

/** A recursive-descent parser: the notation is small, and errors name line and column. */
class EdnReader {
  private readonly text: string
  private readonly file: string
  private at = 0
  /** Forms that are open where it is. */
  private depth = 0

  constructor(text: string, file: string) {
    this.text = text
    this.file = file
  }

  forms(): EdnForm[] {
    const forms: EdnForm[] = []
    let line = 1
    let counted = 0
    this.skip()
    while (this.at < this.text.length) {
      for (; counted < this.at; counted++) if (this.text[counted] === "\n") line++
      forms.push({ value: this.value(), line })
      this.skip()
    }
    return forms
  }

  /** Past white space, commas, comments and `#_` with the form after it. */
  private skip(): void {
    for (;;) {
      const char = this.text[this.at]
      if (char === undefined) return
      if (space.test(char)) this.at++
      else if (char === ";") this.at = endOr(this.text.indexOf("\n", this.at), this.text)
      else if (this.text.startsWith("#_", this.at)) {
        this.at += 2
        this.enter()
        this.skip()
        this.value()
        this.depth--
      } else return
    }
  }

  private value(): EdnValue {
    this.enter()
    const value = this.form()
    this.depth--
    return value
  }

  private enter(): void {
    if (++this.depth > deepestForm) throw this.error(`forms are nested deeper than ${deepestForm}`, this.at)
  }

  private form(): EdnValue {
    const char = this.text[this.at]
    if (char === undefined) throw this.error("the file ends in the middle of a form", this.at)
    if (char === '"') return this.string()
    if (char === "(" || char === "[") return this.sequence(char)
    if (this.text.startsWith("#{", this.at)) return this.sequence("#{")
    if (char === "{") return this.map()
    if (char === "#") {
      this.atom()
      this.skip()
      return this.value()
    }
    if (atomEnd.test(char)) throw this.error(`${char} has no opening bracket`, this.at)
    return this.atom()
  }

  private sequence(open: string): EdnValue[] {
    const start = this.at
    this.at += open.length
    const values: EdnValue[] = []
    this.skip()
    while (this.text[this.at] !== closing[open]) {
      if (this.at >= this.text.length) throw this.error(`${open} is not closed`, start)
      values.push(this.value())
      this.skip()
    }
    this.at++
    return values
  }

  private map(): EdnMap {
    const start = this.at
    const parts = this.sequence("{")
    if (parts.length % 2 === 1) throw this.error("a map has a key without a value", start)
    const entries = parts.flatMap((key, i) => (i % 2 === 0 ? [[ednText(key), parts[i + 1]!] as const] : []))
    return new Map(entries)
  }

  private string(): string {
    const start = this.at
    let value = ""
    for (this.at++; this.text[this.at] !== '"'; this.at++) {
      const char = this.text[this.at]
      if (char === undefined) throw this.error("a text is not closed", start)
      if (char !== "\\") value += char
      else value += escapes[this.text[++this.at] ?? ""] ?? this.text[this.at] ?? ""
    }
    this.at++
    return value
  }

  private atom(): EdnValue {
    const start = this.at
    for (this.at++; this.at < this.text.length && !atomEnd.test(this.text[this.at]!); this.at++);
    const text = this.text.slice(start, this.at)
    if (text === "nil") return null
    if (text === "true" || text === "false") return text === "true"
    if (/^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?[NM]?$/.test(text)) return Number(text.replace(/[NM]$/, ""))
    return new EdnName(text)
  }

  private error(what: string, at: number): UsageError {
    const before = this.text.slice(0, at).split("\n")
    return new UsageError(`${this.file}:${before.length}:${before.at(-1)!.length + 1}: not EDN: ${what}.`)
  }
}

/** The maximum nesting: histories need a few levels, and deeper ones could exhaust the stack. */
const deepestForm = 100

const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r" }

const endOr = (found: number, text: string): number => (found < 0 ? text.length : found)
