import { readdirSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { importsBeyond, programOf, unexportedTypes } from "./support/exports.ts"

const entry = "src/index.ts"
const experiments = readdirSync("experiments")
  .filter((name) => name.endsWith(".ts") && name !== "index.ts")
  .map((name) => `experiments/${name}`)

describe("the library", () => {
  const program = programOf([entry, ...experiments])

  test("exports every type that a signature it exports names", () => {
    expect(unexportedTypes(program, entry)).toEqual([])
  })

  test("has everything that the experiments are written with", () => {
    expect(experiments.length).toBeGreaterThan(20)
    expect(importsBeyond(program, experiments, entry)).toEqual([])
  })
})

describe("the test of the library", () => {
  const shared = new Map([
    [
      "src/shared.ts",
      "export interface Hidden { a: Deep }\nexport interface Deep { b: number }\nexport type Shown = 1",
    ],
  ])
  const unexported = (text: string): string[] => {
    const program = programOf(["src/entry.ts"], new Map([...shared, ["src/entry.ts", text]]))
    return unexportedTypes(program, "src/entry.ts").map(
      ({ type, path, namedBy }) => `${namedBy}: ${path} ${type}`,
    )
  }
  const hidden = 'import type { Hidden, Shown } from "./shared.ts"\n'

  test.each([
    "export declare function f(hidden: readonly Hidden[]): void",
    "export declare function f(): Promise<Hidden>",
    "export const f = (hidden: Hidden): Shown => 1",
    "declare function g(): Hidden\nexport const f = () => g()",
    "export class f { constructor(readonly hidden: Hidden) {} }",
    "export interface f { g(hidden: Hidden): void }",
    "export interface f extends Hidden {}",
    "export type f = { [key: string]: Hidden } | Shown",
  ])("finds what is not exported: %s", (text) => {
    expect(unexported(`${hidden}export type { Shown }\n${text}`)).toEqual(["f: src/shared.ts Hidden"])
  })

  test("follows namespaces, and what is exported counts wherever", () => {
    expect(unexported('export * as shared from "./shared.ts"')).toEqual([])
    expect(unexported('export * as f from "./other.ts"\nexport type { Hidden } from "./shared.ts"')).toEqual([
      "Hidden: src/shared.ts Deep",
    ])
  })

  test("leaves private members, bodies and others' types alone", () => {
    const innocent = [
      "export class f { private hidden?: Hidden }",
      "export function f(): number { const hidden: Hidden[] = []; return hidden.length }",
      "export const f = new Map<string, Set<number>>()",
    ]
    for (const text of innocent) expect(unexported(hidden + text)).toEqual([])
  })

  test("finds an import that the library does not have", () => {
    const files = new Map([
      ...shared,
      ["src/entry.ts", 'export type { Shown } from "./shared.ts"'],
      ["experiments/one.ts", 'import type { Hidden, Shown } from "../src/shared.ts"'],
    ])
    const program = programOf(["src/entry.ts", "experiments/one.ts"], files)
    expect(importsBeyond(program, ["experiments/one.ts"], "src/entry.ts")).toEqual([
      "experiments/one.ts: Hidden",
    ])
  })
})
