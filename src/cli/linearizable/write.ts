import { writeFileSync } from "node:fs"
import type { CellOutput } from "../../history/cell.ts"
import { writeJsonLines } from "../../history/formats/json-lines.ts"
import { writePorcupineEdn } from "../../history/formats/edn-history.ts"
import type { KeyValueInput } from "../../history/key-value.ts"
import type { History } from "../../history/operation.ts"

/** Writes the history of a run: as EDN if the file name ends in .edn, as JSON lines otherwise. */
export function writeHistoryFile(file: string, history: History<KeyValueInput, CellOutput>): void {
  writeFileSync(file, file.endsWith(".edn") ? writePorcupineEdn(history) : writeJsonLines(history))
}
