import { describe, expect, test } from "vitest"
import { generateHistory } from "../generate.ts"
import { checkLinearizability } from "../linearizability.ts"
import { readEdn } from "./edn.ts"
import { writeJsonLines } from "./json-lines.ts"
import { writePorcupineEdn } from "./edn-history.ts"
import { type ReadOptions, readHistory } from "./read-history.ts"

const read = (text: string, options: Partial<ReadOptions> = {}) =>
  readHistory(text, { file: "h", ...options })

function verdict(text: string, options: Partial<ReadOptions> = {}): string {
  const { history, specification } = read(text, options)
  return checkLinearizability(history, specification).verdict
}

const described = (text: string): string[] => {
  const { history, specification } = read(text)
  return history.map(({ input, output }) => specification.describe(input, output))
}

describe("EDN", () => {
  const values = (text: string) => readEdn(text, "h").map(({ value }) => value)

  test("values, with comments, commas, tags and discarded forms", () => {
    expect(values('nil true -3 4.5e1 7N "a\\n\\"b"')).toEqual([null, true, -3, 45, 7, 'a\n"b'])
    expect(values("[1, (2 #{3})] ; the end\n #_ [dropped] 4")).toEqual([[1, [2, [3]]], 4])
    expect(values("#jepsen.history.Op{:f :read}")).toEqual([new Map([[":f", { name: ":read" }]])])
  })

  test("what is not EDN is shown by line and column", () => {
    expect(() => values("{:a 1\n :b}")).toThrow("h:1:1: not EDN: a map has a key without a value.")
    expect(() => values("[1\n 2")).toThrow("h:1:1: not EDN: [ is not closed.")
    expect(() => values('1\n  "a')).toThrow("h:2:3: not EDN: a text is not closed.")
    expect(() => values("1 ]")).toThrow("h:1:3: not EDN: ] has no opening bracket.")
  })
})

const etcd = (...lines: readonly string[]): string =>
  lines
    .map((line) => `INFO  jepsen.util - ${line.replaceAll(" :", "\t:").replace(/ (?=[^ ]+$)/, "\t")}\n`)
    .join("")

describe("logs of etcd, as Porcupine has them", () => {
  test("nil is a value like others: nothing", () => {
    const after = (found: string): string =>
      etcd("0 :invoke :write 1", "0 :ok :write 1", "1 :invoke :read nil", `1 :ok :read ${found}`)
    expect(verdict(after("1"))).toBe("holds")
    expect(verdict(after("nil"))).toBe("violated")
    expect(verdict(etcd("1 :invoke :read nil", "1 :ok :read nil"))).toBe("holds")
  })

  test("a cas that failed has found another value", () => {
    const text = "INFO  jepsen.util - 0\t:invoke\t:write\t1\nINFO  jepsen.util - 0\t:ok\t:write\t1\n"
    const cas = (from: number): string =>
      `INFO  jepsen.util - 0\t:invoke\t:cas\t[${from} 2]\nINFO  jepsen.util - 0\t:fail\t:cas\t[${from} 2]\n`
    expect(verdict(text + cas(3))).toBe("holds")
    expect(verdict(text + cas(1))).toBe("violated")
  })

  test("what timed out may take effect later, and a read that did says nothing", () => {
    const timedOut = etcd(
      "0 :invoke :write 1",
      "0 :info :write :timed-out",
      "2 :invoke :read nil",
      "2 :fail :read :timed-out",
    )
    const reads = (...found: string[]): string =>
      etcd(...found.flatMap((value) => ["1 :invoke :read nil", `1 :ok :read ${value}`]))
    expect(verdict(timedOut + reads("nil", "1"))).toBe("holds")
    expect(verdict(timedOut + reads("1", "nil"))).toBe("violated")
  })

  test("other lines of a log are passed over, malformed ones are not", () => {
    const chatter =
      "INFO  jepsen.core - Worker 1 starting\nINFO  jepsen.util - :nemesis\t:info\t:start\tnil\n\n"
    expect(described(chatter + etcd("1 :invoke :write 3", "1 :ok :write 3"))).toEqual(["write 3"])
    expect(() => read(`${etcd("1 :invoke :write 3")}nonsense\n`)).toThrow(
      /^h:2: not a line of a Jepsen log: "nonsense"/,
    )
    expect(() => read(etcd("1 :invoke :cas 3"))).toThrow("h:1: not a line")
  })
})

