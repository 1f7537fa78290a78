import { writeFileSync } from "node:fs"
import type { CellOutput } from "../check/history/cell.ts"
import { writeJsonLines } from "../check/history/formats/json-lines.ts"
import { writePorcupineEdn } from "../check/history/formats/porcupine-edn.ts"
import type { KeyValueInput } from "../check/history/key-value.ts"
import type { History } from "../check/history/operation.ts"

/** Writes what the clients of a run saw. */
export function writeHistoryFile(file: string, history: History<KeyValueInput, CellOutput>): void {
  writeFileSync(file, file.endsWith(".edn") ? writePorcupineEdn(history) : writeJsonLines(history))
}
