import { existsSync } from "node:fs"
import { join } from "node:path"
import { z } from "zod"
import { UsageError } from "../../base/errors.ts"
import type { Manifest, ManifestResult } from "../../experiment/manifest.ts"
import { parseJson, readText } from "./read-text.ts"

/** The file in every result's folder that records its provenance. */
export const manifestName = "manifest.json"

/** The manifest of a folder; undefined where there is none. One that is not a manifest is a UsageError that names its first mistake. */
export function readManifest(folder: string): Manifest | undefined {
  const file = join(folder, manifestName)
  return existsSync(file) ? parseManifest(readText(file, wanted), file) : undefined
}

/** A manifest from its text; errors name it `file`. Nothing of it is trusted but that it has this form. */
export function parseManifest(text: string, file: string): Manifest {
  const value = parseJson(text, file)
  const { error } = manifestSchema.safeParse(value)
  if (error === undefined) return value as Manifest
  const issue = error.issues[0]!
  throw new UsageError(
    `${file}: ${[...issue.path.map(String), ""].join(".").slice(0, -1) || "the file"} ${issue.message}. ${wanted}`,
  )
}

/** Whether the manifest of a folder has this result already, to the byte. */
export function hasManifest(folder: string, result: ManifestResult): boolean {
  try {
    return JSON.stringify(readManifest(folder)?.result) === JSON.stringify(result)
  } catch (error) {
    // A damaged manifest is replaced.
    if (error instanceof UsageError) return false
    throw error
  }
}

const wanted = "quorate run writes it; compute the result again, or obtain the file again."

const text = z.string("must be a text")
const count = z.int("must be a non-negative integer").min(0, "must be a non-negative integer")
const sha256 = z
  .string("must be a SHA-256")
  .regex(/^[0-9a-f]{64}$/, "must be a SHA-256 in lower-case hexadecimal")
const kebab = z
  .string("must be an id in kebab-case")
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, "must be an id in kebab-case")

/** Within the result's folder: no name leads out of it. */
const fileName = z
  .string("must be a file name")
  .regex(/^[\w][\w.-]*$/, "must be the name of a file in the same folder")

/** A command line that a reader may copy: words that a shell takes as they are, whatever they say. */
const command = z
  .string("must be a command")
  .regex(
    /^quorate run(?: (?:[\w.,:@/=+%-]+|"(?:[^"\\$`]|\\["\\$`])*"))+$/,
    "must be a quorate run command, in words that a shell does not interpret",
  )

const ownFile = z.looseObject({ path: text, sha256 }, "must have path and sha256")

const origin = z.discriminatedUnion(
  "kind",
  [
    z.looseObject({ kind: z.literal("module"), path: text, sha256 }),
    z.looseObject({
      kind: z.literal("sweep"),
      data: z.looseObject(
        {
          id: kebab,
          latencyFiles: z.record(text, text, "must be texts by name"),
          protocolFile: ownFile.optional(),
        },
        "must be a sweep",
      ),
    }),
  ],
  "must be a sweep or a module",
)

const manifestSchema = z.looseObject(
  {
    schemaVersion: z.literal(1, "must be 1: another version of quorate wrote it"),
    result: z.looseObject(
      {
        experiment: kebab,
        question: text,
        reference: text,
        command,
        origin: origin.optional(),
        configuration: z.looseObject(
          {
            seed: count,
            runs: count.min(1, "must be a positive integer"),
            cases: count,
            stopping: z
              .looseObject({
                relativeHalfWidth: z
                  .number("must be a share between 0 and 1")
                  .gt(0, "must be a share between 0 and 1")
                  .lt(1, "must be a share between 0 and 1"),
                maxRuns: count,
              })
              .optional(),
          },
          "must have seed, runs and cases",
        ),
        configurationSha256: sha256,
        rows: count,
        columns: z.array(z.looseObject({ name: text, meaning: text }), "must be a list of columns"),
        files: z.array(z.looseObject({ name: fileName, bytes: count, sha256 }), "must be a list of files"),
      },
      "must be the description of a result",
    ),
    environment: z.looseObject(
      {
        quorate: text,
        gitCommit: text.nullable(),
        gitDirty: z.boolean("must be true, false or null").nullable(),
        lockFileSha256: text.nullable(),
        node: text,
        arguments: z.array(text, "must be a list of texts"),
      },
      "must describe where the result was computed",
    ),
  },
  "must be a manifest",
)