describe("EDN of Jepsen and Knossos", () => {
  const event = (process: number, type: string, f: string, value: string): string =>
    `{:process ${process}, :type :${type}, :f :${f}, :value ${value}}`

  test("in a vector, in a list, or one map after another; the nemesis is passed over", () => {
    const events = [event(0, "invoke", "write", "1"), event(0, "ok", "write", "1")]
    const nemesis = "{:process :nemesis, :type :info, :f :start, :value nil}"
    const forms = [
      `[${events.join("\n ")}]`,
      `; first\n(${events.join("\n")}) ; last ]`,
      [...events, nemesis].join("\n"),
    ]
    for (const text of forms) expect(described(text)).toEqual(["write 1"])
  })

  test("lines are those of the file", () => {
    const text = `; a comment\n[${event(0, "invoke", "write", "1")}\n\n ${event(0, "ok", "write", "1")}\n ${event(1, "invoke", "read", "nil")}]`
    const { lines } = read(text)
    expect([...lines.values()]).toEqual([{ called: 2, returned: 4 }, { called: 5 }])
  })

  test("a failed operation did not happen, and a failed cas is no evidence", () => {
    const failed = [
      event(0, "invoke", "write", "3"),
      event(1, "invoke", "read", "nil"),
      event(0, "fail", "write", "3"),
    ]
    expect(verdict([...failed, event(1, "ok", "read", "3")].join("\n"))).toBe("violated")
    const cas = [event(0, "invoke", "cas", "[0 1]"), event(0, "fail", "cas", "[0 1]")].join("\n")
    expect(verdict(cas, { initial: "0" })).toBe("holds")
  })

  test("a read of nil says nothing; registers begin as nil or 0, unless it is said how", () => {
    const reads = (value: string): string =>
      [event(1, "invoke", "read", "nil"), event(1, "ok", "read", value)].join("\n")
    expect(verdict(reads("nil"), { initial: "5" })).toBe("holds")
    expect(verdict(reads("0"))).toBe("holds")
    expect(verdict(reads("0"), { initial: "nil" })).toBe("violated")
    expect(verdict(reads("7"))).toBe("violated")
    expect(verdict(reads("7"), { initial: "any" })).toBe("holds")
    expect(verdict(`${reads("7")}\n${reads("8")}`, { initial: "any" })).toBe("violated")
  })

  test("tuples of jepsen.independent are keys and values", () => {
    const text = [
      event(0, "invoke", "write", "[7 1]"),
      event(0, "ok", "write", "[7 1]"),
      event(1, "invoke", "cas", "[7 [1 2]]"),
      event(1, "ok", "cas", "[7 [1 2]]"),
      event(0, "invoke", "read", "[8 nil]"),
      event(0, "ok", "read", "[8 nil]"),
    ].join("\n")
    expect(described(text)).toEqual(["put 7 1", "cas 7 1 2: done", "get 8"])
    expect(read(text).model).toBe("kv")
  })

  test("a mutex is held by one at a time", () => {
    const acquire = (process: number) => [
      event(process, "invoke", "acquire", "nil"),
      event(process, "ok", "acquire", "nil"),
    ]
    const release = (process: number) => [
      event(process, "invoke", "release", "nil"),
      event(process, "ok", "release", "nil"),
    ]
    expect(verdict([...acquire(0), ...release(0), ...acquire(1)].join("\n"))).toBe("holds")
    expect(verdict([...acquire(0), ...acquire(1)].join("\n"))).toBe("violated")
    expect(verdict(release(0).join("\n"))).toBe("violated")
  })

  test("transactions on several registers take effect as a whole", () => {
    const txn = (process: number, asked: string, found: string): string =>
      `${event(process, "invoke", "txn", asked)}\n${event(process, "ok", "txn", found)}\n`
    const write = txn(0, "[[:write :x 1] [:write :y 1]]", "[[:write :x 1] [:write :y 1]]")
    const look = (x: string, y: string): string =>
      txn(1, "[[:read :x nil] [:read :y nil]]", `[[:read :x ${x}] [:read :y ${y}]]`)
    expect(read(write).model).toBe("multi-register")
    expect(verdict(write + look("1", "1"))).toBe("holds")
    expect(verdict(look("0", "0") + write)).toBe("holds")
    expect(verdict(write + look("1", "0"))).toBe("violated")
  })

  test("what is wrong is shown by its line", () => {
    const good = event(0, "invoke", "write", "1")
    expect(() => read(`${good}\n{:type :ok}`)).toThrow("h:2: not an event of a history: :process is missing")
    expect(() => read(`${good}\n${event(0, "done", "write", "1")}`)).toThrow(
      "h:2: not an event of a history: :type is :done",
    )
    expect(() => read(`${good}\n${event(1, "ok", "write", "1")}`)).toThrow(
      "h:2: :ok of write without an :invoke of process 1",
    )
    expect(() => read(`${good}\n${event(0, "invoke", "read", "nil")}`)).toThrow(
      "h:2: process 0 calls again while its write of line 1",
    )
    expect(() => read(`${good}\n${event(0, "ok", "read", "1")}`)).toThrow(
      "called write in line 1, but this line completes read",
    )
    expect(() => read(event(0, "invoke", "dequeue", "nil"))).toThrow(
      "h:1: not an event of a history: unknown :f :dequeue; valid are",
    )
  })
})

