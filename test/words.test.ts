import { readFileSync, readdirSync } from "node:fs"
import { describe, expect, test } from "vitest"
import type { Source } from "./support/architecture.ts"
import { capitalErrors, errorTexts, rulesWithoutSubject } from "./support/words.ts"

const sources: Source[] = ["src", "quorums", "experiments"]
  .flatMap((top) => readdirSync(top, { recursive: true, encoding: "utf8" }).map((name) => `${top}/${name}`))
  .filter((path) => /\.ts$/.test(path) && !/\.(test|d)\.ts$/.test(path))
  .sort()
  .map((path) => ({ path, text: readFileSync(path, "utf8") }))
const errors = errorTexts(sources)

describe("errors", () => {
  test("begin in lower case, unless with a name", () => {
    expect(errors.length).toBeGreaterThan(300)
    expect(capitalErrors(errors)).toEqual([])
  })

  test("say what must be so", () => {
    expect(rulesWithoutSubject(errors)).toEqual([])
  })
})

describe("the checks of words", () => {
  const errorsOf = (text: string) => errorTexts([{ path: "a.ts", text }])

  test("find errors that begin with a capital, however the text is put together", () => {
    const capitals = (text: string) => capitalErrors(errorsOf(text))
    expect(capitals('throw new UsageError("The seed is 1.")')).toEqual(["a.ts:1: The seed is 1."])
    expect(capitals("throw new UsageError(`The seed is ${seed}; ` + `${rule}.`)")).toEqual([
      "a.ts:1: The seed is …; ….",
    ])
    expect(capitals('throw new UsageError(known ? "the seed" : "No seed")')).toHaveLength(1)
    expect(capitals('throw new UsageError(["No seed", hint].join("\\n"))')).toHaveLength(1)
    expect(
      capitals(
        'throw new UsageError(await why())\nasync function why() { if (a) { return "No" } return "no" }',
      ),
    ).toEqual(["a.ts:1: No"])
    expect(capitals('throw new UsageError("ITF traces have states")')).toEqual([])
    expect(capitals("throw new UsageError(`${file}: The seed`)")).toEqual([])
  })

  test("find rules without a subject", () => {
    const without = (text: string) => rulesWithoutSubject(errorsOf(`throw new UsageError(${text})`)).length
    expect(without('"the state holds a function; must be plain data."')).toBe(1)
    expect(without("`${n} failures wanted; must be ${rule}.`")).toBe(1)
    expect(without('"the seed is 1.5; must be an integer."')).toBe(0)
    expect(without('"nodes is " + n + "; must be an integer."')).toBe(0)
    expect(without('"the state holds a function; states must be plain data."')).toBe(0)
  })
})
