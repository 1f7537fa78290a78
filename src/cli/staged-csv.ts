import { createHash } from "node:crypto"
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs"
import { join } from "node:path"
import { rowsToCsv } from "../experiment/csv.ts"
import type { AnyExperiment, RowOf } from "../experiment/define.ts"
import type { ManifestFile } from "../experiment/manifest.ts"
import { csvName } from "../experiment/result.ts"

/**
 * The CSV of a result, written row by row beside its place, under a temporary
 * name. It is described when it is whole, and takes its place when the other
 * files of the result are written, too. In memory are some thousand rows. The
 * folder must be locked; what a killed run has left of it is written over.
 */
export class StagedCsv {
  rows = 0
  private readonly experiment: AnyExperiment
  private readonly place: string
  private readonly temporary: string
  private readonly descriptor: number
  private readonly hash = createHash("sha256")
  private bytes = 0
  private batch: RowOf[] = []
  private headed = false
  private open = true

  constructor(folder: string, experiment: AnyExperiment) {
    this.experiment = experiment
    this.place = join(folder, csvName(experiment))
    this.temporary = join(folder, `.${csvName(experiment)}.tmp`)
    this.descriptor = openSync(this.temporary, "w")
  }

  add(rows: readonly RowOf[]): void {
    for (const row of rows) this.batch.push(row)
    this.rows += rows.length
    if (this.batch.length >= rowsAtOnce) this.writeBatch()
  }

  /** Ends it, and puts it on disk. */
  finish(): ManifestFile {
    if (this.batch.length > 0 || !this.headed) this.writeBatch()
    fsyncSync(this.descriptor)
    this.close()
    return { name: csvName(this.experiment), bytes: this.bytes, sha256: this.hash.digest("hex") }
  }

  /** Takes its place. */
  publish(): void {
    renameSync(this.temporary, this.place)
  }

  /** Takes it away, unless it has its place. */
  discard(): void {
    this.close()
    rmSync(this.temporary, { force: true })
  }

  private writeBatch(): void {
    const text = rowsToCsv(this.experiment.columns, this.batch)
    this.batch = []
    this.write(Buffer.from(this.headed ? text.slice(text.indexOf("\n") + 1) : text))
    this.headed = true
  }

  private write(data: Buffer): void {
    for (let from = 0; from < data.length;) from += writeSync(this.descriptor, data, from)
    this.hash.update(data)
    this.bytes += data.length
  }

  private close(): void {
    if (this.open) closeSync(this.descriptor)
    this.open = false
  }
}

/** Rows that are turned into text together. */
const rowsAtOnce = 2000
