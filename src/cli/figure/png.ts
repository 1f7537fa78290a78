import { existsSync } from "node:fs"
import { createRequire } from "node:module"
import { UsageError } from "../../base/errors.ts"
import { fontFamily } from "../../experiment/figure/layout.ts"

/** Pixels of the image to a pixel of the drawing: sharp on paper 15 cm wide. */
const zoom = 3

/**
 * An SVG of ours as PNG, in the font its texts were measured in, which comes
 * with this package: without a font the renderer would leave every text out and
 * say nothing, so its absence is an error.
 */
export async function renderPng(svg: string): Promise<Uint8Array> {
  const fontFiles = fontFilesOrRefuse()
  const { Resvg } = await import("@resvg/resvg-js")
  const font = { loadSystemFonts: false, fontFiles, defaultFontFamily: fontFamily }
  return new Resvg(svg, { fitTo: { mode: "zoom", value: zoom }, font }).render().asPng()
}

/** DejaVu Sans, and the fixed-width face of message sequence diagrams. */
function fontFilesOrRefuse(): string[] {
  const files = ["DejaVuSans", "DejaVuSans-Bold", "DejaVuSansMono"].map(fontFile)
  const missing = files.find((file) => file === undefined || !existsSync(file))
  if (files.includes(undefined) || missing !== undefined) {
    throw new UsageError(
      "the font DejaVu Sans is missing: the package dejavu-fonts-ttf is incomplete, " +
        "and the image would have no text. Reinstall it (npm ci), or write the figure as SVG.",
    )
  }
  return files.filter((file) => file !== undefined)
}

function fontFile(name: string): string | undefined {
  try {
    return createRequire(import.meta.url).resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`)
  } catch {
    return undefined
  }
}
