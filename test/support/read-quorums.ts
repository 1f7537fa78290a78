import { writeFileSync } from "node:fs"
import { catalogue } from "../../quorums/index.ts"
import { quorumPlanFrom, quorumSystemFrom } from "../../quorums/from-text.ts"
import { UsageError } from "../../src/base/errors.ts"
import { holds } from "../../src/base/verdict.ts"
import { type Random, randomFromSeed } from "../../src/base/random.ts"
import { readPlanCall } from "../../src/protocol/paxos/plans.ts"
import { allNodes } from "../../src/quorum/system.ts"
import { parsePlan } from "../../src/quorum/notation/plan.ts"
import { parseRuleVariable, checkRule } from "../../src/quorum/meet/rule.ts"
import { type Requirement, requirementById } from "../../src/quorum/meet/requirement.ts"
import { mutated } from "./mutated.ts"

/**
 * Reads mutated quorum texts, each first written to a file: a process that runs
 * out of memory or hangs leaves the text that did it. Prints, as lines of JSON,
 * whatever was neither read nor refused by a UsageError, or took too long.
 *
 * Arguments: the file, the seed, how many texts.
 */

const examples = [...catalogue.values()].flatMap(({ examples: good, counterexamples: bad }) => [
  ...good,
  ...bad,
])

const formulas = [
  "a*b + c*d",
  "choose(2, a, b, c)*choose(1, d, e)",
  "weightedChoose(3, [2, 1, 1], a, b, c)",
  'dual("us-west"*b + "節点"*d)',
  "minimal(a*b + a*b*c + a*(b + c))",
  "minimal(simple(3, 2, 1))",
  "split(choose(0), a*b)",
]

const plans = [
  "0: split(choose(0), a1*a2*a3); 1..3: simple(3, 1, 3); 4..: majority(3)",
  "0 fast: fastPaxos(5); 1..: majority(5)",
  "allAboard(3, 3)",
  "colocatedMajorities(5, 5)",
  "fixedQuorums(3, [[1, 2], [2, 3]])",
]

/** A requirement that costs no time: rules are only to be read. */
const everything: Requirement = { ...requirementById("4.4")!, check: () => holds("nothing was asked") }

/** A rule, and its variables after a bar. */
const rules = [
  "simple(n, n/2 + 1, n/2)|n=1..9",
  "fastPaxos(n, ceil(3*n/4))|n=4,5",
  "0..k: rowa(n); k+1..: majority(n)|n=1..4|k=1..n",
  "zones([n, n, 3], most, [2, min(n, 2)])|n=1..3",
  "split(1*6, 2*3)|n=1..1",
]

type Readers = Readonly<
  Record<string, { readonly samples: readonly string[]; readonly read: (text: string) => unknown }>
>

const readers: Readers = {
  "a system": {
    samples: [...examples, ...formulas],
    read: (text) => {
      const system = quorumSystemFrom(text)
      return system.isQuorum(1, allNodes(system))
    },
  },
  "a plan": {
    samples: [...plans, ...examples],
    read: (text) => readPlanCall(text) ?? quorumPlanFrom(text),
  },
  "a rule": {
    samples: [...rules, ...examples.map((text) => `${text}|n=1..3`)],
    read: (text) => {
      const [rule, ...variables] = text.split("|")
      const cases = checkRule(rule!, variables.map(parseRuleVariable), everything, catalogue)
      for (let read = 0; read < 20 && cases.next().done !== true; read++);
    },
  },
  "a system of a rule": {
    samples: [...examples, ...plans, ...rules.map((rule) => rule.split("|")[0]!)],
    read: (text) =>
      parsePlan(
        text,
        catalogue,
        new Map([
          ["n", 5],
          ["k", 3],
        ]),
      ),
  },
}

const numbers = [0, 1, 2, 7, 100, 9_999, 10_000, 100_000, 4_000_000_000, 1e12, 1e15, Number.MAX_SAFE_INTEGER]

const wrappers: readonly ((text: string, other: string) => string)[] = [
  (text) => `dual(${text})`,
  (text) => `minimal(${text})`,
  (text, other) => `compose(${text}, ${other})`,
  (text, other) => `split(${text}, ${other})`,
  (text, other) => `joint(${text}, ${other})`,
  (text, other) => `choose(2, ${text}, ${other}, ${text})`,
  (text, other) => `${text}*(${other})`,
  (text, other) => `(${text}) + ${other}`,
]

/** A mutation that quorum texts are prone to: numbers far too large, and texts around and beside each other. */
function larger(text: string, other: string, random: Random): string {
  const kind = random.below(4)
  if (kind === 0) {
    const places = [...text.matchAll(/\d+/g)]
    const place = places[random.below(Math.max(1, places.length))]
    if (place === undefined) return text
    const number = String(numbers[random.below(numbers.length)])
    return text.slice(0, place.index) + number + text.slice(place.index + place[0].length)
  }
  if (kind === 1) {
    let all = text
    const times = random.below(20) === 0 ? 30 : 1
    for (let i = 0; i < times && all.length < 100_000; i++)
      all = wrappers[random.below(wrappers.length)]!(all, other)
    return all
  }
  if (kind === 2) {
    const one = wrappers[random.below(wrappers.length)]!
    let all = text
    for (let i = random.below(40); i > 0 && all.length < 100_000; i--) all = one(all, "a")
    return all
  }
  return mutated(text, random)
}

const [path, seed, count] = process.argv.slice(2) as [string, string, string]
const random = randomFromSeed(Number(seed))
const names = Object.keys(readers)
const result = { texts: 0, refused: 0, slowestMs: 0 }
for (let i = 0; i < Number(count); i++) {
  const name = names[i % names.length]!
  const { samples, read } = readers[name]!
  let text = samples[random.below(samples.length)]!
  for (let times = 1 + random.below(3); times > 0; times--)
    text = larger(text, samples[random.below(samples.length)]!, random)
  writeFileSync(path, JSON.stringify({ name, text }))
  const before = process.cpuUsage()
  let problem: string | undefined
  try {
    read(text)
  } catch (error) {
    if (error instanceof UsageError) {
      result.refused++
      if (error.message.length > 2000)
        problem = `a message of ${error.message.length} characters: ${error.message.slice(0, 150)} … ${error.message.slice(-150)}`
    } else problem = (error as Error).stack!.split("\n").slice(0, 4).join("\n")
  }
  // Of this process: others share the machine.
  const { user, system } = process.cpuUsage(before)
  const ms = (user + system) / 1000
  result.slowestMs = Math.max(result.slowestMs, ms)
  if (ms > 2000) problem ??= `took ${Math.round(ms)} ms`
  if (problem !== undefined) console.log(JSON.stringify({ problem, name, text: text.slice(0, 20_000) }))
  result.texts++
}
console.log(JSON.stringify(result))
