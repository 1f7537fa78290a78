import { existsSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"
import { UsageError } from "../../base/errors.ts"
import type { SequenceDiagram } from "../../experiment/diagram/model.ts"

/** A counterexample as everything it can be written as. */
export interface Counterexample {
  readonly diagram: SequenceDiagram
  /** The replay file. */
  readonly replay: object
  /** The ITF trace, where there is one. */
  readonly itf?: object
}

/** Refuses what cannot be written before anything is computed: endings that say nothing, folders that are not there. */
export function refuseFiles(files: readonly string[], model: "spec" | "actors"): void {
  for (const file of files) {
    if (!/\.(json|svg|mmd|txt)$/.test(file)) {
      throw new UsageError(
        `--save ${file}: the ending says what to write; it must be .json (to replay), .itf.json, .svg, .mmd or .txt.`,
      )
    }
    if (model === "actors" && file.endsWith(".itf.json")) throw itfOfActors(file)
    if (!existsSync(dirname(file))) {
      throw new UsageError(`--save ${file}: there is no folder ${dirname(file)}; make it first.`)
    }
  }
}

function itfOfActors(file: string): UsageError {
  return new UsageError(`--save ${file}: ITF traces are of the specification model; try --model spec.`)
}

/** Writes a counterexample to each file, in the form its ending asks for. */
export async function saveCounterexample(files: readonly string[], found: Counterexample): Promise<void> {
  for (const file of files) {
    const text = await contentFor(file, found)
    try {
      writeFileSync(file, text)
    } catch (error) {
      throw new UsageError(`Cannot write ${file}: ${(error as Error).message}`)
    }
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

/** A diagram as text in one of its forms; the renderer is imported when it is needed. */
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
