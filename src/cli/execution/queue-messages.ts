import { createHmac, timingSafeEqual } from "node:crypto"
import { z } from "zod"
import { UsageError } from "../../base/errors.ts"
import { type Chunk, maxInChunk, maxRuns } from "../../experiment/executor.ts"
import { parseJson, readText } from "../shared/read-text.ts"
import type { ExperimentSource } from "./experiment-source.ts"
import { type ParcelAnswer, maxChunks } from "./parcels.ts"

/** What a run asks of the workers: some chunks of an experiment. The cases are not sent; a worker looks them up. */
export interface QueuedJob {
  readonly run: string
  readonly job: string
  readonly source: ExperimentSource
  readonly chunks: readonly Chunk[]
}

/** What a worker answers. */
export interface QueuedAnswer {
  readonly run: string
  readonly job: string
  readonly answer: ParcelAnswer
}

/** A message as it travels: its JSON text, and its HMAC-SHA256 in hexadecimal where the two sides share a key. */
export interface Sealed {
  readonly text: string
  readonly signature?: string
}

/** Which way a message goes; signed with it, so that none can be sent back. */
type Kind = "job" | "answer"

/** A job as it travels. */
export const sealJob = (job: QueuedJob, key?: Buffer): Sealed => seal("job", job, key)

/** An answer as it travels. */
export const sealAnswer = (answer: QueuedAnswer, key?: Buffer): Sealed => seal("answer", answer, key)

function seal(kind: Kind, value: object, key: Buffer | undefined): Sealed {
  const text = JSON.stringify(value)
  return { text, ...(key !== undefined && { signature: signatureOf(kind, text, key) }) }
}

/** The job of a message from the queue. One that is not signed with the key, or has another form, is a UsageError. */
export function openJob(message: unknown, key?: Buffer): QueuedJob {
  return open("job", jobSchema, message, key) as QueuedJob
}

/** The answer of a message from the queue, or a UsageError. */
export function openAnswer(message: unknown, key?: Buffer): QueuedAnswer {
  return open("answer", answerSchema, message, key) as QueuedAnswer
}

function open(kind: Kind, schema: z.ZodType, message: unknown, key: Buffer | undefined): unknown {
  const sealed = sealedSchema.safeParse(message)
  if (!sealed.success) throw refused(kind, sealed.error)
  const { text, signature } = sealed.data
  if (key !== undefined && !isSignature(signature, signatureOf(kind, text, key))) {
    throw new UsageError(`the ${kind} is not signed with the key of this queue.`)
  }
  const opened = schema.safeParse(parseJson(text, `the ${kind}`))
  if (opened.success) return opened.data
  throw refused(kind, opened.error)
}

function refused(kind: Kind, { issues }: z.ZodError): UsageError {
  const { path, message } = issues[0]!
  return new UsageError(`the ${kind} is malformed: ${path.map(String).join(".")} ${message}.`)
}

function signatureOf(kind: Kind, text: string, key: Buffer): string {
  return createHmac("sha256", key).update(`quorate ${kind}\n${text}`).digest("hex")
}

function isSignature(given: string | undefined, wanted: string): boolean {
  const [one, other] = [Buffer.from(given ?? ""), Buffer.from(wanted)]
  return one.length === other.length && timingSafeEqual(one, other)
}

/** The environment variable of the key that both sides of a queue share. */
export const keyVariable = "QUORATE_QUEUE_KEY"

/**
 * The key that a run and its workers share: what is in a file, or in the
 * environment; undefined where there is neither. Never an argument, which every
 * user of the machine can read.
 */
export function queueKey(file: string | undefined): Buffer | undefined {
  const text =
    file === undefined ? process.env[keyVariable] : readText(file, "--key-file takes the file of a key.")
  if (text === undefined) return undefined
  const key = Buffer.from(text.trim())
  if (key.length >= leastKey) return key
  const name = file ?? keyVariable
  throw new UsageError(
    `the key in ${name} has ${key.length} bytes; a key must have at least ${leastKey}. Make one with: openssl rand -hex 32 > queue.key`,
  )
}

const leastKey = 16

/** A few characters of the key's hash: part of the queue's name, so that workers with another key get no work. */
export function keyName(key: Buffer | undefined): string {
  return key === undefined
    ? ""
    : `-${createHmac("sha256", key).update("quorate queue").digest("hex").slice(0, 8)}`
}

const sealedSchema = z.strictObject({ text: z.string(), signature: z.string().optional() })

const id = z.string().regex(/^[0-9a-f-]{36}(-\d+)?$/)
const whole = (min: number, max = Number.MAX_SAFE_INTEGER) => z.int().min(min).max(max)
const kebab = z.string().regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/)
const ownFile = { path: z.string(), sha256: z.string().regex(/^[0-9a-f]{64}$/) }

const jobSchema = z.strictObject({
  run: id,
  job: id,
  source: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("shipped"), id: kebab }),
    z.strictObject({ kind: z.literal("module"), ...ownFile }),
    z.strictObject({
      kind: z.literal("sweep"),
      // The rest of a sweep is checked as that of a file is.
      data: z.looseObject({
        id: kebab,
        latencyFiles: z.record(z.string(), z.string()),
        protocolFile: z.strictObject(ownFile).optional(),
      }),
    }),
  ]),
  chunks: z
    .array(
      z.strictObject({
        experiment: kebab,
        rootSeed: whole(0),
        caseIndex: whole(0),
        firstRun: whole(0, maxRuns),
        runs: whole(1, maxInChunk),
      }),
    )
    .min(1)
    .max(maxChunks),
})

const answerSchema = z.strictObject({
  run: id,
  job: id,
  answer: z.strictObject({
    observations: z.array(z.string()).max(maxChunks),
    error: z.strictObject({ name: z.string(), message: z.string(), stack: z.string().optional() }).optional(),
    ms: z.number().min(0),
  }),
})
