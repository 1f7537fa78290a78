import { LineCounter, type Node, type ParsedNode, isMap, isScalar, parseDocument } from "yaml"
import { z } from "zod"
import type { NodeOptions } from "../../analysis/nodes.ts"
import { UsageError, didYouMean } from "../../base/errors.ts"
import { readText } from "../shared/read-text.ts"

const atLeastZero = z.number("must be a number of at least 0").min(0, "must be a number of at least 0")
const perPhase = z.union(
  [atLeastZero, z.strictObject({ phase1: atLeastZero, phase2: atLeastZero })],
  "must be a number of at least 0, or {phase1: …, phase2: …} with two of them",
)
const probability = z
  .number("must be a number from 0 to 1")
  .min(0, "must be a number from 0 to 1")
  .max(1, "must be a number from 0 to 1")

const properties = z.strictObject(
  {
    capacity: perPhase.optional(),
    latency: perPhase.optional(),
    failureProbability: probability.optional(),
    zone: z.string("must be the name of a zone").optional(),
  },
  "must be properties, such as {capacity: 100, latency: 20, failureProbability: 0.01, zone: east}",
)

/**
 * What a file of node properties holds: properties by node name, and the
 * probability that a zone fails as a whole, by zone name.
 */
const nodeFile = z.strictObject(
  {
    $schema: z.string().optional(),
    nodes: z.record(z.string(), properties, {
      error: ({ input }) =>
        input === undefined
          ? "are missing; the properties of nodes go below a key nodes, as nodes: {a1: {capacity: 100}, a2: {}}"
          : "must be properties by node name, such as a1: {capacity: 100}",
    }),
    zones: z.record(z.string(), probability, "must be failure probabilities by zone name").optional(),
  },
  "must have the key nodes: properties by node name",
)

/**
 * Node properties from a YAML (or JSON) file. Mistakes in it are UsageErrors
 * that begin with the place: `nodes.yaml:5:24: …`.
 */
export function readNodeFile(path: string): Pick<NodeOptions, "nodes" | "zones"> {
  return parseNodeFile(readText(path, wanted), path)
}

/**
 * The same from a text; `path` is what errors call it. JSON is YAML, so one
 * parser reads both, with positions.
 */
export function parseNodeFile(text: string, path: string): Pick<NodeOptions, "nodes" | "zones"> {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset)
    return `${path}:${line}:${col}`
  }
  const broken = document.errors[0]
  if (broken !== undefined) {
    throw new UsageError(`${at(broken.pos[0])}: ${broken.message.split(" at line ")[0]!}.`)
  }
  const result = nodeFile.safeParse(document.toJS() ?? {})
  if (result.success) return withoutUndefined(result.data)
  const issue = deepest(result.error.issues[0]!)
  const { node, what } = describe(document.contents, issue)
  throw new UsageError(`${at(node?.range?.[0] ?? 0)}: ${what}`)
}

/** Zod's optional keys may hold undefined, ours may not. */
function withoutUndefined(data: z.infer<typeof nodeFile>): Pick<NodeOptions, "nodes" | "zones"> {
  return JSON.parse(JSON.stringify({ nodes: data.nodes, zones: data.zones })) as Pick<
    NodeOptions,
    "nodes" | "zones"
  >
}

type Issue = z.core.$ZodIssue

/** Of alternatives, the mistake inside the one that was meant: a record, where one was written. */
function deepest(issue: Issue): Issue {
  if (issue.code !== "invalid_union") return issue
  const all = issue.errors.flat()
  const inside =
    all.find(({ code }) => code === "unrecognized_keys") ?? all.find(({ path }) => path.length > 0)
  return inside === undefined ? issue : { ...inside, path: [...issue.path, ...inside.path] }
}

/** The node of the document that an issue is about, and the message. */
function describe(root: ParsedNode | null, issue: Issue): { node: Node | null; what: string } {
  const owner = nodeAt(root, issue.path)
  if (issue.code === "unrecognized_keys") {
    const key = issue.keys[0]!
    const known = issue.path.length === 0 ? ["nodes", "zones"] : knownKeys(issue.path)
    return {
      node: keyNode(owner, key),
      what: `there is no ${key} here.${didYouMean(key, known)} Known are ${known.join(", ")}.`,
    }
  }
  const name = issue.path.join(".")
  return { node: owner, what: `${name === "" ? "the file" : name} ${issue.message}.` }
}

function knownKeys(path: readonly PropertyKey[]): string[] {
  return path.length >= 3 ? ["phase1", "phase2"] : Object.keys(properties.shape)
}

/** The node at a path, or the last one on the way that exists. */
function nodeAt(root: ParsedNode | null, path: readonly PropertyKey[]): Node | null {
  let node: Node | null = root
  for (const key of path) {
    const next: unknown = isMap(node) ? node.get(key, true) : undefined
    if (!isNode(next)) return node
    node = next
  }
  return node
}

function keyNode(owner: Node | null, key: string): Node | null {
  const pair = isMap(owner)
    ? owner.items.find((item) => isScalar(item.key) && String(item.key.value) === key)
    : undefined
  return isNode(pair?.key) ? pair.key : owner
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "range" in value
}

const wanted =
  `--nodes takes a YAML file, such as:\n` +
  `  nodes:\n    a1: {capacity: 100, latency: 20, failureProbability: 0.01, zone: east}\n  zones:\n    east: 0.001`
