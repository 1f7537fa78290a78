import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { Redis } from "ioredis"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { quorate } from "../../../test/support/listen.ts"
import { withoutPassword } from "./environment.ts"

const hasRedis = spawnSync("redis-server", ["--version"]).status === 0
if (!hasRedis) console.warn("redis-server is not installed: the tests of the queue are skipped")

let folder: string
let port: number
const children: ChildProcess[] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "quorate-queue-"))
  if (hasRedis) port = await freePort()
})
afterAll(() => {
  for (const child of children) child.kill("SIGKILL")
  rmSync(folder, { recursive: true })
})

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address()
      server.close(() => resolve(typeof address === "object" ? address!.port : 0))
    })
  })
}

/** Starts a process that belongs to the test, and waits until it has said something. */
async function begin(command: string, args: readonly string[], said: RegExp): Promise<ChildProcess> {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] })
  children.push(child)
  let text = ""
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (data: Buffer) => (text += data.toString()))
  while (!said.test(text)) {
    expect(child.exitCode, text).toBeNull()
    await pause(20)
  }
  return child
}

const redis = () =>
  begin(
    "redis-server",
    ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder],
    /Ready to accept/,
  )
const address = () => `redis://127.0.0.1:${port}`
const worker = (...more: string[]) =>
  begin(
    process.execPath,
    ["--import", "tsx", "src/cli/main.ts", "worker", "--queue", address(), "--workers", "1", ...more],
    /waits for work/,
  )

const filesOf = (out: string) =>
  readdirSync(join(folder, out, "duelling"))
    .filter((name) => name !== "manifest.json")
    .sort()
    .map((name) => [name, readFileSync(join(folder, out, "duelling", name), "utf8")])

const run = (out: string, ...more: string[]) =>
  quorate("run", "duelling", "--runs", "150", "--out", join(folder, out), ...more)

/** Waits until the journal of a run has so many bytes. */
async function journalHas(out: string, bytes: number): Promise<void> {
  const file = join(folder, out, "duelling", "unfinished.journal")
  while ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) < bytes) await pause(10)
}

const end = async (child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> => {
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve))
  child.kill(signal)
  return ended
}

describe.skipIf(!hasRedis)("a queue in Redis", () => {
  test("with two worker processes, one killed in the middle, gives the bytes of one thread", async () => {
    await run("here", "--workers", "0")
    const server = await redis()
    // One packs messages by native code, where that is installed; the other never does.
    const doomed = await worker()
    process.env["MSGPACKR_NATIVE_ACCELERATION_DISABLED"] = "true"
    const other = await worker()
    delete process.env["MSGPACKR_NATIVE_ACCELERATION_DISABLED"]
    const running = run("queued", "--queue", address())
    await journalHas("queued", 5000)
    expect(await end(doomed, "SIGKILL")).toBeNull()
    expect(await running).toMatchObject({ code: 0 })
    expect(filesOf("queued")).toEqual(filesOf("here"))
    expect(await end(other, "SIGTERM")).toBe(0)
    await end(server, "SIGTERM")
  }, 180_000)

  test("that is killed and comes back empty costs nothing but time", async () => {
    const server = await redis()
    const working = await worker()
    const running = run("lost", "--queue", address())
    await journalHas("lost", 5000)
    await end(server, "SIGKILL")
    const again = await redis()
    const { code, err } = await running
    expect([code, err]).toEqual([0, expect.stringMatching(/is gone; the run goes on.*\n.*is back/)])
    expect(filesOf("lost")).toEqual(filesOf("here"))
    await end(working, "SIGTERM")
    await end(again, "SIGTERM")
  }, 180_000)

  test("runs no module but those in the folders given to its worker", async () => {
    const mark = join(folder, "mark")
    const module = (text: string) => {
      const file = join(folder, "mine.mjs")
      writeFileSync(
        file,
        `import { writeFileSync } from "node:fs"; if (process.env.MARK) writeFileSync(process.env.MARK, "ran")
        export default { id: "mine", question: "?", reference: "-", runs: 2, tables: [], observe: () => 1,
          columns: [{ name: "a", meaning: "A.", type: "number", digits: 0 }], cases: () => [1], summarise: () => [{ a: 1 }] } // ${text}`,
      )
      return file
    }
    const asked = (file: string) => quorate("run", file, "--out", folder, "--fresh", "--queue", address())
    const server = await redis()
    process.env["MARK"] = mark
    const working = await worker()
    delete process.env["MARK"]
    const refused = await asked(module("refused"))
    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining("start it with --allow")])
    expect(existsSync(mark)).toBe(false)
    await end(working, "SIGTERM")
    const allowing = await worker("--allow", folder)
    expect(await asked(module("allowed"))).toMatchObject({ code: 0 })
    await end(allowing, "SIGTERM")
    await end(server, "SIGTERM")
  }, 180_000)

  test("keeps no forged answer, and with a key takes none that is not signed", async () => {
    const key = join(folder, "queue.key")
    writeFileSync(key, "0123456789abcdef0123456789abcdef\n")
    const server = await redis()
    const client = new Redis(address())
    /** Answers every job that is waiting, before any worker is there. */
    const forge = async () => {
      let lists: string[] = []
      while (lists.length === 0) {
        lists = (await client.keys("quorate:alive:*")).map((name) => name.slice("quorate:alive:".length))
        await pause(10)
      }
      for (let job = 0; job < 200; job++) {
        const answer = { observations: ['[{"x":1}]'], ms: 1 }
        const text = JSON.stringify({ run: lists[0], job: `${lists[0]!}-${job}`, answer })
        await client.rpush(`quorate:answers:${lists[0]!}`, JSON.stringify({ text }))
      }
    }
    const [unsigned] = await Promise.all([run("forged", "--queue", address()), forge()])
    expect([unsigned.code, unsigned.err]).toEqual([
      2,
      expect.stringContaining("invalid answers for duelling"),
    ])
    // Nothing of it was kept: the same command goes on without --fresh.
    const working = await worker("--key-file", key)
    const [signed] = await Promise.all([run("forged", "--queue", address(), "--key-file", key), forge()])
    expect([signed.code, signed.err]).toEqual([0, expect.stringContaining("is not signed with the key")])
    expect(filesOf("forged")).toEqual(filesOf("here"))
    client.disconnect()
    await end(working, "SIGTERM")
    await end(server, "SIGTERM")
  }, 180_000)
})

test("a manifest shows no password of a queue", () => {
  expect(withoutPassword("--queue=rediss://me:secret@host:1/0")).toBe("--queue=rediss://…@host:1/0")
  expect(withoutPassword("redis://host:6379")).toBe("redis://host:6379")
})

test("without a Redis it says so at once, and leaves no lock behind", async () => {
  const { code, err } = await run("none", "--queue", "redis://127.0.0.1:1")
  expect([code, err]).toEqual([
    2,
    expect.stringContaining("cannot reach Redis at redis://127.0.0.1:1: connect ECONNREFUSED"),
  ])
  expect(readdirSync(join(folder, "none", "duelling"))).toEqual([])
  expect((await run("none", "--queue", "localhost")).err).toContain("must be the address of a Redis")
  expect((await run("none", "--queue", "redis://127.0.0.1:1", "--workers", "2")).err).toContain(
    "give --workers to quorate worker",
  )
})