test("Porcupine's key–value histories: nothing is the empty text, appends are kept apart by key", () => {
  const event = (type: string, f: string, key: string, value: string): string =>
    `{:process 0, :type :${type}, :f :${f}, :key "${key}", :value ${value}}\n`
  const both = (f: string, key: string, asked: string, found = asked): string =>
    event("invoke", f, key, asked) + event("ok", f, key, found)
  const text = both("append", "a", '"x 0 y"') + both("append", "a", '"x 1 y"') + both("get", "b", "nil", '""')
  expect(read(text)).toMatchObject({ format: "kv", model: "kv", initial: "" })
  expect(verdict(text + both("get", "a", "nil", '"x 0 yx 1 y"'))).toBe("holds")
  expect(verdict(text + both("get", "a", "nil", '"x 1 yx 0 y"'))).toBe("violated")
})

describe("JSON lines", () => {
  test("what is written is read again, and judged alike", () => {
    const history = generateHistory({
      seed: 3,
      operations: 200,
      clients: 8,
      keys: 3,
      puts: 0.3,
      cas: 0.2,
      deletes: 0.1,
      unknown: 0.05,
    })
    const again = read(writeJsonLines(history))
    const plain = ({ client, input, output }: (typeof history)[number]) => ({ client, input, output })
    expect(again.history.map((one) => plain(one as (typeof history)[number]))).toEqual(history.map(plain))
    expect(again.format).toBe("jsonl")
    expect(checkLinearizability(again.history, again.specification).verdict).toBe("holds")
  })

  test("as Porcupine's key-value histories: the same operations, of numbered processes", () => {
    const history = generateHistory({
      seed: 5,
      clients: 5,
      operations: 300,
      keys: 3,
      appends: 0.3,
      unknown: 0.05,
    })
    const text = writePorcupineEdn(history)
    for (const line of text.trim().split("\n")) {
      expect(line).toMatch(
        /^{:process \d+, :type :(invoke|ok|info), :f :(get|put|append), :key "[^"]*", :value (nil|"[^"]*")}$/,
      )
    }
    const again = read(text)
    expect(again.format).toBe("kv")
    expect(again.history.map(({ input }) => input)).toEqual(history.map(({ input }) => input))
    expect(checkLinearizability(again.history, again.specification).verdict).toBe("holds")
    const withCas = generateHistory({ seed: 5, clients: 5, operations: 30, cas: 0.5 })
    expect(() => writePorcupineEdn(withCas)).toThrow("cannot write cas (client")
  })

  test("what is wrong is shown by its line and field", () => {
    const line = (fields: object): string =>
      `${JSON.stringify({ process: "1", type: "invoke", f: "get", key: "x", ...fields })}\n`
    expect(() => read(line({ f: "cas" }))).toThrow(
      /^h:1: expected is missing; must be a string. Expected, for example: .*"expected":"1","value":"2"}$/,
    )
    expect(() => read(`${line({})}{`)).toThrow("h:2: not JSON")
    expect(() => read(line({ type: "begin" }))).toThrow(
      'h:1: type is "begin"; must be "invoke", "ok", "fail" or "info"',
    )
    expect(() => read(line({ f: "push" }))).toThrow('h:1: f is "push"')
    expect(() => read(line({ f: "put" }))).toThrow("h:1: value is missing")
    expect(() => read(line({}) + line({ type: "ok" }))).toThrow(
      "h:2: result is missing; must be a string or null for a get",
    )
  })
})

describe("the model", () => {
  test("is the simplest that has all operations", () => {
    expect(read(etcd("1 :invoke :read nil")).model).toBe("register")
    expect(read("INFO  jepsen.util - 1\t:invoke\t:cas\t[1 2]").model).toBe("cas-register")
  })

  test("that is asked for must have them", () => {
    const text = `${etcd("1 :invoke :write 3", "1 :ok :write 3")}INFO  jepsen.util - 1\t:invoke\t:cas\t[1 2]`
    expect(read(text, { model: "kv" }).model).toBe("cas-register")
    expect(() => read(text, { model: "register" })).toThrow(
      "h:3: the history is of a cas-register, not a register (this cas). Try --model cas-register.",
    )
  })
})

test("a file that is no history says what could be done", () => {
  expect(() => read("")).toThrow("h has no events")
  expect(() => read("hello")).toThrow(
    'cannot detect the history format; the file begins with "hello". Give --from etcd, edn, kv or jsonl.',
  )
})

test("operations on keys are shown with them", () => {
  expect(described('{"process":1,"type":"invoke","f":"delete","key":"x"}')).toEqual(["delete x"])
})
