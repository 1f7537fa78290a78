import { spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { hostname, tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { UsageError } from "../../base/errors.ts"
import { takeLock } from "./run-lock.ts"

let folder: string
let file: string
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "quorate-lock-"))))
afterAll(() => rmSync(folder, { recursive: true }))
beforeEach(() => {
  rmSync(folder, { recursive: true })
  folder = mkdtempSync(join(tmpdir(), "quorate-lock-"))
  file = join(folder, "lock")
})

describe("a lock", () => {
  test("is had by one, given back, and leaves nothing behind", () => {
    const giveBack = takeLock(file)
    expect(() => takeLock(file)).toThrow(UsageError)
    expect(() => takeLock(file)).toThrow(`held by process ${process.pid}`)
    giveBack()
    expect(readdirSync(folder)).toEqual([])
    takeLock(file)()
  })

  test("of a process that is gone is taken over", () => {
    const { pid } = spawnSync(process.execPath, ["-e", "0"])
    writeFileSync(file, JSON.stringify({ pid, host: hostname(), started: null }))
    const giveBack = takeLock(file)
    expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ pid: process.pid })
    giveBack()
    expect(readdirSync(folder)).toEqual([])
  })

  test.runIf(existsSync("/proc/self/stat"))("of an earlier process of the same number is taken over", () => {
    writeFileSync(file, JSON.stringify({ pid: process.pid, host: hostname(), started: "another boot/1" }))
    takeLock(file)()
  })

  test("of another machine is left alone, and how to go on is said", () => {
    writeFileSync(file, JSON.stringify({ pid: 1, host: "elsewhere.example", started: null }))
    expect(() => takeLock(file)).toThrow(/host elsewhere\.example.*delete the lock/)
    expect(existsSync(file)).toBe(true)
  })

  test("that is no lock at all is taken over", () => {
    writeFileSync(file, "")
    takeLock(file)()
  })

  test("given back late does not take away another's", () => {
    const giveBack = takeLock(file)
    const other = JSON.stringify({ pid: 1, host: "elsewhere.example", started: null })
    writeFileSync(file, other)
    giveBack()
    expect(readFileSync(file, "utf8")).toBe(other)
  })
})
