import { snakeCase } from "./column.ts"
import { type Result, reproducingCommand } from "./result.ts"
import { schemaVersion } from "./schema-version.ts"

/**
 * What stands beside a result, in manifest.json. `result` follows from the
 * experiment, the seed and the replicas, and is the same in every run; it is
 * compared to the byte. `environment` is where and when this result was first
 * computed, and is not.
 */
export interface Manifest {
  readonly schemaVersion: number
  readonly result: ManifestResult
  readonly environment: Environment
}

export interface ManifestResult {
  readonly experiment: string
  readonly question: string
  readonly reference: string
  readonly command: string
  readonly configuration: Configuration
  /** SHA-256 of the configuration and of all cases, as JSON. */
  readonly configurationSha256: string
  readonly rows: number
  readonly columns: readonly ManifestColumn[]
  readonly files: readonly ManifestFile[]
}

interface Configuration {
  readonly seed: number
  readonly replicas: number
  readonly cases: number
}

interface ManifestColumn {
  readonly name: string
  readonly meaning: string
  readonly unit?: string
  readonly empty?: string
}

export interface ManifestFile {
  readonly name: string
  readonly bytes: number
  readonly sha256: string
}

/** Where a result was computed; null where it could not be found out. */
export interface Environment {
  readonly quorate: string
  readonly gitCommit: string | null
  /** Whether the work tree differed from that commit. */
  readonly gitDirty: boolean | null
  readonly lockFileSha256: string | null
  readonly node: string
  readonly v8: string
  readonly os: string
  readonly cpu: string
  readonly arguments: readonly string[]
  readonly wallTimeSeconds: number
}

/** The manifest of a result; `sha256` hashes a text in UTF-8, to lower-case hexadecimal. */
export function manifestResult(
  result: Result,
  files: readonly ManifestFile[],
  sha256: (text: string) => string,
): ManifestResult {
  const { experiment, rootSeed, replicas, rows } = result
  const cases = experiment.cases()
  const configuration = { seed: rootSeed, replicas, cases: cases.length }
  return {
    experiment: experiment.id,
    question: experiment.question,
    reference: experiment.reference,
    command: reproducingCommand(result),
    configuration,
    configurationSha256: sha256(
      JSON.stringify({ experiment: experiment.id, ...configuration, matrix: cases }),
    ),
    rows: rows.length,
    columns: experiment.columns.map(({ name, meaning, unit, empty }) => ({
      name: snakeCase(name),
      meaning,
      ...(unit !== undefined && { unit }),
      ...(empty !== undefined && { empty }),
    })),
    files,
  }
}

/** The text of manifest.json. */
export function manifestText(result: ManifestResult, environment: Environment): string {
  const manifest: Manifest = { schemaVersion, result, environment }
  return `${JSON.stringify(manifest, null, 2)}\n`
}
