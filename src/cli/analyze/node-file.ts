import { z } from "zod"
import type { NodeOptions } from "../../analysis/nodes.ts"
import { UsageError, describeUnknown } from "../../base/errors.ts"
import { PlacedYaml, readText } from "../shared/read-text.ts"

const atLeastZero = z.number("must be a non-negative number").min(0, "must be a non-negative number")
const perPhase = z.union(
  [atLeastZero, z.strictObject({ phase1: atLeastZero, phase2: atLeastZero })],
  "must be a non-negative number, or {phase1: …, phase2: …} with two of them",
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

const missingNodes = "missing key nodes, such as nodes: {a1: {capacity: 100}, a2: {}}"

/** The schema of a node file: properties by node name, and the failure probability of each zone as a whole. */
const nodeFile = z.strictObject(
  {
    $schema: z.string().optional(),
    nodes: z.record(z.string(), properties, {
      error: ({ input }) =>
        input === undefined ? missingNodes : "must be properties by node name, such as a1: {capacity: 100}",
    }),
    zones: z.record(z.string(), probability, "must be failure probabilities by zone name").optional(),
  },
  "must have the key nodes: properties by node name",
)

/** The node properties of a YAML or JSON file. An error is a UsageError that begins with the position: `nodes.yaml:5:24: …`. */
export function readNodeFile(path: string): Pick<NodeOptions, "nodes" | "zones"> {
  return parseNodeFile(readText(path, wanted), path)
}

/** The node properties of a text; errors name it `path`. JSON is YAML, so one parser reads both. */
export function parseNodeFile(text: string, path: string): Pick<NodeOptions, "nodes" | "zones"> {
  const yaml = new PlacedYaml(text, path)
  const result = nodeFile.safeParse(yaml.content() ?? {})
  if (result.success) return withoutUndefined(result.data)
  const issue = innermost(result.error.issues[0]!)
  if (issue.code === "unrecognized_keys") {
    const key = issue.keys[0]!
    const known = issue.path.length === 0 ? ["nodes", "zones"] : knownKeys(issue.path)
    throw new UsageError(`${yaml.keyPlace(issue.path, key)}: ${describeUnknown("key", key, known)}`)
  }
  const name = issue.path.join(".")
  const what =
    issue.message === missingNodes ? missingNodes : `${name === "" ? "the file" : name} ${issue.message}`
  throw new UsageError(`${yaml.place(issue.path)}: ${what}.`)
}

/** Zod's optional keys may hold undefined, those of NodeOptions may not. */
function withoutUndefined(data: z.infer<typeof nodeFile>): Pick<NodeOptions, "nodes" | "zones"> {
  return JSON.parse(JSON.stringify({ nodes: data.nodes, zones: data.zones })) as Pick<
    NodeOptions,
    "nodes" | "zones"
  >
}

type Issue = z.core.$ZodIssue

/** Of a union, the issue inside the alternative that was meant: the record, if a record was given. */
function innermost(issue: Issue): Issue {
  if (issue.code !== "invalid_union") return issue
  const all = issue.errors.flat()
  const inside =
    all.find(({ code }) => code === "unrecognized_keys") ?? all.find(({ path }) => path.length > 0)
  return inside === undefined ? issue : { ...inside, path: [...issue.path, ...inside.path] }
}

function knownKeys(path: readonly PropertyKey[]): string[] {
  return path.length >= 3 ? ["phase1", "phase2"] : Object.keys(properties.shape)
}

const wanted =
  `--nodes takes a YAML file, such as:\n` +
  `  nodes:\n    a1: {capacity: 100, latency: 20, failureProbability: 0.01, zone: east}\n  zones:\n    east: 0.001`
