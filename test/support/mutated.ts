import type { Random } from "../../src/base/random.ts"

const tokens =
  "\u0000 \u001b[31m \n \t __proto__ constructor toString hasOwnProperty null true -1 0 1e309 NaN Infinity 9007199254740993 1e-320 { } [ ] ( ) \" ' : , ; @ * & - ? | > # % \\ = << ! é \ud800 😀 &a *a !!js #_ #{ .. / 100000000000000000000".split(
    " ",
  )

/** A text with a few mistakes of the kinds that hands, disks and attackers make. */
export function mutated(sample: string, random: Random): string {
  let text = random.below(3) === 0 ? mutatedJson(sample, random) : sample
  for (let times = random.below(4); times >= 0; times--) {
    const [from, to] = [random.below(text.length + 1), random.below(text.length + 1)].sort((a, b) => a - b)
    const token = tokens[random.below(tokens.length)]!
    const kinds = [
      () => text.slice(0, from) + text.slice(Math.min(to!, from! + 8)),
      () => text.slice(0, from) + token + text.slice(from),
      () => text.slice(0, from) + token + text.slice(from! + 1),
      () => text.slice(0, to) + text.slice(from),
      () => text.slice(0, from),
      () => text.slice(from) + text.slice(0, from),
      () => text.slice(0, from) + token.repeat(random.below(200) === 0 ? 100_000 : 40) + text.slice(from),
      () => text.slice(0, from) + String.fromCharCode(random.below(65536)) + text.slice(from! + 1),
    ]
    text = kinds[random.below(kinds.length)]!()
  }
  return text
}

const oddValues = [
  null,
  true,
  -1,
  0.5,
  1e21,
  "",
  "x",
  [],
  {},
  [[]],
  { __proto__: null },
  "constructor",
  2 ** 53,
]

/** Of a JSON text, one value replaced, removed or added; the text itself where it is none. */
function mutatedJson(sample: string, random: Random): string {
  let value: unknown
  try {
    value = JSON.parse(sample)
  } catch {
    return sample
  }
  let owner = value
  while (typeof owner === "object" && owner !== null) {
    const keys = Object.keys(owner)
    const key = keys[random.below(Math.max(1, keys.length))] ?? "constructor"
    const inner = (owner as Record<string, unknown>)[key]
    if (typeof inner === "object" && inner !== null && random.below(4) > 0) {
      owner = inner
      continue
    }
    const odd = oddValues[random.below(oddValues.length)]
    if (random.below(4) === 0) Reflect.deleteProperty(owner, key)
    else (owner as Record<string, unknown>)[random.below(5) === 0 ? "constructor" : key] = odd
    break
  }
  return JSON.stringify(value)
}
