import { readFileSync, readdirSync } from "node:fs"
import { join } from "node:path"
import fc from "fast-check"
import { expect, test } from "vitest"
import { shellWord } from "../../base/text.ts"
import type { Manifest } from "../../experiment/manifest.ts"
import { parseManifest } from "./read-manifest.ts"

const results = readdirSync("results").map((name) => join("results", name, "manifest.json"))

test("every manifest that is shipped is one", () => {
  for (const file of results) expect(() => parseManifest(readFileSync(file, "utf8"), file)).not.toThrow()
})

const manifest = JSON.parse(readFileSync(results[0]!, "utf8")) as Manifest
const withCommand = (command: string): string =>
  JSON.stringify({ ...manifest, result: { ...manifest.result, command } })

test("a manifest takes every command that quorate writes", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string(), (file, value) => {
      const words = `${shellWord(file)} --set ${shellWord(`caption=${value}`)}`
      const command = `quorate run ${words} --seed 1 --runs 2 --until-ci 2% --max-runs 100`
      expect(parseManifest(withCommand(command), "m").result.command).toBe(command)
    }),
  )
})

test.each([
  "quorate run $(reboot) --seed 1 --runs 1",
  "quorate run a; reboot",
  "quorate run a && reboot",
  "quorate run a | sh",
  "quorate run a > /etc/passwd",
  'quorate run "$(reboot)"',
  'quorate run "`reboot`"',
  'quorate run "a" "b',
  "quorate run 'a'",
  "quorate run a\nreboot",
  "quorate  run a",
  "rm -r a",
])("a manifest with the command %j is refused", (command) => {
  expect(() => parseManifest(withCommand(command), "m")).toThrow(
    "result.command must be a quorate run command",
  )
})
