import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeEach, describe, expect, test } from "vitest"
import { quorate } from "../../../test/support/listen.ts"
import { Draft, openOwn, openToAppend, writeFile, writeFiles } from "./files.ts"

const root = mkdtempSync(join(tmpdir(), "quorate-files-"))
let folder: string
let count = 0
beforeEach(() => mkdirSync((folder = join(root, String(count++)))))
afterAll(() => rmSync(root, { recursive: true }))

describe("writing files", () => {
  test("leaves the old files as they were when one of them cannot be written", () => {
    const [one, two] = [join(folder, "one"), join(folder, "two")]
    writeFileSync(one, "old")
    const files = [
      { path: one, content: "new" },
      { path: join(folder, "missing", "x"), content: "new" },
    ]
    expect(() => writeFiles(files)).toThrow(/ENOENT/)
    const fail = () => {
      throw new Error("no")
    }
    expect(() =>
      writeFiles(
        [
          { path: one, content: "new" },
          { path: two, content: "new" },
        ],
        fail,
      ),
    ).toThrow("no")
    expect([readFileSync(one, "utf8"), readdirSync(folder)]).toEqual(["old", ["one"]])
  })

  test("replaces a link by the file, and leaves alone what it leads to", () => {
    const [precious, link] = [join(folder, "precious"), join(folder, "link")]
    writeFileSync(precious, "precious")
    symlinkSync(precious, link)
    writeFile(link, "new")
    expect([readFileSync(precious, "utf8"), readFileSync(link, "utf8")]).toEqual(["precious", "new"])
    expect(lstatSync(link).isSymbolicLink()).toBe(false)
  })

  test("does not write through a link that waits under its temporary name", () => {
    const precious = join(folder, "precious")
    writeFileSync(precious, "precious")
    symlinkSync(precious, join(folder, `.page.${process.pid}.tmp`))
    writeFile(join(folder, "page"), "new")
    expect([readFileSync(precious, "utf8"), readFileSync(join(folder, "page"), "utf8")]).toEqual([
      "precious",
      "new",
    ])
  })

  test("writes to devices as they are", () => {
    writeFile("/dev/null", "gone")
    expect(lstatSync("/dev/null").isCharacterDevice()).toBe(true)
  })

  test("names the file and the reason", () => {
    expect(() => writeFile(folder, "x")).toThrow(/^cannot write .*: it is a folder \(EISDIR\)\.$/)
    expect(() => writeFile(join(folder, "a", "b"), "x")).toThrow("no such folder (ENOENT)")
  })

  test("removes a draft that was not published", () => {
    const draft = new Draft(join(folder, "x"))
    draft.write("half")
    draft.discard()
    expect(readdirSync(folder)).toEqual([])
  })

  test("opens no link, folder or device as a file of its own", () => {
    const link = join(folder, "link")
    symlinkSync(join(folder, "elsewhere"), link)
    for (const open of [openOwn, openToAppend]) {
      expect(() => open(link)).toThrow("is a symbolic link")
      expect(() => open(folder)).toThrow("is not a regular file")
    }
    expect(existsSync(join(folder, "elsewhere"))).toBe(false)
  })
})

test("a run neither reads nor writes through a link in the place of its journal", async () => {
  const precious = join(folder, "precious")
  writeFileSync(precious, "precious")
  mkdirSync(join(folder, "duelling"))
  symlinkSync(precious, join(folder, "duelling", "unfinished.journal"))
  const { code, err } = await quorate("run", "duelling", "--runs", "1", "--workers", "0", "--out", folder)
  expect([code, err]).toEqual([2, expect.stringContaining("unfinished.journal is a symbolic link")])
  expect(readFileSync(precious, "utf8")).toBe("precious")
})

test.each([
  ["report", "phase2-size", "--out"],
  ["figure", "phase2-size", "--only", "phase2-size-time", "--out"],
  ["explore", "simple(4, 2, 2)", "--save"],
  ["log", "majority(3)", "--horizon-ms", "1200", "--history"],
])("%s leaves no empty file where it cannot write", async (...words) => {
  const place = join(folder, "file.svg")
  mkdirSync(place)
  const { code, err } = await quorate(
    ...words,
    words[0] === "log"
      ? join(place, "no", "x")
      : words[0] === "figure"
        ? join(place, "no", "x.svg")
        : words[0] === "explore"
          ? "/proc/x.svg"
          : place,
  )
  expect([code, err]).toEqual([2, expect.stringContaining("cannot write")])
  expect(readdirSync(folder)).toEqual(["file.svg"])
})
