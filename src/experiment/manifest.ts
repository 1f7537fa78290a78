import { snakeCase } from "./column.ts"
import { matrixOf } from "./executor.ts"
import { type Result, reproducingCommand, rowCountOf } from "./result.ts"
import { schemaVersion } from "./define.ts"
import { type Caution, cautionsOf } from "./safety.ts"
import type { Stopping } from "./stopping.ts"

/**
 * What stands beside a result, in manifest.json. `result` follows from the
 * experiment, the seed and the number of runs, and is the same whenever it is computed; it is
 * compared to the byte. `environment` is where and when this result was first
 * computed, and is not.
 */
export interface Manifest {
  readonly schemaVersion: number
  readonly result: ManifestResult
  readonly environment: Environment
}

/** The part of a manifest that is the same wherever the result is computed. */
export interface ManifestResult {
  readonly experiment: string
  readonly question: string
  readonly reference: string
  readonly command: string
  /** Where an experiment that is not shipped comes from: a sweep with all it says, or a module and its hash. */
  readonly origin?: object
  readonly configuration: Configuration
  /** The systems that are not plainly safe, where the experiment judges safety; without any it is empty. */
  readonly safety?: readonly Caution[]
  /** What a reader must know that no column says: of quorums that were derived. */
  readonly remarks?: readonly string[]
  /** SHA-256 of the configuration and of all cases, as JSON. */
  readonly configurationSha256: string
  readonly rows: number
  readonly columns: readonly ManifestColumn[]
  readonly files: readonly ManifestFile[]
}

interface Configuration {
  readonly seed: number
  readonly runs: number
  readonly cases: number
  /** Where cases got more runs until their intervals were narrow. */
  readonly stopping?: Stopping
}

interface ManifestColumn {
  readonly name: string
  readonly meaning: string
  readonly unit?: string
  readonly empty?: string
}

/** A file of the result, and the hash by which `quorate verify` knows it. */
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
  /** SHA-256 of the program's own files and of what they run on; null in results of older versions. */
  readonly codeSha256?: string | null
  readonly node: string
  readonly v8: string
  readonly os: string
  readonly cpu: string
  readonly arguments: readonly string[]
  readonly wallTimeSeconds: number
}

/** Hashes a text, or one that comes in parts, in UTF-8, to lower-case hexadecimal. */
export type Hash = (text: string | Iterable<string>) => string

/** The manifest of a result; `sha256` is a hash of that name. */
export function manifestResult(result: Result, files: readonly ManifestFile[], sha256: Hash): ManifestResult {
  const { experiment } = result
  return {
    experiment: experiment.id,
    question: experiment.question,
    reference: experiment.reference,
    command: reproducingCommand(result),
    ...(result.origin !== undefined && { origin: result.origin }),
    configuration: configurationOf(result),
    ...(experiment.safety !== undefined && { safety: cautionsOf(experiment) }),
    ...(experiment.remarks !== undefined && { remarks: experiment.remarks }),
    configurationSha256: configurationHash(result, sha256),
    rows: rowCountOf(result),
    columns: experiment.columns.map(({ name, meaning, unit, empty }) => ({
      name: snakeCase(name),
      meaning,
      ...(unit !== undefined && { unit }),
      ...(empty !== undefined && { empty }),
    })),
    files,
  }
}

function configurationOf({ experiment, rootSeed, runs, stopping }: ResultOrigin): Configuration {
  const cases = matrixOf(experiment).length
  return { seed: rootSeed, runs, cases, ...(stopping !== undefined && { stopping }) }
}

/** What two parts must have in common to belong to one result: the experiment, its matrix, the seed, the number of runs. */
export function configurationHash(origin: ResultOrigin, sha256: Hash): string {
  return sha256(configurationText(origin))
}

/** One JSON text in parts: of a matrix of a million cases it would be too long for one piece. */
function* configurationText(origin: ResultOrigin): Generator<string> {
  const { experiment } = origin
  const head = JSON.stringify({ experiment: experiment.id, ...configurationOf(origin), matrix: [] })
  yield head.slice(0, -2)
  let separator = ""
  for (const c of matrixOf(experiment)) {
    yield `${separator}${JSON.stringify(c)}`
    separator = ","
  }
  yield "]}"
}

type ResultOrigin = Omit<Result, "rows">

/** The text of manifest.json. */
export function manifestText(result: ManifestResult, environment: Environment): string {
  const manifest: Manifest = { schemaVersion, result, environment }
  return `${JSON.stringify(manifest, null, 2)}\n`
}
