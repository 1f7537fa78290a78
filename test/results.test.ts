import { readFileSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { experiments } from "../experiments/index.ts"
import { manifestName, readManifest } from "../src/cli/shared/read-manifest.ts"
import { sha256 } from "../src/cli/execution/environment.ts"
import { oncePer } from "../src/base/memo.ts"
import { recordsFromCsv } from "../src/experiment/csv.ts"
import { computeChunk } from "../src/experiment/executor.ts"
import { manifestResult } from "../src/experiment/manifest.ts"
import { csvName, resultFiles } from "../src/experiment/result.ts"
import { sweep } from "../src/experiment/sweep.ts"
import { safetyOf } from "../src/quorum/meet/safety.ts"
import { planFrom } from "../src/run/from-text.ts"

const results = "results"

test("results/ has a folder for every experiment, and nothing else", () => {
  expect(readdirSync(results).sort()).toEqual([...experiments.keys()].sort())
})

test("an experiment with a system that is not plainly safe marks it", () => {
  const safetyOfSystem = oncePer((system: string) => safetyOf(planFrom(system)))
  const unmarked = [...experiments.values()].filter((experiment) => {
    const [header, ...records] = recordsFromCsv(
      readFileSync(join(results, experiment.id, csvName(experiment)), "utf8"),
      "",
    )
    const position = header!.indexOf("system")
    if (experiment.safety !== undefined || position < 0) return false
    return records.some((record) => safetyOfSystem(record[position]!).verdict !== "holds")
  })
  expect(unmarked.map(({ id }) => id)).toEqual([])
  expect(safetyOfSystem("simple(4, 2, 2)").verdict).toBe("violated")
})

describe.each([...experiments.keys()])("results/%s", (id) => {
  const experiment = experiments.get(id)!
  const folder = join(results, id)

  test("is what its seed and runs give, to the byte", async () => {
    const manifest = readManifest(folder)!.result
    const { seed, runs } = manifest.configuration
    const rows = await sweep(experiment, { rootSeed: seed, runs })
    const result = { experiment, rootSeed: seed, runs, rows }
    const files = await resultFiles(result)
    expect(readdirSync(folder).sort()).toEqual([...files.map(({ name }) => name), manifestName].sort())
    for (const { name, text } of files) {
      // Told apart before they are compared: a difference of thousands of lines helps nobody.
      const kept = readFileSync(join(folder, name), "utf8")
      if (kept !== text)
        expect(firstDifference(kept, text), `${name} has changed; npm start writes it anew`).toBe("")
    }
    const described = files.map(({ name, text }) => ({
      name,
      bytes: Buffer.byteLength(text),
      sha256: sha256(text),
    }))
    expect(manifest).toEqual(manifestResult(result, described, sha256))
  }, 120_000)

  test("is the default run of the experiment", () => {
    expect(readManifest(folder)!.result.configuration).toMatchObject({
      seed: 1,
      runs: experiment.runs,
    })
  })

  test("has cases and observations that survive a queue: plain JSON", async () => {
    const cases = experiment.cases()
    expect(JSON.parse(JSON.stringify(cases))).toEqual(cases)
    const sample = [...new Set([0, Math.floor(cases.length / 2), cases.length - 1])]
    for (const caseIndex of sample) {
      const chunk = { experiment: id, rootSeed: 1, caseIndex, firstRun: 0, runs: 2 }
      // What is not plain JSON is refused, with its place.
      const { observations } = await computeChunk(experiment, chunk)
      expect(JSON.parse(observations)).toHaveLength(2)
    }
  })
})

function firstDifference(kept: string, now: string): string {
  const [before, after] = [kept.split("\n"), now.split("\n")]
  const line = after.findIndex((text, i) => text !== before[i])
  return `line ${line + 1}: kept ${before[line] ?? "nothing"}, now ${after[line] ?? "nothing"}`
}
