import { z } from "zod"

const whole = (least: number) =>
  z
    .number(`must be a whole number from ${least}`)
    .int(`must be a whole number from ${least}`)
    .min(least, `must be a whole number from ${least}`)
const duration = z
  .number("must be milliseconds, from 0 to 1e9")
  .min(0, "must be milliseconds, from 0 to 1e9")
  .max(1e9, "must be milliseconds, from 0 to 1e9")
const probability = z
  .number("must be a probability, from 0 to 1")
  .min(0, "must be a probability, from 0 to 1")
  .max(1, "must be a probability, from 0 to 1")
const positive = z.number("must be a number above 0").positive("must be a number above 0")
const flag = z.boolean("must be true or false")
const names = z.array(z.string("must be names"), "must be a list of names, such as [CA, VA]")
const texts = (example: string) =>
  z.array(
    z.string(`must be a list of texts, such as ["${example}"]`),
    `must be a list of texts, such as ["${example}"]`,
  )
const choice = <const T extends readonly string[]>(...values: T) =>
  z.enum(values, `must be one of ${values.join(", ")}`)
const name = z.string("must be a name for tables").min(1, "must be a name for tables").optional()

/** What a decree's clients, proposers and machines are like: the options of `quorate simulate`, in camelCase. */
export const decreeWorkload = {
  proposers: whole(1),
  staggerMs: duration,
  startMs: duration,
  quorums: choice("broadcast", "closest", "random", "ring"),
  learners: whole(0),
  readers: whole(0),
  recoveryProposers: whole(0),
  colocated: flag,
  distinguished: z.string("must be the name of a proposer, such as p1"),
  asksAgain: flag,
  valueBytes: whole(0),
  linkMbitPerSecond: positive,
  nacks: flag,
  proposerClock: positive,
  timeoutMs: duration,
  backOff: z.string("must be a policy, such as random(20)"),
  writeMs: duration,
  acceptorRegions: names,
  proposerRegions: names,
  jitterSigma: z
    .number("must be a number from 0 to 10")
    .min(0, "must be a number from 0 to 10")
    .max(10, "must be a number from 0 to 10"),
  horizonMs: duration,
}

/** What goes wrong in a decree. */
export const decreeFaults = {
  lossProbability: probability,
  duplicateProbability: probability,
  reorderProbability: probability,
  reorderMs: duration,
  crashProbability: probability,
  crashes: texts("a1@100-500"),
  partitions: texts("a1,a2|a3@100-500"),
}

/** What a log's clients, leader and machines are like. */
export const logWorkload = {
  replicaRegions: names,
  clientRegions: names,
  groups: whole(1),
  jitterSigma: decreeWorkload.jitterSigma,
  leader: whole(0),
  recipients: choice("broadcast", "closest", "random", "rotating", "standby"),
  reads: choice("log", "quorum", "lease", "stale"),
  leaseMs: duration,
  leaseDrift: probability,
  heartbeatMs: duration,
  electionMs: duration,
  backOff: decreeWorkload.backOff,
  retransmitMs: duration,
  window: whole(1),
  batchMost: whole(1),
  batchDelayMs: duration,
  snapshotEvery: whole(1),
  writeMs: duration,
  groupCommit: flag,
  receiveMicros: whole(0),
  sendMicros: whole(0),
  linkMbitPerSecond: positive,
  clientsPerGroup: whole(1),
  arrivals: choice("closed", "open"),
  thinkMs: duration,
  meanGapMs: duration,
  burst: whole(1),
  retryMs: duration,
  requestsPerClient: whole(1),
  readShare: probability,
  casShare: probability,
  appendShare: probability,
  payloadBytes: whole(0),
  warmUpMs: duration,
  horizonMs: duration,
}

/** What goes wrong in a log. */
export const logFaults = {
  lossProbability: probability,
  crashes: texts("leader@2000-4000"),
}

const partial = <T extends z.ZodRawShape>(shape: T) =>
  z.strictObject({ name, ...shape }, "must be settings, such as {proposers: 2}").partial()
const oneOrMany = <T extends z.ZodType>(one: T, message: string) =>
  z.union([one, z.array(one).min(1, "must not be empty")], message)

const head = {
  $schema: z.string().optional(),
  id: z
    .string("must be a name in kebab-case, such as five-regions")
    .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, "must be a name in kebab-case, such as five-regions")
    .optional(),
  question: z.string("must be a sentence").optional(),
  reference: z.string("must be a text").optional(),
  runs: whole(1).optional(),
}

const axes = {
  system: oneOrMany(
    z.string(),
    'must be a quorum system or a list of them, such as [majority(5), "simple(5, 4, 2)"]',
  ),
  latency: oneOrMany(
    z.string(),
    "must be a latency or a list of them, such as [paxi, constant(10)]",
  ).optional(),
  seed: oneOrMany(whole(0), "must be a seed or a list of them, such as [1, 2, 3]").optional(),
}

const matrixMessage = "must be the axes: system, and any of variant, latency, faults, workload, seed"
const faultsMessage = "must be faults or a list of them, such as [none, {lossProbability: 0.05}]"
const workloadMessage = "must be a workload or a list of them, such as [usual, {proposers: 2}]"
const none = z.literal("none")
const usual = z.literal("usual")

const decreeSweep = z.strictObject({
  ...head,
  protocol: z.literal("decree").optional(),
  setup: partial({ ...decreeWorkload, ...decreeFaults }).optional(),
  matrix: z.strictObject(
    {
      ...axes,
      variant: oneOrMany(
        z.string(),
        "must be a variant or a list of them, such as [classic, recovery]",
      ).optional(),
      faults: oneOrMany(z.union([none, partial(decreeFaults)], faultsMessage), faultsMessage).optional(),
      workload: oneOrMany(
        z.union([usual, partial(decreeWorkload)], workloadMessage),
        workloadMessage,
      ).optional(),
    },
    matrixMessage,
  ),
})

const logSweep = z.strictObject({
  ...head,
  protocol: z.literal("log"),
  setup: partial({ ...logWorkload, ...logFaults }).optional(),
  matrix: z.strictObject(
    {
      ...axes,
      faults: oneOrMany(z.union([none, partial(logFaults)], faultsMessage), faultsMessage).optional(),
      workload: oneOrMany(
        z.union([usual, partial(logWorkload)], workloadMessage),
        workloadMessage,
      ).optional(),
    },
    matrixMessage,
  ),
})

/** By protocol: what its sweeps may say. */
export const schemaOf = { decree: decreeSweep, log: logSweep } as const

/** A sweep file: an experiment without code. `protocol` decides which settings there are. */
export const sweepSchema = z.union([decreeSweep, logSweep])

type Loose<T> = { readonly [Key in keyof T]?: z.infer<T[Key]> | undefined }
/** The workload and the faults of a sweep of single instances; whatever is left out is as usual. */
export type DecreeSettings = Loose<typeof decreeWorkload> & Loose<typeof decreeFaults>
/** The same of a sweep of logs. */
export type LogSettings = Loose<typeof logWorkload> & Loose<typeof logFaults>
/** What a sweep file says, once it has been read and found well-formed. */
export type SweepDocument = z.infer<typeof sweepSchema>

/** The JSON schema that is shipped, for editors: completion, and mistakes underlined. */
export function sweepJsonSchema(): string {
  const schema = z.toJSONSchema(sweepSchema, { target: "draft-7" })
  return `${JSON.stringify({ ...schema, title: "A sweep of quorate" }, null, 2)}\n`
}
