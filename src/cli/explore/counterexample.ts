import { UsageError } from "../../base/errors.ts"
import type { SequenceDiagram } from "../../experiment/diagram/model.ts"
import { refuseUnwritable, writeFile } from "../shared/files.ts"

/** A counterexample in every form in which it can be saved. */
export interface Counterexample {
  readonly diagram: SequenceDiagram
  /** The replay file. */
  readonly replay: object
  /** The ITF trace; of the specification model only. */
  readonly itf?: object
}

/** Refuses unknown file types and missing folders before anything is computed. */
export function refuseFiles(files: readonly string[], model: "spec" | "actors"): void {
  for (const file of files) {
    if (!/\.(json|svg|mmd|txt)$/.test(file)) {
      throw new UsageError(
        `--save ${file}: unknown file type; the extension must be .json (for replay), .itf.json, .svg, .mmd or .txt.`,
      )
    }
    if (model === "actors" && file.endsWith(".itf.json")) throw itfOfActors(file)
    refuseUnwritable(file, `--save ${file}`)
  }
}

function itfOfActors(file: string): UsageError {
  return new UsageError(`--save ${file}: ITF traces require --model spec.`)
}

/** Writes a counterexample to each file, in the form given by its extension. */
export async function saveCounterexample(files: readonly string[], found: Counterexample): Promise<void> {
  for (const file of files) {
    writeFile(file, await contentFor(file, found))
  }
}

async function contentFor(file: string, { diagram, replay, itf }: Counterexample): Promise<string> {
  const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`
  if (file.endsWith(".itf.json")) {
    if (itf === undefined) throw itfOfActors(file)
    return json(itf)
  }
  if (file.endsWith(".json")) return json(replay)
  return renderDiagram(diagram, file.endsWith(".svg") ? "svg" : file.endsWith(".mmd") ? "mermaid" : "text")
}

/** A sequence diagram in one of its text forms. The renderer is imported on demand. */
export async function renderDiagram(
  diagram: SequenceDiagram,
  form: "text" | "mermaid" | "svg",
): Promise<string> {
  switch (form) {
    case "text":
      return (await import("../../experiment/diagram/text.ts")).renderText(diagram)
    case "mermaid":
      return (await import("../../experiment/diagram/text.ts")).renderMermaid(diagram)
    case "svg":
      return (await import("../../experiment/diagram/svg.ts")).renderSvg(diagram)
  }
}
